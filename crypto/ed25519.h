// Ed25519 signatures (RFC 8032 section 5.1, the pure variant) as value types over OpenSSL's EVP interface.
#ifndef LEDGERLINE_CRYPTO_ED25519_H_
#define LEDGERLINE_CRYPTO_ED25519_H_

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "crypto/random.h"
#include "schemas/status.h"

namespace ledgerline::crypto {

// A public key as RFC 8032 section 5.1.5 encodes it. Any 32 bytes are storable; a point that is none never verifies.
struct PublicKey {
  static constexpr size_t kSize = 32;
  std::array<uint8_t, kSize> bytes{};

  // Errors: kInvalidArgument (not exactly 32 bytes; not 64 hex digits).
  static Result<PublicKey> FromBytes(std::string_view raw);
  static Result<PublicKey> FromHex(std::string_view text);
  std::string ToBytes() const;
  std::string ToHex() const;
  friend auto operator<=>(const PublicKey&, const PublicKey&) = default;
};

struct Signature {
  static constexpr size_t kSize = 64;
  std::array<uint8_t, kSize> bytes{};

  static Result<Signature> FromBytes(std::string_view raw);
  std::string ToBytes() const;
  friend auto operator<=>(const Signature&, const Signature&) = default;
};

// A private key. Signing is const and thread-safe; copies share the key, the memory is wiped with the last of them.
class PrivateKey {
 public:
  static constexpr size_t kSeedSize = 32;

  // The key that RFC 8032 section 5.1.5 derives from a 32-byte seed. Errors: kInvalidArgument (size), kInternal.
  static Result<PrivateKey> FromSeed(std::string_view seed);
  static Result<PrivateKey> Generate(RandomSource& random);

  const PublicKey& public_key() const;
  // The seed, for key files only. The caller wipes its copy.
  std::string seed() const;
  // Errors: kInternal (out of memory).
  Result<Signature> Sign(std::string_view message) const;

 private:
  struct Held;
  explicit PrivateKey(std::shared_ptr<const Held> held);
  std::shared_ptr<const Held> held_;
};

// True if `signature` is `key`'s over exactly `message`. Refuses non-canonical scalars (RFC 8032 section 5.1.7).
bool Verify(const PublicKey& key, std::string_view message, const Signature& signature);

// Overwrites secret bytes in a way that the compiler may not remove.
void WipeString(std::string& secret);

}  // namespace ledgerline::crypto

#endif  // LEDGERLINE_CRYPTO_ED25519_H_
