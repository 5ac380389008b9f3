// The trust anchor of a verification, from outside what is verified: a verifier key, or a policy file with one.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_TRUST_ANCHOR_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_TRUST_ANCHOR_H_

#include <optional>
#include <string>

#include "crypto/signed_note.h"

namespace ledgerline::tool {

// `vkey` is a verifier key or the path of a file that holds one; `policy` the path of a file in the form of C2SP
// tlog-policy. Both empty: no anchor. A policy may name one log and `quorum none`; one that asks for witnesses is
// refused, since this version cannot check cosignatures and must not pass over them. Errors: kInvalidArgument (names
// the line), kNotFound.
Result<std::optional<crypto::VerifierKey>> ReadTrustAnchor(const std::string& vkey, const std::string& policy);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_TRUST_ANCHOR_H_
