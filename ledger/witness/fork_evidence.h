// Two checkpoints that one log signed and that cannot both be true: a file that anyone with the log's verifier key can
// check, without the witness or the log. The format is in docs/formats/witness.md.
//
// Same size, different roots: that is all it takes. Different sizes: with the consistency proof that the log gave,
// which leads to the second checkpoint's root from another root than the first checkpoint's. If the proof leads
// nowhere, the file shows only that the log did not show that it extends its own earlier tree; it says so.
#ifndef LEDGERLINE_LEDGER_WITNESS_FORK_EVIDENCE_H_
#define LEDGERLINE_LEDGER_WITNESS_FORK_EVIDENCE_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "crypto/merkle.h"
#include "crypto/signed_note.h"
#include "schemas/hash.h"
#include "schemas/status.h"

namespace ledgerline::witness {

inline constexpr std::string_view kForkEvidenceHeader = "ledgerline-fork-evidence/1";
inline constexpr size_t kForkEvidenceBytesMax = 2'100'000;

struct ForkEvidence {
  std::string first;   // a signed note: the checkpoint that was known, of the smaller or the same size
  std::string second;  // a signed note: the one that came after
  // Of different sizes: the root that the second tree has at the first one's size, and the proof of that.
  std::optional<Hash256> other_root;
  crypto::Proof proof;

  std::string Serialize() const;
  // Strict; signatures are Judge's business. Errors: kInvalidArgument (names the line), kOutOfRange.
  static Result<ForkEvidence> Parse(std::string_view text);
};

enum class ForkVerdict {
  kTwoHistories,  // the log signed two trees of which neither extends the other
  kNotShown,      // both are signed; that the second extends the first was not shown, nor the contrary
};

// What the evidence shows to somebody who knows the log's keys. Errors: kInvalidArgument (form), kPermissionDenied (not
// both are signed by one log of `log_keys`), kFailedPrecondition (no evidence: the second extends the first).
Result<ForkVerdict> Judge(const ForkEvidence& evidence, std::span<const crypto::VerifierKey> log_keys);

// From what a log gave as a proof that the second checkpoint extends the first, and that did not verify.
ForkEvidence MakeForkEvidence(std::string first, std::string second, const crypto::Proof& failed_proof);

}  // namespace ledgerline::witness

#endif  // LEDGERLINE_LEDGER_WITNESS_FORK_EVIDENCE_H_
