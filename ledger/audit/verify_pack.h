// Offline verification of audit packs: needs the pack and a trust anchor, and neither the ledger nor its operator.
#ifndef LEDGERLINE_LEDGER_AUDIT_VERIFY_PACK_H_
#define LEDGERLINE_LEDGER_AUDIT_VERIFY_PACK_H_

#include <optional>
#include <vector>

#include "crypto/trust_anchor.h"
#include "ledger/audit/audit_pack.h"
#include "ledger/audit/report.h"

namespace ledgerline::audit {

// Checks, in this order: the entries and the checkpoint (see EntryExamination) and its cosignatures; the close, its
// prefix and its totals; the index, and that exactly what it lists is in the pack; every row, line, node, balance and
// sum; and who attested it. Without an anchor the report is not anchored. `auditors` are those that the verifier
// trusts, from outside, beside the anchor's own. Never fails as a call: what cannot be checked is a failed finding that
// names it.
Report VerifyPack(const AuditPack& pack, const std::optional<crypto::TrustAnchor>& anchor,
                  const std::vector<crypto::PolicyAuditor>& auditors);

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_VERIFY_PACK_H_
