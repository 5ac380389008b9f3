// Makes the receipt of an entry, with the entries that it rests on.
#ifndef LEDGERLINE_LEDGER_AUDIT_MAKE_RECEIPT_H_
#define LEDGERLINE_LEDGER_AUDIT_MAKE_RECEIPT_H_

#include <set>
#include <vector>

#include "ledger/audit/receipt.h"
#include "ledger/journal/journal.h"

namespace ledgerline::audit {

// The entries below `size` that a verifier needs in order to know the keys that signed: genesis, enrolments, rotations
// and revocations of `signers`, of whoever signed those, and of the operator's keys, so that a verifier who holds an
// older key reaches the newer one. Errors: kDataLoss.
Result<std::set<EntryIndex>> KeyEntriesFor(const journal::Journal& journal, std::vector<Hash256> signers,
                                           TreeSize size);

// Under the journal's last signed checkpoint. Supporting entries: KeyEntriesFor whoever signed; for a generation its
// permit and the consents that it names; the header of every signed batch that one of them is an item of. Errors:
// kNotFound (no such entry), kFailedPrecondition (the checkpoint does not cover it yet), kDataLoss.
Result<Receipt> MakeReceipt(const journal::Journal& journal, EntryIndex subject);

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_MAKE_RECEIPT_H_
