// HMAC-SHA-256 (RFC 2104, FIPS 198-1): a keyed hash, for keys derived by label, for salts, and for orders that tell
// nothing to those who do not have the key.
#ifndef LEDGERLINE_CRYPTO_HMAC_H_
#define LEDGERLINE_CRYPTO_HMAC_H_

#include <string_view>

#include "schemas/hash.h"

namespace ledgerline::crypto {

Hash256 HmacSha256(std::string_view key, std::string_view message);

}  // namespace ledgerline::crypto

#endif  // LEDGERLINE_CRYPTO_HMAC_H_
