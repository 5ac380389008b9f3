#include "crypto/ed25519.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>

#include "schemas/hash.h"

namespace ledgerline::crypto {
namespace {

struct Deleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

const uint8_t* Bytes(std::string_view text) { return reinterpret_cast<const uint8_t*>(text.data()); }

template <typename T>
Result<T> FixedFromBytes(std::string_view raw, const char* what) {
  if (raw.size() != T::kSize) {
    return InvalidArgument(std::string(what) + " has " + std::to_string(raw.size()) + " bytes, needs " +
                           std::to_string(T::kSize));
  }
  T value;
  std::copy(raw.begin(), raw.end(), value.bytes.begin());
  return value;
}

template <typename Array>
std::string ArrayToString(const Array& bytes) {
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace

Result<PublicKey> PublicKey::FromBytes(std::string_view raw) {
  return FixedFromBytes<PublicKey>(raw, "Ed25519 public key");
}

Result<PublicKey> PublicKey::FromHex(std::string_view text) {
  ASSIGN_OR_RETURN(const std::string raw, HexDecode(text));
  return FromBytes(raw);
}

std::string PublicKey::ToBytes() const { return ArrayToString(bytes); }
std::string PublicKey::ToHex() const { return HexEncode(ToBytes()); }

Result<Signature> Signature::FromBytes(std::string_view raw) {
  return FixedFromBytes<Signature>(raw, "Ed25519 signature");
}

std::string Signature::ToBytes() const { return ArrayToString(bytes); }

struct PrivateKey::Held {
  std::unique_ptr<EVP_PKEY, Deleter> key;
  PublicKey public_key;
  std::string seed;
  ~Held() { WipeString(seed); }
};

PrivateKey::PrivateKey(std::shared_ptr<const Held> held) : held_(std::move(held)) {}

Result<PrivateKey> PrivateKey::FromSeed(std::string_view seed) {
  if (seed.size() != kSeedSize) {
    return InvalidArgument("Ed25519 seed has " + std::to_string(seed.size()) + " bytes, needs 32");
  }
  auto held = std::make_shared<Held>();
  held->key.reset(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, Bytes(seed), seed.size()));
  size_t size = PublicKey::kSize;
  if (held->key == nullptr || EVP_PKEY_get_raw_public_key(held->key.get(), held->public_key.bytes.data(), &size) != 1 ||
      size != PublicKey::kSize) {
    return Internal("OpenSSL cannot make an Ed25519 key");
  }
  held->seed.assign(seed);
  return PrivateKey(std::move(held));
}

Result<PrivateKey> PrivateKey::Generate(RandomSource& random) {
  ASSIGN_OR_RETURN(std::string seed, RandomBytes(random, kSeedSize));
  Result<PrivateKey> key = FromSeed(seed);
  WipeString(seed);
  return key;
}

const PublicKey& PrivateKey::public_key() const { return held_->public_key; }
std::string PrivateKey::seed() const { return held_->seed; }

Result<Signature> PrivateKey::Sign(std::string_view message) const {
  const std::unique_ptr<EVP_MD_CTX, Deleter> context(EVP_MD_CTX_new());
  Signature signature;
  size_t size = Signature::kSize;
  if (context == nullptr || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, held_->key.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.bytes.data(), &size, Bytes(message), message.size()) != 1 ||
      size != Signature::kSize) {
    return Internal("OpenSSL cannot sign with Ed25519");
  }
  return signature;
}

bool Verify(const PublicKey& key, std::string_view message, const Signature& signature) {
  const std::unique_ptr<EVP_PKEY, Deleter> evp(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.bytes.data(), PublicKey::kSize));
  const std::unique_ptr<EVP_MD_CTX, Deleter> context(EVP_MD_CTX_new());
  return evp != nullptr && context != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, evp.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.bytes.data(), Signature::kSize, Bytes(message), message.size()) == 1;
}

void WipeString(std::string& secret) {
  if (!secret.empty()) OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

}  // namespace ledgerline::crypto
