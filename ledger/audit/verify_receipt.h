// Offline verification of receipts: needs the receipt and a verifier key, and neither the ledger nor its operator.
#ifndef LEDGERLINE_LEDGER_AUDIT_VERIFY_RECEIPT_H_
#define LEDGERLINE_LEDGER_AUDIT_VERIFY_RECEIPT_H_

#include <optional>

#include "crypto/signed_note.h"
#include "ledger/audit/receipt.h"
#include "ledger/audit/report.h"

namespace ledgerline::audit {

// Checks, in this order: each entry's inclusion; its own form, origin and submission signature, by the operator's key or
// by a key whose enrolment or rotation is in the receipt; the checkpoint's signatures, by `log_key` or by keys that it
// leads to (without one the report is not anchored); and for a generation that its permit and the consents that it names are there, fit it, and were
// signed by the parties. Never fails as a call: what cannot be checked is a failed finding.
Report VerifyReceipt(const Receipt& receipt, const std::optional<crypto::VerifierKey>& log_key);

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_VERIFY_RECEIPT_H_
