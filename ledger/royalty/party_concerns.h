// Which entries, rows of files and lines of statements concern a party in a period: a pure function of the prefix. What
// a close's index commits to. The definition is docs/formats/close_commitments.md, "What concerns a party".
#ifndef LEDGERLINE_LEDGER_ROYALTY_PARTY_CONCERNS_H_
#define LEDGERLINE_LEDGER_ROYALTY_PARTY_CONCERNS_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "ledger/royalty/close.h"

namespace ledgerline::royalty {

// A row of the file that an entry brought, counted from 0 after the header.
struct RowReference {
  uint64_t entry = 0;
  uint64_t number = 0;
  friend auto operator<=>(const RowReference&, const RowReference&) = default;
};

struct PartyConcern {
  std::set<uint64_t> entries;
  std::set<RowReference> rows;  // their entries are among `entries`
  std::vector<uint64_t> lines;  // of the statements' blob, from 0 (the header), ascending
};

// By party id: every party that anything concerns. `result` has its statements, traces and lines in their order.
std::map<std::string, PartyConcern> GatherConcerns(const FrozenPeriod& frozen, const CloseResult& result);

}  // namespace ledgerline::royalty

#endif  // LEDGERLINE_LEDGER_ROYALTY_PARTY_CONCERNS_H_
