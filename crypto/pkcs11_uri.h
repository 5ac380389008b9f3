// Where a key is on a token: a PKCS#11 URI (RFC 7512), as key files have it.
#ifndef LEDGERLINE_CRYPTO_PKCS11_URI_H_
#define LEDGERLINE_CRYPTO_PKCS11_URI_H_

#include <string>
#include <string_view>

#include "schemas/status.h"

namespace ledgerline::crypto {

inline constexpr size_t kPkcs11UriBytesMax = 1024;

struct Pkcs11Uri {
  std::string text;         // as it was given
  std::string token;        // the token's label
  std::string serial;       // the token's serial number
  std::string object;       // the key's label
  std::string id;           // the key's CKA_ID, raw bytes
  std::string module_path;  // the shared library; empty: the environment says
  std::string pin_path;     // a file of mode 0600 that holds the PIN; empty: the environment says

  // Strict: printable ASCII, each attribute at most once, none that this version would pass over; a token (label or
  // serial) and a key (label or id) are named. A PIN in the URI itself (pin-value) is refused.
  // Errors: kInvalidArgument (names the attribute), kOutOfRange (above kPkcs11UriBytesMax).
  static Result<Pkcs11Uri> Parse(std::string_view text);
  friend bool operator==(const Pkcs11Uri&, const Pkcs11Uri&) = default;
};

}  // namespace ledgerline::crypto

#endif  // LEDGERLINE_CRYPTO_PKCS11_URI_H_
