// What the rows of a pack say, each proved to be a row of the file that its entry names, and read by the function that
// read the whole file at import.
#ifndef LEDGERLINE_LEDGER_AUDIT_PACK_FACTS_H_
#define LEDGERLINE_LEDGER_AUDIT_PACK_FACTS_H_

#include <map>
#include <string>
#include <vector>

#include "ledger/audit/audit_pack.h"
#include "ledger/audit/entry_examination.h"
#include "ledger/audit/report.h"
#include "ledger/exchange/catalogue_file.h"
#include "ledger/exchange/usage_file.h"

namespace ledgerline::audit {

struct PackFacts {
  // By the entry that brought it, then id. Of a share set only the lines that the pack shows.
  std::map<std::pair<uint64_t, std::string>, exchange::RateCardRow> rate_cards;
  std::map<std::pair<uint64_t, std::string>, exchange::ShareSetRow> share_sets;
  std::map<std::string, exchange::RecordingRow> recordings;  // the latest statement of each
  std::map<royalty::RowReference, exchange::UsageRow> usage;
  std::map<std::string, const v1::Generation*> generations;  // by cover: the first of that id; borrowed
};

// Checks every row of `pack.files` against the rows_root of its entry and reads it; takes the generations from the
// entries. What does not hold is a failed finding that names entry and row.
PackFacts ReadFacts(const AuditPack& pack, const EntryExamination& examined, Report& report);

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_PACK_FACTS_H_
