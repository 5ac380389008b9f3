// Whether the witnesses of a policy have cosigned a checkpoint, as findings of a report.
#ifndef LEDGERLINE_LEDGER_AUDIT_QUORUM_CHECK_H_
#define LEDGERLINE_LEDGER_AUDIT_QUORUM_CHECK_H_

#include <string_view>

#include "crypto/trust_anchor.h"
#include "ledger/audit/report.h"

namespace ledgerline::audit {

// Without a policy nothing is asked. With one: a finding "witnesses", which
// fails if the quorum is missing and the policy fails closed; if it fails open, what is missing is taken on trust. The
// log's signature on `note` is the caller's business.
void CheckQuorum(const crypto::TrustAnchor& anchor, std::string_view note, Report& report);

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_QUORUM_CHECK_H_
