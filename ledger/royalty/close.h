// Closing a period: a pure function of a frozen prefix of the ledger and its blobs.
// Rules: docs/decisions/0004-royalty-rules-v1.md.
#ifndef LEDGERLINE_LEDGER_ROYALTY_CLOSE_H_
#define LEDGERLINE_LEDGER_ROYALTY_CLOSE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/royalty/ledger_fold.h"
#include "ledger/royalty/statement.h"
#include "ledgerline/v1/period.pb.h"

namespace ledgerline::royalty {

inline constexpr std::string_view kRulesVersion = "ledgerline-rules/1";

// `fold` may have read further than `prefix`; only entries [0, prefix) count. Borrowed.
struct FrozenPeriod {
  Period period;
  TreeSize prefix;
  Hash256 prefix_root;  // RFC 6962 root of those entries
  const LedgerFold& fold;
  // 32 random bytes from which everything is salted that the close commits to. Without them it commits to its
  // statements alone, as closes did before there were commitments.
  std::optional<Hash256> secret = std::nullopt;
};

// Indices into fold.cover_usage(). Shared, as many lines rest on the same rows.
using RowSet = std::shared_ptr<const std::vector<size_t>>;

// Where a line comes from, beyond what the blob says.
struct LineTrace {
  int node = -1;  // the lowest AllocationNode and the child in it; -1: not by a split
  size_t child = 0;
  RowSet rows;       // the rows of this line's cover and dates; never null
  RowSet pool_rows;  // all rows of its pool; never null
  const rights::GenerationRecord* generation = nullptr;
  std::string detail;  // the reason in full: whose consent is missing, which share sets are in dispute
};

struct CloseResult {
  v1::PeriodClose close;
  Statements statements;
  std::string blob;  // SerializeStatements(statements); close.statements_sha256 names it
  std::vector<AllocationNode> nodes;
  std::vector<LineTrace> traces;      // one for each of statements.lines
  std::vector<std::string> warnings;  // for people: ambiguous or missing rate cards, covers without usage
};

// Errors: kFailedPrecondition (the period or a later one is closed; the fold is shorter than the prefix), kOutOfRange
// (an amount leaves its range), kInternal (the pool identity does not hold: a defect of ours).
Result<CloseResult> ClosePeriod(const FrozenPeriod& frozen);

// What the close at `entry` should have been, from the prefix that it names. `prefix_root` is copied from the entry:
// the journal's check is the one that proves it. Errors: kNotFound (no close there that counts), kInvalidArgument
// (another rules_version), those of ClosePeriod.
Result<CloseResult> RecomputeClose(const LedgerFold& fold, EntryIndex entry);
// Field by field. `blob` is the one that the entry names. Errors: kDataLoss, naming the first field or line that
// differs.
Status CompareClose(const CloseResult& expected, const v1::PeriodClose& found, std::string_view blob);

}  // namespace ledgerline::royalty

#endif  // LEDGERLINE_LEDGER_ROYALTY_CLOSE_H_
