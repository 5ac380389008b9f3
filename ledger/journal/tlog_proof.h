// C2SP tlog-proof: one text that shows, offline, that an entry is in a log: its index, the inclusion proof, and the
// signed checkpoint. Ledgerline's receipts put the entry's bytes into the "extra" line, so that the file needs nothing
// beside it.
#ifndef LEDGERLINE_LEDGER_JOURNAL_TLOG_PROOF_H_
#define LEDGERLINE_LEDGER_JOURNAL_TLOG_PROOF_H_

#include <optional>
#include <string>
#include <string_view>

#include "crypto/checkpoint.h"
#include "crypto/merkle.h"
#include "crypto/signed_note.h"
#include "ledger/journal/journal.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::journal {

inline constexpr size_t kTlogProofBytesMax = 1'200'000;

struct TlogProof {
  std::optional<std::string> extra;  // raw bytes; in our receipts the entry
  EntryIndex index;
  crypto::Proof hashes;    // leaf's sibling first
  std::string checkpoint;  // a signed note, verbatim

  std::string Serialize() const;
  // Strict. Errors: kInvalidArgument (names the line).
  static Result<TlogProof> Parse(std::string_view text);
  // Checks the checkpoint's signature and that `entry` is at `index` under its root.
  // Errors: kInvalidArgument, kPermissionDenied (signature, origin), kOutOfRange, kDataLoss (another root).
  Result<crypto::Checkpoint> Verify(std::string_view entry, const crypto::VerifierKey& checkpoint_key) const;
};

// The receipt of an entry under the journal's last signed checkpoint.
// Errors: kNotFound (no such entry), kFailedPrecondition (the checkpoint does not cover it yet), kDataLoss.
Result<TlogProof> MakeReceipt(const Journal& journal, EntryIndex index);

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_TLOG_PROOF_H_
