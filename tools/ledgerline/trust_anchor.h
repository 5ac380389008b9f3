// The trust anchor of a verification, from outside what is verified: a verifier key, or a policy file with one.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_TRUST_ANCHOR_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_TRUST_ANCHOR_H_

#include <optional>
#include <string>

#include "crypto/trust_anchor.h"

namespace ledgerline::tool {

// `vkey` is a verifier key or the path of a file that holds one; `policy` the path of a policy file
// (docs/formats/policy.md). Both empty: no anchor. Errors: kInvalidArgument (names the line), kNotFound.
Result<std::optional<crypto::TrustAnchor>> ReadTrustAnchor(const std::string& vkey, const std::string& policy);

// The policy in a file. Errors name `option`: kInvalidArgument (names the line), kNotFound.
Result<crypto::WitnessPolicy> ReadPolicy(const std::string& option, const std::string& path);
// A verifier key as it stands on the command line, or in a file that is named there. Errors: as above.
Result<crypto::VerifierKey> ReadVerifierKey(const std::string& option, const std::string& vkey_or_path);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_TRUST_ANCHOR_H_
