// The log's side of C2SP tlog-witness: asks a witness for its cosignature, and for the last checkpoint that it saw.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_WITNESS_CLIENT_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_WITNESS_CLIENT_H_

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "crypto/merkle.h"
#include "crypto/witness_policy.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::tool {

// The proof that the log's tree at `now` extends that at `old` (which is neither 0 nor `now`).
using ConsistencySource = std::function<Result<crypto::Proof>(TreeSize old, TreeSize now)>;

struct WitnessClientOptions {
  std::chrono::milliseconds time{10'000};  // for each request
  int attempts_max = 4;                    // a 409 names the size to try again with
};

// The last checkpoint that the witness cosigned; nothing if it says 404 (it has seen none, or does not tell).
// Errors: kInvalidArgument (URL), kUnavailable (no answer, or not one of a witness).
Result<std::optional<std::string>> AskForLatest(const crypto::PolicyWitness& witness, const std::string& origin,
                                                const WitnessClientOptions& options = {});

// Its cosignature on `note`, checked. `old_guess` is the size that it is believed to have seen; 0 costs one more
// request. Errors: kInvalidArgument (URL), kUnavailable (no answer, a server error, a false cosignature),
// kPermissionDenied (the witness does not know this log or its key), kDataLoss (the witness has seen a larger tree, or
// one that this does not extend).
Result<crypto::NoteSignature> AskForCosignature(const crypto::PolicyWitness& witness, const std::string& note,
                                                TreeSize old_guess, const ConsistencySource& consistency,
                                                const WitnessClientOptions& options = {});

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_WITNESS_CLIENT_H_
