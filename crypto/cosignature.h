// C2SP tlog-cosignature, Ed25519: a witness's statement that, at a time, this was the largest tree of this log that it
// had seen, and that it extends every earlier one.
//
// The signed text is "cosignature/v1\ntime <seconds>\n" and then the checkpoint's whole text; the signature in the note
// is the time as a big-endian 64-bit number and the 64 bytes of Ed25519. Keys have type 0x04, so that a witness's key
// never passes for a log's. The format is in docs/formats/cosignature.md.
#ifndef LEDGERLINE_CRYPTO_COSIGNATURE_H_
#define LEDGERLINE_CRYPTO_COSIGNATURE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/signed_note.h"
#include "crypto/signer.h"
#include "schemas/status.h"

namespace ledgerline::crypto {

// tlog-cosignature, "Format": the timestamp must not exceed 2^63 - 1.
inline constexpr uint64_t kCosignatureTimeMax = UINT64_MAX >> 1;

// The public half that checks a witness's cosignatures.
class CosignerKey {
 public:
  // Errors: kInvalidArgument (the name is not a key name).
  static Result<CosignerKey> Create(std::string name, const PublicKey& key);
  // Errors: kInvalidArgument (form, key id that is not the key's, a type other than 0x04).
  static Result<CosignerKey> Parse(std::string_view text);
  std::string ToString() const;  // "witness.example+1a2b3c4d+BA..."

  const std::string& name() const { return name_; }
  const PublicKey& public_key() const { return key_; }
  uint32_t key_id() const { return key_id_; }
  friend bool operator==(const CosignerKey&, const CosignerKey&) = default;

 private:
  CosignerKey(std::string name, const PublicKey& key);
  std::string name_;
  PublicKey key_;
  uint32_t key_id_;
};

// What the witness signs. `note_text` is the checkpoint with its last newline and without signatures.
std::string CosignatureText(uint64_t time_s, std::string_view note_text);

// The cosignature of `note_text` by the key behind `signer`, at `time_s` (seconds since 1970-01-01 UTC).
// Errors: kInvalidArgument (name), kOutOfRange (time above kCosignatureTimeMax), those of the signer.
Result<NoteSignature> Cosign(std::string_view note_text, const std::string& name, const Signer& signer,
                             uint64_t time_s);

// When `key` cosigned this note: the latest time if it did several times, nothing if it did not.
// Errors: kPermissionDenied (a cosignature under this key's name and id that is not the key's).
Result<std::optional<uint64_t>> CosignedAt(const SignedNote& note, const CosignerKey& key);

}  // namespace ledgerline::crypto

#endif  // LEDGERLINE_CRYPTO_COSIGNATURE_H_
