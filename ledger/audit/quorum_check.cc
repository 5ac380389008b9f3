#include "ledger/audit/quorum_check.h"

namespace ledgerline::audit {

void CheckQuorum(const crypto::TrustAnchor& anchor, std::string_view note, Report& report) {
  if (!anchor.has_policy()) return;
  const std::string name = "witnesses";
  const Result<crypto::AnchoredCheckpoint> opened = anchor.OpenCosigned(note);
  if (!opened.ok()) return report.Fail(name, opened.status().message());
  for (const std::string& trust : opened->taken_on_trust) report.Trust(trust);
  if (!opened->verdict.satisfied) return;  // said under what is taken on trust
  report.Pass(name, anchor.policy().quorum() == "none"
                        ? "the policy asks for none"
                        : "the quorum '" + anchor.policy().quorum() + "' of the policy: " + opened->SignedBy());
}

}  // namespace ledgerline::audit
