// Randomness is passed to whoever needs it, so that tests and the simulator can replace it.
#ifndef LEDGERLINE_CRYPTO_RANDOM_H_
#define LEDGERLINE_CRYPTO_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "schemas/status.h"

namespace ledgerline::crypto {

// Thread-safe unless an implementation says otherwise.
class RandomSource {
 public:
  virtual ~RandomSource() = default;
  // Fills all of `out`. Errors: kInternal (the source failed; nothing may be used).
  virtual Status Fill(std::span<uint8_t> out) = 0;
};

// The operating system's randomness through OpenSSL's generator (NIST SP 800-90A). Thread-safe.
class SystemRandom : public RandomSource {
 public:
  Status Fill(std::span<uint8_t> out) override;
};

// `size` random bytes.
Result<std::string> RandomBytes(RandomSource& random, size_t size);

}  // namespace ledgerline::crypto

#endif  // LEDGERLINE_CRYPTO_RANDOM_H_
