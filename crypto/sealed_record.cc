#include "crypto/sealed_record.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "crypto/ed25519.h"
#include "crypto/private_file.h"

namespace ledgerline::crypto {
namespace {

constexpr std::string_view kMagic = "LLS1";
constexpr size_t kNonceSize = 12;
constexpr size_t kTagSize = 16;

struct CipherDeleter {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherPointer = std::unique_ptr<EVP_CIPHER_CTX, CipherDeleter>;

const uint8_t* In(std::string_view text) { return reinterpret_cast<const uint8_t*>(text.data()); }
uint8_t* Out(std::string& text) { return reinterpret_cast<uint8_t*>(text.data()); }

}  // namespace

Result<SealKey> SealKey::Generate(RandomSource& random) {
  SealKey key;
  RETURN_IF_ERROR(random.Fill(key.bytes_));
  return key;
}

Result<SealKey> SealKey::FromBytes(std::string_view raw) {
  if (raw.size() != kSize) {
    return InvalidArgument("seal key has " + std::to_string(raw.size()) + " bytes, needs 32");
  }
  SealKey key;
  std::copy(raw.begin(), raw.end(), key.bytes_.begin());
  return key;
}

SealKey::~SealKey() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

Result<std::string> Seal(const SealKey& key, std::string_view associated, std::string_view plaintext,
                         RandomSource& random) {
  if (plaintext.size() > kSealedPlaintextBytesMax || associated.size() > kSealedPlaintextBytesMax) {
    return InvalidArgument("record of " + std::to_string(plaintext.size()) + " bytes, at most 16777216 can be sealed");
  }
  ASSIGN_OR_RETURN(const std::string nonce, RandomBytes(random, kNonceSize));
  std::string body(plaintext.size(), '\0');
  std::string tag(kTagSize, '\0');
  const CipherPointer context(EVP_CIPHER_CTX_new());
  int size = 0;
  const bool sealed =
      context != nullptr &&
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, In(key.view()), In(nonce)) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &size, In(associated), static_cast<int>(associated.size())) == 1 &&
      EVP_EncryptUpdate(context.get(), Out(body), &size, In(plaintext), static_cast<int>(plaintext.size())) == 1 &&
      EVP_EncryptFinal_ex(context.get(), Out(body) + body.size(), &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagSize, tag.data()) == 1;
  if (!sealed) return Internal("OpenSSL cannot seal with AES-256-GCM");
  return std::string(kMagic) + nonce + body + tag;
}

Result<std::string> Unseal(const SealKey& key, std::string_view associated, std::string_view sealed) {
  if (sealed.size() < kSealOverhead || sealed.size() > kSealOverhead + kSealedPlaintextBytesMax ||
      associated.size() > kSealedPlaintextBytesMax || !sealed.starts_with(kMagic)) {
    return InvalidArgument(std::to_string(sealed.size()) +
                           " bytes that are not a sealed record (\"LLS1\", 32 bytes to 16 MiB)");
  }
  const std::string_view nonce = sealed.substr(kMagic.size(), kNonceSize);
  const std::string_view body = sealed.substr(kMagic.size() + kNonceSize, sealed.size() - kSealOverhead);
  std::string tag(sealed.substr(sealed.size() - kTagSize));
  std::string plaintext(body.size(), '\0');
  const CipherPointer context(EVP_CIPHER_CTX_new());
  int size = 0;
  const bool opened =
      context != nullptr &&
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, In(key.view()), In(nonce)) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &size, In(associated), static_cast<int>(associated.size())) == 1 &&
      EVP_DecryptUpdate(context.get(), Out(plaintext), &size, In(body), static_cast<int>(body.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagSize, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), Out(plaintext) + plaintext.size(), &size) == 1;
  if (!opened) {
    WipeString(plaintext);
    return DataLoss("sealed record does not open: another key, another subject, or altered bytes");
  }
  return plaintext;
}

Result<SealKeyStore> SealKeyStore::Open(std::string directory) {
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return Unavailable("create key store " + directory + ": " + std::strerror(errno));
  }
  struct stat info = {};
  if (::stat(directory.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
    return Unavailable("key store " + directory + " is not a directory");
  }
  if ((info.st_mode & 077) != 0 || info.st_uid != ::geteuid()) {
    return PermissionDenied("key store " + directory + " is open to others; run: chmod 700 " + directory);
  }
  return SealKeyStore(std::move(directory));
}

Result<std::string> SealKeyStore::PathOf(std::string_view subject) const {
  const bool plain = std::all_of(subject.begin(), subject.end(),
                                 [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
  if (subject.empty() || subject.size() > 64 || !plain) {
    return InvalidArgument("seal key subject \"" + std::string(subject.substr(0, 80)) +
                           "\" is not 1 to 64 of [a-z0-9-]");
  }
  return directory_ + "/" + std::string(subject) + ".key";
}

Result<SealKey> SealKeyStore::Create(std::string_view subject, RandomSource& random) {
  ASSIGN_OR_RETURN(const std::string path, PathOf(subject));
  ASSIGN_OR_RETURN(SealKey key, SealKey::Generate(random));
  RETURN_IF_ERROR(CreatePrivateFile(path, key.view()));
  return key;
}

Result<SealKey> SealKeyStore::Read(std::string_view subject) const {
  ASSIGN_OR_RETURN(const std::string path, PathOf(subject));
  ASSIGN_OR_RETURN(std::string raw, ReadPrivateFile(path, SealKey::kSize));
  Result<SealKey> key = SealKey::FromBytes(raw);
  WipeString(raw);
  if (!key.ok()) return key.status().WithContext(path);
  return key;
}

Status SealKeyStore::Destroy(std::string_view subject) {
  ASSIGN_OR_RETURN(const std::string path, PathOf(subject));
  return DestroyPrivateFile(path);
}

}  // namespace ledgerline::crypto
