// The operator's side of a policy: DIR/policy, and getting a signed checkpoint cosigned by its witnesses.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_COSIGNING_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_COSIGNING_H_

#include <optional>
#include <string>
#include <vector>

#include "crypto/witness_policy.h"
#include "ledger/journal/journal.h"
#include "schemas/status.h"

namespace ledgerline::tool {

std::string PolicyPath(const std::string& directory);  // DIR/policy
// The ledger's own policy; nothing if it has none. Errors: kInvalidArgument (names the line).
Result<std::optional<crypto::WitnessPolicy>> ReadLedgerPolicy(const std::string& directory);

struct CosigningOutcome {
  std::string note;                   // as it is stored and published now
  crypto::PolicyVerdict verdict;      // of it
  std::vector<std::string> problems;  // of witnesses and anchors, each with its name
  // "", or in words what is missing, and what each silent witness said.
  std::string Missing() const;
};

// Signs a checkpoint of everything that is durable, asks all witnesses of the policy that have not cosigned it yet,
// side by side, and stores and publishes what they give; then writes it to the policy's anchors that are files. A
// quorum that is missing is in the verdict and is no error. Errors: those of the journal.
Result<CosigningOutcome> SignAndCosign(journal::Journal& journal, const crypto::WitnessPolicy& policy);

// The outcome as a command's status: kFailedPrecondition if the quorum is missing and the policy fails closed.
Status QuorumStatus(const CosigningOutcome& outcome, const crypto::WitnessPolicy& policy);

inline bool IsUrl(const std::string& anchor) { return anchor.find("://") != std::string::npos; }

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_COSIGNING_H_
