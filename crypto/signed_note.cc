#include "crypto/signed_note.h"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "crypto/sha256.h"
#include "schemas/hash.h"

namespace ledgerline::crypto {
namespace {

constexpr std::string_view kSignaturePrefix = "\xE2\x80\x94 ";  // em dash (U+2014) and a space

// The next code point of valid UTF-8 (RFC 3629), or nothing.
std::optional<char32_t> NextCodePoint(std::string_view& text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  size_t length = 1;
  char32_t value = first;
  if (first >= 0x80) {
    if (first < 0xC2 || first > 0xF4) return std::nullopt;
    length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    value = first & (0xFF >> (length + 1));
    if (text.size() < length) return std::nullopt;
    for (size_t i = 1; i < length; ++i) {
      if ((byte(i) & 0xC0) != 0x80) return std::nullopt;
      value = value << 6 | (byte(i) & 0x3F);
    }
    constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < kSmallest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return std::nullopt;
  }
  text.remove_prefix(length);
  return value;
}

// The White_Space property of Unicode.
bool IsSpace(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

Status CheckText(std::string_view text) {
  if (text.size() > kNoteBytesMax) {
    return InvalidArgument("note of " + std::to_string(text.size()) + " bytes, at most " +
                           std::to_string(kNoteBytesMax));
  }
  for (std::string_view rest = text; !rest.empty();) {
    const size_t at = text.size() - rest.size();
    const std::optional<char32_t> c = NextCodePoint(rest);
    if (!c) return InvalidArgument("note is not UTF-8 at byte " + std::to_string(at));
    if (*c < 0x20 && *c != '\n') return InvalidArgument("note has a control character at byte " + std::to_string(at));
  }
  return Status::Ok();
}

std::string TypedKey(uint8_t type, const PublicKey& key) {
  return std::string(1, static_cast<char>(type)) + key.ToBytes();
}

std::string KeyIdBytes(uint32_t id) {
  return {static_cast<char>(id >> 24), static_cast<char>(id >> 16), static_cast<char>(id >> 8), static_cast<char>(id)};
}

}  // namespace

std::string NoteKeyIdHex(uint32_t key_id) { return HexEncode(KeyIdBytes(key_id)); }

uint32_t NoteKeyId(std::string_view name, uint8_t type, const PublicKey& key) {
  const Hash256 hash = Sha256Hasher().Update(name).Update("\n").Update(TypedKey(type, key)).Finish();
  return uint32_t{hash.bytes[0]} << 24 | uint32_t{hash.bytes[1]} << 16 | uint32_t{hash.bytes[2]} << 8 | hash.bytes[3];
}

Result<NoteSignature> NoteSignature::ParseLine(std::string_view line) {
  const auto bad = [&](const std::string& why) {
    return InvalidArgument("note signature line \"" + std::string(line.substr(0, 60)) + "\": " + why);
  };
  if (!line.starts_with(kSignaturePrefix)) return bad("does not start with an em dash and a space");
  line.remove_prefix(kSignaturePrefix.size());
  const size_t space = line.find(' ');
  if (space == std::string_view::npos) return bad("has no signature after the name");
  NoteSignature signature;
  signature.name = line.substr(0, space);
  if (Status status = CheckKeyName(signature.name); !status.ok()) return status;
  Result<std::string> raw = Base64Decode(line.substr(space + 1));
  if (!raw.ok()) return bad("signature is not base64");
  if (raw->size() < 5) return bad("signature is shorter than 5 bytes");
  for (int i = 0; i < 4; ++i) signature.key_id = signature.key_id << 8 | static_cast<uint8_t>((*raw)[i]);
  signature.signature = raw->substr(4);
  return signature;
}

std::string NoteSignature::ToLine() const {
  return std::string(kSignaturePrefix) + name + " " + Base64Encode(KeyIdBytes(key_id) + signature);
}

Result<std::vector<NoteSignature>> ParseSignatureLines(std::string_view lines) {
  if (lines.empty()) return InvalidArgument("note has no signature");
  if (!lines.ends_with('\n')) return InvalidArgument("note does not end in a newline");
  std::vector<NoteSignature> signatures;
  while (!lines.empty()) {
    if (signatures.size() == kNoteSignaturesMax) {
      return InvalidArgument("note has more than " + std::to_string(kNoteSignaturesMax) + " signatures");
    }
    const size_t end = lines.find('\n');
    ASSIGN_OR_RETURN(NoteSignature signature, NoteSignature::ParseLine(lines.substr(0, end)));
    signatures.push_back(std::move(signature));
    lines.remove_prefix(end + 1);
  }
  return signatures;
}

Status CheckKeyName(std::string_view name) {
  if (name.empty()) return InvalidArgument("key name is empty");
  if (name.size() > kKeyNameBytesMax) {
    return InvalidArgument("key name has " + std::to_string(name.size()) + " bytes, at most 255");
  }
  for (std::string_view rest = name; !rest.empty();) {
    const std::optional<char32_t> c = NextCodePoint(rest);
    if (!c || *c < 0x20 || *c == 0x7F || *c == '+' || IsSpace(*c)) {
      return InvalidArgument("key name \"" + std::string(name) +
                             "\" has a space, a plus, a control character or is not UTF-8");
    }
  }
  return Status::Ok();
}

std::string TypedVerifierKey::ToString() const {
  return name + "+" + NoteKeyIdHex(NoteKeyId(name, type, key)) + "+" + Base64Encode(TypedKey(type, key));
}

Result<TypedVerifierKey> TypedVerifierKey::Parse(std::string_view text) {
  const auto bad = [&](const std::string& why) {
    return InvalidArgument("verifier key \"" + std::string(text.substr(0, 120)) + "\": " + why);
  };
  // Base64 may hold a plus; names and key ids may not.
  const size_t first = text.find('+');
  const size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) return bad("is not name+hash+base64");
  const std::string_view id = text.substr(first + 1, second - first - 1);
  const Result<std::string> typed_key = Base64Decode(text.substr(second + 1));
  if (!typed_key.ok()) return bad("the key is not base64");
  if (typed_key->size() != 1 + PublicKey::kSize) return bad("is not an Ed25519 key (a type byte and 32 bytes)");
  TypedVerifierKey parsed;
  parsed.name = text.substr(0, first);
  parsed.type = static_cast<uint8_t>((*typed_key)[0]);
  RETURN_IF_ERROR(CheckKeyName(parsed.name));
  ASSIGN_OR_RETURN(parsed.key, PublicKey::FromBytes(std::string_view(*typed_key).substr(1)));
  const std::string expected = NoteKeyIdHex(NoteKeyId(parsed.name, parsed.type, parsed.key));
  if (expected != id) return bad("the hash should be " + expected);
  return parsed;
}

VerifierKey::VerifierKey(std::string name, const PublicKey& key)
    : name_(std::move(name)), key_(key), key_id_(NoteKeyId(name_, kNoteEd25519, key)) {}

Result<VerifierKey> VerifierKey::Create(std::string name, const PublicKey& key) {
  RETURN_IF_ERROR(CheckKeyName(name));
  return VerifierKey(std::move(name), key);
}

Result<VerifierKey> VerifierKey::Parse(std::string_view text) {
  ASSIGN_OR_RETURN(const TypedVerifierKey parsed, TypedVerifierKey::Parse(text));
  if (parsed.type == kNoteEd25519) return VerifierKey(parsed.name, parsed.key);
  return InvalidArgument("verifier key \"" + std::string(text.substr(0, 120)) +
                         (parsed.type == kNoteCosignature
                              ? "\" is a witness's (type 0x04), where a log's or a signer's (type 0x01) is needed"
                              : "\" is not of type 0x01 (Ed25519)"));
}

std::string VerifierKey::ToString() const { return TypedVerifierKey{name_, kNoteEd25519, key_}.ToString(); }

Result<SignedNote> MakeNote(std::string text) {
  RETURN_IF_ERROR(CheckText(text));
  if (!text.ends_with('\n')) return InvalidArgument("note text does not end in a newline");
  return SignedNote{std::move(text), {}};
}

Result<SignedNote> SignedNote::Parse(std::string_view bytes) {
  RETURN_IF_ERROR(CheckText(bytes));
  // The text is separated from the signatures by the last empty line.
  const size_t split = bytes.rfind("\n\n");
  if (split == std::string_view::npos) return InvalidArgument("note has no empty line before its signatures");
  SignedNote note;
  note.text = bytes.substr(0, split + 1);
  ASSIGN_OR_RETURN(note.signatures, ParseSignatureLines(bytes.substr(split + 2)));
  return note;
}

std::string SignedNote::Serialize() const {
  std::string bytes = text + "\n";
  for (const NoteSignature& signature : signatures) bytes.append(signature.ToLine()).append("\n");
  return bytes;
}

Result<std::vector<size_t>> SignedNote::Verify(std::span<const VerifierKey> keys) const {
  std::vector<size_t> signers;
  for (size_t i = 0; i < keys.size(); ++i) {
    for (const NoteSignature& candidate : signatures) {
      if (candidate.name != keys[i].name() || candidate.key_id != keys[i].key_id()) continue;
      const Result<Signature> signature = Signature::FromBytes(candidate.signature);
      if (!signature.ok() || !crypto::Verify(keys[i].public_key(), text, *signature)) {
        return PermissionDenied("the note's signature by " + keys[i].name() + " (key id " +
                                NoteKeyIdHex(keys[i].key_id()) + ") is false");
      }
      if (signers.empty() || signers.back() != i) signers.push_back(i);
    }
  }
  if (signers.empty()) {
    std::string expected = "the note carries no signature by a known key; known:";
    for (const VerifierKey& key : keys)
      expected.append(" ").append(key.name()).append("+").append(NoteKeyIdHex(key.key_id()));
    if (keys.empty()) expected.append(" none");
    return PermissionDenied(std::move(expected));
  }
  return signers;
}

Status SignedNote::Sign(const std::string& name, const Signer& signer) {
  ASSIGN_OR_RETURN(const VerifierKey key, VerifierKey::Create(name, signer.public_key()));
  ASSIGN_OR_RETURN(const Signature signature, signer.Sign(text));
  signatures.push_back({name, key.key_id(), signature.ToBytes()});
  return Status::Ok();
}

}  // namespace ledgerline::crypto
