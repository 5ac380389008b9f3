// C2SP tlog-checkpoint: the three lines that say "this log, at this size, has this root", carried by a signed note.
#ifndef LEDGERLINE_CRYPTO_CHECKPOINT_H_
#define LEDGERLINE_CRYPTO_CHECKPOINT_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/signed_note.h"
#include "schemas/hash.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::crypto {

struct Checkpoint {
  std::string origin;
  TreeSize size;
  Hash256 root;
  std::vector<std::string> extensions;  // opaque lines, not empty; usually none

  // The note text: origin, size, base64 root, extension lines, each with a newline.
  std::string Text() const;
  // Strict. Errors: kInvalidArgument (names the line).
  static Result<Checkpoint> Parse(std::string_view text);
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// The checkpoint as a note signed under the origin as key name. Errors: kInvalidArgument (the origin is not a key
// name), those of the signer.
Result<std::string> SignCheckpoint(const Checkpoint& checkpoint, const Signer& signer);

// The same under several keys, all with the origin as name: an operator's old key and its new one.
Result<std::string> SignCheckpoint(const Checkpoint& checkpoint, std::span<const Signer* const> signers);

// A checkpoint that at least one of `keys` signed, with `origin` as its first line.
// Errors: kInvalidArgument (form), kPermissionDenied (signature; another log's origin).
Result<Checkpoint> OpenCheckpoint(std::string_view note_bytes, std::string_view origin,
                                  std::span<const VerifierKey> keys);
// The same when the origin is the key's name, as for the log's own key.
Result<Checkpoint> OpenCheckpoint(std::string_view note_bytes, const VerifierKey& log_key);

}  // namespace ledgerline::crypto

#endif  // LEDGERLINE_CRYPTO_CHECKPOINT_H_
