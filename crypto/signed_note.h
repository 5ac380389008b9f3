// C2SP signed-note: a text, an empty line, and signature lines "— name base64(key id || signature)".
//
// Verifier keys are "name+hash+base64(type || public key)" (signed-note, "Verifier keys"); the key id is the first four
// bytes of SHA-256(name || 0x0A || type || public key). Signature type 0x01 is Ed25519 over the text. Signatures of
// keys that the reader does not know are kept and ignored. The text says nothing until Verify has accepted it.
#ifndef LEDGERLINE_CRYPTO_SIGNED_NOTE_H_
#define LEDGERLINE_CRYPTO_SIGNED_NOTE_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/ed25519.h"
#include "crypto/signer.h"
#include "schemas/status.h"

namespace ledgerline::crypto {

inline constexpr size_t kNoteBytesMax = 1'000'000;
inline constexpr size_t kNoteSignaturesMax = 100;
inline constexpr size_t kKeyNameBytesMax = 255;
inline constexpr uint8_t kNoteEd25519 = 0x01;      // signed-note, "Signature types": over the text
inline constexpr uint8_t kNoteCosignature = 0x04;  // over a time and the text: crypto/cosignature.h

// A key name: UTF-8, not empty, no Unicode space, no plus, no control character, at most 255 bytes.
// Errors: kInvalidArgument.
Status CheckKeyName(std::string_view name);

// The key id of a key of this type: the first four bytes of SHA-256(name || 0x0A || type || key), big-endian.
uint32_t NoteKeyId(std::string_view name, uint8_t type, const PublicKey& key);
std::string NoteKeyIdHex(uint32_t key_id);  // eight digits

// "name+hash+base64(type || key)" of any type with 32-byte keys.
struct TypedVerifierKey {
  std::string name;
  uint8_t type = 0;
  PublicKey key;

  std::string ToString() const;
  // Errors: kInvalidArgument (form, name, a key id that is not the key's, a key that has not 32 bytes).
  static Result<TypedVerifierKey> Parse(std::string_view text);
};

// The public half that checks an Ed25519 note signature.
class VerifierKey {
 public:
  // Errors: kInvalidArgument (the name is not a key name).
  static Result<VerifierKey> Create(std::string name, const PublicKey& key);
  // Errors: kInvalidArgument (form, key id that is not the key's, a type other than 0x01).
  static Result<VerifierKey> Parse(std::string_view text);
  std::string ToString() const;  // "example.com/log+1a2b3c4d+AQ..."

  const std::string& name() const { return name_; }
  const PublicKey& public_key() const { return key_; }
  uint32_t key_id() const { return key_id_; }
  friend bool operator==(const VerifierKey&, const VerifierKey&) = default;

 private:
  VerifierKey(std::string name, const PublicKey& key);
  std::string name_;
  PublicKey key_;
  uint32_t key_id_;
};

struct NoteSignature {
  std::string name;
  uint32_t key_id = 0;
  std::string signature;  // the bytes after the key id: 64 for type 0x01, 72 for 0x04, any length for unknown types

  // "— name base64", without a newline.
  std::string ToLine() const;
  // Strict. Errors: kInvalidArgument.
  static Result<NoteSignature> ParseLine(std::string_view line);
  friend bool operator==(const NoteSignature&, const NoteSignature&) = default;
};

// Signature lines one after the other, as a witness answers with. Errors: kInvalidArgument (none, above
// kNoteSignaturesMax, a malformed line, no newline at the end).
Result<std::vector<NoteSignature>> ParseSignatureLines(std::string_view lines);

struct SignedNote {
  std::string text;  // ends in a newline
  std::vector<NoteSignature> signatures;

  // Strict: the bytes must be exactly what Serialize writes. Errors: kInvalidArgument (above kNoteBytesMax or
  // kNoteSignaturesMax, not UTF-8, control characters, no signature, a malformed signature line).
  static Result<SignedNote> Parse(std::string_view bytes);
  std::string Serialize() const;

  // Which of `keys` signed the text (indices into `keys`, ascending). A signature by a known key that does not verify
  // refuses the whole note. Errors: kPermissionDenied (no known key signed; a known key's signature is false).
  Result<std::vector<size_t>> Verify(std::span<const VerifierKey> keys) const;
  // Adds an Ed25519 signature under `name`. Errors: kInvalidArgument (name), those of the signer.
  Status Sign(const std::string& name, const Signer& signer);
};

// A new note over `text`. Errors: kInvalidArgument (text is not UTF-8, has control characters, does not end in a
// newline, is above kNoteBytesMax).
Result<SignedNote> MakeNote(std::string text);

}  // namespace ledgerline::crypto

#endif  // LEDGERLINE_CRYPTO_SIGNED_NOTE_H_
