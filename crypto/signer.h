// Signer: whoever can sign with a key without showing it. A key file today; a PKCS#11 token fits behind it.
#ifndef LEDGERLINE_CRYPTO_SIGNER_H_
#define LEDGERLINE_CRYPTO_SIGNER_H_

#include <string_view>

#include "crypto/ed25519.h"
#include "schemas/status.h"

namespace ledgerline::crypto {

// Thread-safe.
class Signer {
 public:
  virtual ~Signer() = default;
  virtual PublicKey public_key() const = 0;
  // Ed25519 over exactly `message`. Errors: kUnavailable (a token that is away), kInternal.
  virtual Result<Signature> Sign(std::string_view message) const = 0;
};

// Signs with a private key held in memory.
class KeySigner : public Signer {
 public:
  explicit KeySigner(PrivateKey key);
  PublicKey public_key() const override;
  Result<Signature> Sign(std::string_view message) const override;

 private:
  PrivateKey key_;
};

}  // namespace ledgerline::crypto

#endif  // LEDGERLINE_CRYPTO_SIGNER_H_
