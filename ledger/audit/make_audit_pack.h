// Makes the audit pack of a party for a closed period.
#ifndef LEDGERLINE_LEDGER_AUDIT_MAKE_AUDIT_PACK_H_
#define LEDGERLINE_LEDGER_AUDIT_MAKE_AUDIT_PACK_H_

#include "ledger/audit/audit_pack.h"
#include "ledger/journal/journal.h"
#include "ledger/royalty/ledger_fold.h"

namespace ledgerline::audit {

// Under the journal's last signed checkpoint; `fold` is that of the same journal. The close is computed again first: a
// pack is made of what the ledger leads to and never of something else that the close says.
// Errors: kNotFound (the period is not closed), kFailedPrecondition (the close commits to no index; the checkpoint does
// not cover it yet), kDataLoss (the close is not what the ledger leads to; an entry or a blob is missing).
Result<AuditPack> MakeAuditPack(const journal::Journal& journal, const royalty::LedgerFold& fold, const PartyId& party,
                                Period period);

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_MAKE_AUDIT_PACK_H_
