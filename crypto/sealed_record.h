// Sealed records: personal data encrypted under a key of its own, so that destroying the key erases the data while
// every hash and proof over the sealed bytes still verifies. AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce.
// The format and what destroying promises are in docs/formats/sealed_record.md.
#ifndef LEDGERLINE_CRYPTO_SEALED_RECORD_H_
#define LEDGERLINE_CRYPTO_SEALED_RECORD_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/random.h"
#include "schemas/status.h"

namespace ledgerline::crypto {

// 32 random bytes, wiped when they go.
class SealKey {
 public:
  static constexpr size_t kSize = 32;
  static Result<SealKey> Generate(RandomSource& random);
  // Errors: kInvalidArgument (not 32 bytes).
  static Result<SealKey> FromBytes(std::string_view raw);
  SealKey(const SealKey&) = default;
  SealKey& operator=(const SealKey&) = default;
  ~SealKey();
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }

 private:
  SealKey() = default;
  std::array<uint8_t, kSize> bytes_{};
};

inline constexpr size_t kSealedPlaintextBytesMax = size_t{16} << 20;
inline constexpr size_t kSealOverhead = 4 + 12 + 16;  // "LLS1", nonce, tag

// Seals `plaintext`; `associated` (for example the subject's id and the record's name) is bound but not stored.
// Errors: kInvalidArgument (plaintext above 16 MiB), kInternal.
Result<std::string> Seal(const SealKey& key, std::string_view associated, std::string_view plaintext,
                         RandomSource& random);
// Errors: kInvalidArgument (not a sealed record), kDataLoss (wrong key, other associated data, or altered bytes).
Result<std::string> Unseal(const SealKey& key, std::string_view associated, std::string_view sealed);

// One file of mode 0600 for each subject's key, in a directory of mode 0700 that is never part of the data backup.
// Subjects are 1 to 64 characters of [a-z0-9-]. Not thread-safe for the same subject.
class SealKeyStore {
 public:
  // Creates the directory if it is not there. Errors: kPermissionDenied (others have access), kUnavailable.
  static Result<SealKeyStore> Open(std::string directory);
  // Errors: kAlreadyExists, kInvalidArgument (subject), kResourceExhausted.
  Result<SealKey> Create(std::string_view subject, RandomSource& random);
  // Errors: kNotFound (never made, or destroyed), kPermissionDenied, kInvalidArgument.
  Result<SealKey> Read(std::string_view subject) const;
  // Overwrites and removes the key. What it sealed can no longer be read by anyone. Errors: kNotFound.
  Status Destroy(std::string_view subject);

 private:
  explicit SealKeyStore(std::string directory) : directory_(std::move(directory)) {}
  Result<std::string> PathOf(std::string_view subject) const;
  std::string directory_;
};

}  // namespace ledgerline::crypto

#endif  // LEDGERLINE_CRYPTO_SEALED_RECORD_H_
