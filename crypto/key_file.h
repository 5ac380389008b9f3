// Key files: an Ed25519 private key with its note key name, or where on a token it is, and the verifier key beside it.
// The format is in docs/formats/keys.md.
#ifndef LEDGERLINE_CRYPTO_KEY_FILE_H_
#define LEDGERLINE_CRYPTO_KEY_FILE_H_

#include <string>
#include <string_view>
#include <variant>

#include "crypto/ed25519.h"
#include "crypto/pkcs11_uri.h"
#include "crypto/signed_note.h"
#include "schemas/status.h"

namespace ledgerline::crypto {

// A private key and the name that it signs notes under.
struct NamedKey {
  std::string name;
  PrivateKey key;

  // Errors: kInvalidArgument (the name is not a key name).
  Result<VerifierKey> verifier() const { return VerifierKey::Create(name, key.public_key()); }
};

// A key on a token: where it is, and its public half, so that another key in its place is noticed.
struct TokenKey {
  std::string name;
  Pkcs11Uri uri;
  PublicKey public_key;

  Result<VerifierKey> verifier() const { return VerifierKey::Create(name, public_key); }
};

// The text of a key file that says where the key is. No secret.
std::string FormatTokenKey(const TokenKey& key);

// The text of a private key file. The caller wipes it.
std::string FormatPrivateKey(const NamedKey& key);
// Strict. Errors: kInvalidArgument (names the line; a public key that is not the seed's). Messages never show the seed.
Result<std::variant<NamedKey, TokenKey>> ParseKeyFile(std::string_view text);
// The same where only a seed will do. Errors: also kInvalidArgument (the key is on a token).
Result<NamedKey> ParsePrivateKey(std::string_view text);

// Creates the file with mode 0600; never replaces one. Errors: kAlreadyExists, kPermissionDenied, kResourceExhausted.
Status CreatePrivateKeyFile(const std::string& path, const NamedKey& key);
Status CreateTokenKeyFile(const std::string& path, const TokenKey& key);
// Errors: kNotFound, kPermissionDenied (group or others have access), kInvalidArgument.
Result<NamedKey> ReadPrivateKeyFile(const std::string& path);
Result<std::variant<NamedKey, TokenKey>> ReadKeyFile(const std::string& path);

// One line: the verifier key. Replaces an existing file. Errors: kPermissionDenied, kUnavailable.
Status WritePublicKeyFile(const std::string& path, const VerifierKey& key);
// Errors: kNotFound, kInvalidArgument.
Result<VerifierKey> ReadPublicKeyFile(const std::string& path);

}  // namespace ledgerline::crypto

#endif  // LEDGERLINE_CRYPTO_KEY_FILE_H_
