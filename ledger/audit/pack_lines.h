// A statement line of a pack, computed again from the rows: every weight from the row that says it, every part from its
// node, from the pool down. Source: docs/decisions/0004-royalty-rules-v1.md.
#ifndef LEDGERLINE_LEDGER_AUDIT_PACK_LINES_H_
#define LEDGERLINE_LEDGER_AUDIT_PACK_LINES_H_

#include <map>
#include <set>
#include <string>

#include "ledger/audit/audit_pack.h"
#include "ledger/audit/pack_facts.h"
#include "ledger/royalty/statement.h"

namespace ledgerline::audit {

class LineChecker {
 public:
  // Checks the nodes against the close's commitment. All borrowed.
  LineChecker(const AuditPack& pack, const PackFacts& facts, const royalty::NodesRoot& nodes, Report& report);

  // `check` is what the pack says of the line: its lowest node, or "replay only". Errors: kDataLoss (what is wrong).
  Status Check(const royalty::StatementLine& line, const std::string& check);
  // Usage rows that paid through some line.
  const std::set<royalty::RowReference>& rows_used() const { return rows_used_; }

 private:
  struct Basis {
    const exchange::RateCardRow* card = nullptr;
    const v1::Generation* generation = nullptr;
    const PackUse* use = nullptr;
    bool alone = false;  // the pool is this cover's alone
  };
  Status CheckNodes(const royalty::StatementLine& line, uint64_t lowest, const royalty::NodeOpening*& top) const;
  Status FindBasis(const royalty::StatementLine& line, const royalty::NodeOpening& top, Basis& basis) const;
  Status CheckUse(const royalty::StatementLine& line, const Basis& basis);
  Status CheckTop(const royalty::StatementLine& line, const royalty::NodeOpening& top, const Basis& basis) const;
  Status CheckWeights(const royalty::StatementLine& line, const Basis& basis) const;
  Status CheckShares(const royalty::StatementLine& line, const Basis& basis, const std::string& date) const;

  const AuditPack& pack_;
  const PackFacts& facts_;
  std::map<uint64_t, const royalty::NodeOpening*> nodes_;
  std::set<royalty::RowReference> rows_used_;
};

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_PACK_LINES_H_
