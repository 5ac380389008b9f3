#include "crypto/key_file.h"

#include <fstream>
#include <iterator>
#include <vector>

#include "crypto/private_file.h"
#include "schemas/hash.h"

namespace ledgerline::crypto {
namespace {

constexpr size_t kKeyFileBytesMax = 4096;
constexpr std::string_view kHeader = "ledgerline-private-key v1";

// The value of "field: value", or an error that does not repeat the line (it may hold the seed).
Result<std::string_view> Field(const std::vector<std::string_view>& lines, size_t number, std::string_view field) {
  const std::string prefix = std::string(field) + ": ";
  if (!lines[number].starts_with(prefix)) {
    return InvalidArgument("private key file line " + std::to_string(number + 1) + " does not start with \"" + prefix +
                           "\"");
  }
  return lines[number].substr(prefix.size());
}

}  // namespace

std::string FormatPrivateKey(const NamedKey& key) {
  std::string seed = key.key.seed();
  std::string encoded = Base64Encode(seed);
  std::string text = std::string(kHeader) + "\nname: " + key.name + "\nalgorithm: Ed25519\nseed: " + encoded +
                     "\npublic: " + Base64Encode(key.key.public_key().ToBytes()) + "\n";
  WipeString(seed);
  WipeString(encoded);
  return text;
}

std::string FormatTokenKey(const TokenKey& key) {
  return std::string(kHeader) + "\nname: " + key.name + "\nalgorithm: Ed25519\n" + key.uri.text +
         "\npublic: " + Base64Encode(key.public_key.ToBytes()) + "\n";
}

Result<std::variant<NamedKey, TokenKey>> ParseKeyFile(std::string_view text) {
  if (text.size() > kKeyFileBytesMax) return InvalidArgument("private key file is longer than 4096 bytes");
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return InvalidArgument("private key file does not end in a newline");
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  if (lines.size() != 5 || lines[0] != kHeader) {
    return InvalidArgument("private key file is not the 5 lines that start with \"" + std::string(kHeader) + "\"");
  }
  ASSIGN_OR_RETURN(const std::string_view name, Field(lines, 1, "name"));
  ASSIGN_OR_RETURN(const std::string_view algorithm, Field(lines, 2, "algorithm"));
  ASSIGN_OR_RETURN(const std::string_view encoded_public, Field(lines, 4, "public"));
  RETURN_IF_ERROR(CheckKeyName(name));
  if (algorithm != "Ed25519") return InvalidArgument("private key file line 3: algorithm is not Ed25519");
  if (lines[3].starts_with("pkcs11:")) {
    Result<Pkcs11Uri> uri = Pkcs11Uri::Parse(lines[3]);
    if (!uri.ok()) return InvalidArgument("private key file line 4: " + uri.status().message());
    const Result<std::string> raw = Base64Decode(encoded_public);
    if (!raw.ok()) return InvalidArgument("private key file line 5: public is not base64");
    const Result<PublicKey> key = PublicKey::FromBytes(*raw);
    if (!key.ok()) return key.status().WithContext("private key file line 5");
    return std::variant<NamedKey, TokenKey>(TokenKey{std::string(name), *std::move(uri), *key});
  }
  ASSIGN_OR_RETURN(const std::string_view encoded_seed, Field(lines, 3, "seed"));
  Result<std::string> seed = Base64Decode(encoded_seed);
  if (!seed.ok()) return InvalidArgument("private key file line 4: seed is not base64");
  Result<PrivateKey> key = PrivateKey::FromSeed(*seed);
  WipeString(*seed);
  if (!key.ok()) return key.status().WithContext("private key file line 4");
  if (Base64Encode(key->public_key().ToBytes()) != encoded_public) {
    return InvalidArgument("private key file line 5: the public key is not the seed's");
  }
  return std::variant<NamedKey, TokenKey>(NamedKey{std::string(name), std::move(*key)});
}

Result<NamedKey> ParsePrivateKey(std::string_view text) {
  ASSIGN_OR_RETURN(auto key, ParseKeyFile(text));
  if (auto* named = std::get_if<NamedKey>(&key)) return std::move(*named);
  return InvalidArgument("the key is on a token, line 4 says where: no seed to be had");
}

Status CreatePrivateKeyFile(const std::string& path, const NamedKey& key) {
  RETURN_IF_ERROR(CheckKeyName(key.name));
  std::string text = FormatPrivateKey(key);
  Status status = CreatePrivateFile(path, text);
  WipeString(text);
  return status;
}

Status CreateTokenKeyFile(const std::string& path, const TokenKey& key) {
  RETURN_IF_ERROR(CheckKeyName(key.name));
  return CreatePrivateFile(path, FormatTokenKey(key));
}

Result<std::variant<NamedKey, TokenKey>> ReadKeyFile(const std::string& path) {
  ASSIGN_OR_RETURN(std::string text, ReadPrivateFile(path, kKeyFileBytesMax));
  auto key = ParseKeyFile(text);
  WipeString(text);
  if (!key.ok()) return key.status().WithContext(path);
  return key;
}

Result<NamedKey> ReadPrivateKeyFile(const std::string& path) {
  ASSIGN_OR_RETURN(std::string text, ReadPrivateFile(path, kKeyFileBytesMax));
  Result<NamedKey> key = ParsePrivateKey(text);
  WipeString(text);
  if (!key.ok()) return key.status().WithContext(path);
  return key;
}

Status WritePublicKeyFile(const std::string& path, const VerifierKey& key) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << key.ToString() << "\n";
  file.flush();
  if (!file) return Unavailable("cannot write the public key file " + path);
  return Status::Ok();
}

Result<VerifierKey> ReadPublicKeyFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return NotFound("cannot open the public key file " + path);
  std::string text(kKeyFileBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kKeyFileBytesMax) return InvalidArgument(path + " is longer than 4096 bytes");
  if (text.ends_with('\n')) text.pop_back();
  Result<VerifierKey> key = VerifierKey::Parse(text);
  // The content is not repeated: somebody may have named a private key by mistake.
  if (!key.ok()) return InvalidArgument(path + " holds no verifier key, which is one line, name+hash+base64");
  return key;
}

}  // namespace ledgerline::crypto
