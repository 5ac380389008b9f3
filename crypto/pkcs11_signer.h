// Pkcs11Signer: an Ed25519 key that stays on a token (OASIS PKCS#11 3.0, CKM_EDDSA, section 6.3.15): a smart card, an
// HSM, or SoftHSM in tests. The module is a shared library that is loaded by its path.
#ifndef LEDGERLINE_CRYPTO_PKCS11_SIGNER_H_
#define LEDGERLINE_CRYPTO_PKCS11_SIGNER_H_

#include <memory>
#include <optional>
#include <string>

#include "crypto/ed25519.h"
#include "crypto/pkcs11_uri.h"
#include "crypto/signer.h"
#include "schemas/status.h"

namespace ledgerline::crypto {

// What a URI may leave open. A PIN never comes from a command line, where other users would see it.
struct Pkcs11Access {
  std::string module_path;         // for URIs without module-path
  std::optional<std::string> pin;  // for URIs without pin-source

  // LEDGERLINE_PKCS11_MODULE and LEDGERLINE_PKCS11_PIN.
  static Pkcs11Access FromEnvironment();
};

// Thread-safe: each signature has a session of its own, and sessions are kept for the next one. The module is
// initialised once for the process and stays loaded.
class Pkcs11Signer : public Signer {
 public:
  // Logs in and finds the one private key that the URI names. With `expected` a test signature must verify under it;
  // without, the public key is read from the token's public key object.
  // Errors name module, token, key and CKR code: kInvalidArgument (the module cannot be loaded; no PIN; an ambiguous
  // name; a key that is not Ed25519), kNotFound (token, key), kPermissionDenied (the PIN; another public key),
  // kUnavailable (the token is away).
  static Result<std::unique_ptr<Pkcs11Signer>> Open(const Pkcs11Uri& uri, const Pkcs11Access& access,
                                                    const std::optional<PublicKey>& expected);
  ~Pkcs11Signer() override;
  Pkcs11Signer(const Pkcs11Signer&) = delete;
  Pkcs11Signer& operator=(const Pkcs11Signer&) = delete;

  PublicKey public_key() const override;
  // A signature is checked before it is given out. Errors: kUnavailable, kPermissionDenied (logged out), kInternal.
  Result<Signature> Sign(std::string_view message) const override;

 private:
  class Impl;
  explicit Pkcs11Signer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ledgerline::crypto

#endif  // LEDGERLINE_CRYPTO_PKCS11_SIGNER_H_
