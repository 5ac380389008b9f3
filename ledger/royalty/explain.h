// Why this amount: from a statement line down to the entries that it rests on, with every division written out, so that
// a person with a calculator can follow.
#ifndef LEDGERLINE_LEDGER_ROYALTY_EXPLAIN_H_
#define LEDGERLINE_LEDGER_ROYALTY_EXPLAIN_H_

#include <string>
#include <string_view>
#include <vector>

#include "ledger/royalty/close.h"

namespace ledgerline::royalty {

struct ExplainedFact {
  std::string label;  // "cover", "permit", "consent", "share set", "rate card", "usage row"
  std::string text;
  std::vector<uint64_t> entries;  // the entries that say so
};

struct ExplainedStep {
  std::string title;               // "3. the plays of the pool"
  std::vector<std::string> lines;  // the computation, with numbers
  Money result;
};

struct Explanation {
  std::string party;  // or "~held" and its like
  std::string line;   // "L0001"
  Money amount;
  std::vector<ExplainedFact> facts;
  std::vector<ExplainedStep> steps;

  std::string ToText() const;
  std::string ToJson() const;
};

// `result` from ClosePeriod or RecomputeClose over `fold`. `line`: "L0003" or "3".
// Errors: kNotFound (names the lines that there are).
Result<Explanation> ExplainLine(const LedgerFold& fold, const CloseResult& result, std::string_view party_or_account,
                                std::string_view line);

}  // namespace ledgerline::royalty

#endif  // LEDGERLINE_LEDGER_ROYALTY_EXPLAIN_H_
