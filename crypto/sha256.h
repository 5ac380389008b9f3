// SHA-256 (FIPS 180-4) over OpenSSL's EVP interface.
#ifndef LEDGERLINE_CRYPTO_SHA256_H_
#define LEDGERLINE_CRYPTO_SHA256_H_

#include <memory>
#include <string_view>

#include "schemas/hash.h"

namespace ledgerline::crypto {

// The SHA-256 of `bytes`. Never fails: a library that cannot compute SHA-256 ends the process.
Hash256 Sha256(std::string_view bytes);

// The same, in pieces. Not thread-safe; movable.
class Sha256Hasher {
 public:
  Sha256Hasher();
  ~Sha256Hasher();
  Sha256Hasher(Sha256Hasher&&) noexcept;
  Sha256Hasher& operator=(Sha256Hasher&&) noexcept;

  Sha256Hasher& Update(std::string_view bytes);
  // The hash of everything so far. Afterwards the hasher is empty again.
  Hash256 Finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace ledgerline::crypto

#endif  // LEDGERLINE_CRYPTO_SHA256_H_
