// NamedSigner: what a key file gives a command, wherever the key is: a name and a signer.
#ifndef LEDGERLINE_CRYPTO_NAMED_SIGNER_H_
#define LEDGERLINE_CRYPTO_NAMED_SIGNER_H_

#include <memory>
#include <string>

#include "crypto/pkcs11_signer.h"
#include "crypto/signed_note.h"
#include "crypto/signer.h"
#include "schemas/status.h"

namespace ledgerline::crypto {

struct NamedSigner {
  std::string name;                      // the name that it signs notes under
  std::shared_ptr<const Signer> signer;  // never null

  PublicKey public_key() const { return signer->public_key(); }
  // Errors: kInvalidArgument (the name is not a key name).
  Result<VerifierKey> verifier() const { return VerifierKey::Create(name, public_key()); }
};

// The key that a private key file holds, or the key on the token that it names.
// Errors: those of ReadKeyFile and of Pkcs11Signer::Open.
Result<NamedSigner> OpenKeyFile(const std::string& path, const Pkcs11Access& access);

}  // namespace ledgerline::crypto

#endif  // LEDGERLINE_CRYPTO_NAMED_SIGNER_H_
