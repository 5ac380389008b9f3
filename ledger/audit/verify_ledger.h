// The full check of a ledger: the journal byte by byte, then what the entries mean: files, verdicts, closes.
#ifndef LEDGERLINE_LEDGER_AUDIT_VERIFY_LEDGER_H_
#define LEDGERLINE_LEDGER_AUDIT_VERIFY_LEDGER_H_

#include <string>
#include <vector>

#include "ledger/audit/ledger_view.h"
#include "ledger/audit/report.h"
#include "ledger/journal/journal.h"
#include "ledger/journal/verify.h"
#include "ledger/royalty/ledger_fold.h"

namespace ledgerline::audit {

// Takes over what VerifyJournal found, and what it took on trust.
void AddJournalReport(const journal::VerifyReport& journal_report, Report& report);

// Folds every entry and checks: every catalogue and usage file against its digest, row count and root; every
// generation's verdict (an unauthorised one is named, but is no failure: its money must be held); every close, computed
// again from its prefix and compared byte by byte, and its prefix root. Only worth calling if the journal's own checks
// passed.
void VerifyMeaning(const journal::Journal& journal, Report& report);
// The same of any view of a ledger and the fold of all its entries. Returns the closes that are equal byte by byte.
std::vector<EntryIndex> VerifyMeaningOf(LedgerView& view, const royalty::LedgerFold& fold, Report& report);

// A checkpoint kept from earlier: the ledger must extend it. Errors are failed findings.
void VerifyExtends(const journal::Journal& journal, const std::string& old_checkpoint,
                   const crypto::VerifierKey& log_key, Report& report);

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_VERIFY_LEDGER_H_
