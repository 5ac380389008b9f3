#include "crypto/cosignature.h"

#include <algorithm>

namespace ledgerline::crypto {
namespace {

constexpr size_t kTimeBytes = 8;

std::string TimeBytes(uint64_t time_s) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(time_s >> shift));
  return bytes;
}

uint64_t ParseTime(std::string_view bytes) {
  uint64_t time_s = 0;
  for (size_t i = 0; i < kTimeBytes; ++i) time_s = time_s << 8 | static_cast<uint8_t>(bytes[i]);
  return time_s;
}

}  // namespace

CosignerKey::CosignerKey(std::string name, const PublicKey& key)
    : name_(std::move(name)), key_(key), key_id_(NoteKeyId(name_, kNoteCosignature, key)) {}

Result<CosignerKey> CosignerKey::Create(std::string name, const PublicKey& key) {
  RETURN_IF_ERROR(CheckKeyName(name));
  return CosignerKey(std::move(name), key);
}

Result<CosignerKey> CosignerKey::Parse(std::string_view text) {
  ASSIGN_OR_RETURN(const TypedVerifierKey parsed, TypedVerifierKey::Parse(text));
  if (parsed.type == kNoteCosignature) return CosignerKey(parsed.name, parsed.key);
  return InvalidArgument("verifier key \"" + std::string(text.substr(0, 120)) +
                         (parsed.type == kNoteEd25519
                              ? "\" is a log's or a signer's (type 0x01), where a witness's (type 0x04) is needed"
                              : "\" is not of type 0x04 (cosignature/v1)"));
}

std::string CosignerKey::ToString() const { return TypedVerifierKey{name_, kNoteCosignature, key_}.ToString(); }

std::string CosignatureText(uint64_t time_s, std::string_view note_text) {
  return "cosignature/v1\ntime " + std::to_string(time_s) + "\n" + std::string(note_text);
}

Result<NoteSignature> Cosign(std::string_view note_text, const std::string& name, const Signer& signer,
                             uint64_t time_s) {
  ASSIGN_OR_RETURN(const CosignerKey key, CosignerKey::Create(name, signer.public_key()));
  if (time_s > kCosignatureTimeMax) {
    return OutOfRange("cosignature time " + std::to_string(time_s) + " is above " +
                      std::to_string(kCosignatureTimeMax));
  }
  ASSIGN_OR_RETURN(const Signature signature, signer.Sign(CosignatureText(time_s, note_text)));
  return NoteSignature{name, key.key_id(), TimeBytes(time_s) + signature.ToBytes()};
}

Result<std::optional<uint64_t>> CosignedAt(const SignedNote& note, const CosignerKey& key) {
  std::optional<uint64_t> latest;
  for (const NoteSignature& candidate : note.signatures) {
    if (candidate.name != key.name() || candidate.key_id != key.key_id()) continue;
    bool good = candidate.signature.size() == kTimeBytes + Signature::kSize;
    const uint64_t time_s = good ? ParseTime(candidate.signature) : 0;
    good = good && time_s <= kCosignatureTimeMax;
    if (good) {
      ASSIGN_OR_RETURN(const Signature signature,
                       Signature::FromBytes(std::string_view(candidate.signature).substr(kTimeBytes)));
      good = Verify(key.public_key(), CosignatureText(time_s, note.text), signature);
    }
    if (!good) {
      return PermissionDenied("the note's cosignature by " + key.name() + " (key id " + NoteKeyIdHex(key.key_id()) +
                              ") is false");
    }
    latest = std::max(latest.value_or(0), time_s);
  }
  return latest;
}

}  // namespace ledgerline::crypto
