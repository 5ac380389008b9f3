// Before a node signs, it asks those who remember: a ledger that was restored from an old copy, or that somebody
// forked, must not sign a second history.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_RESTORE_GUARD_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_RESTORE_GUARD_H_

#include <string>
#include <vector>

#include "crypto/witness_policy.h"
#include "ledger/journal/journal.h"
#include "schemas/status.h"

namespace ledgerline::tool {

// Compares the journal with the last checkpoint that each witness of the policy has cosigned, and with each anchor (the
// policy's, and `more_anchors`: files or URLs). What is wrong and not fatal is added to `warnings`.
//
// Witnesses that do not answer: under a policy that fails closed this is an error if they could have made the quorum
// without those who did answer, since then a checkpoint that counts may be unknown to all who answered; so is an anchor
// that cannot be read. Under one that fails open it is a warning.
//
// Errors: kDataLoss (the ledger is behind, or differs: says by whom and at which sizes, and what to do), kUnavailable
// (it cannot be told), those of the journal. After any of them the journal may be read and must not be written.
Status CheckAgainstWitnesses(const journal::Journal& journal, const crypto::WitnessPolicy& policy,
                             const std::vector<std::string>& more_anchors, std::vector<std::string>& warnings);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_RESTORE_GUARD_H_
