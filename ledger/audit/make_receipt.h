// Makes the receipt of an entry, with the entries that it rests on.
#ifndef LEDGERLINE_LEDGER_AUDIT_MAKE_RECEIPT_H_
#define LEDGERLINE_LEDGER_AUDIT_MAKE_RECEIPT_H_

#include "ledger/audit/receipt.h"
#include "ledger/journal/journal.h"
#include "ledger/rights/rights_state.h"

namespace ledgerline::audit {

// Under the journal's last signed checkpoint. Supporting entries: genesis; the enrolments of the keys that signed; for
// a generation its permit and the consents that it names. `rights` is the fold of the same journal. Errors: kNotFound
// (no such entry), kFailedPrecondition (the checkpoint does not cover it yet), kDataLoss.
Result<Receipt> MakeReceipt(const journal::Journal& journal, const rights::RightsState& rights, EntryIndex subject);

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_MAKE_RECEIPT_H_
