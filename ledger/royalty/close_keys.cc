#include "ledger/royalty/close_keys.h"

#include "crypto/hmac.h"

namespace ledgerline::royalty {

CloseKeys CloseKeys::From(const Hash256& period_secret) {
  const auto derived = [&](std::string_view label) {
    return crypto::HmacSha256(period_secret.view(), "ledgerline/close-key/v1\n" + std::string(label));
  };
  return {derived("sum order"), derived("sum salt"), derived("index"), derived("index salt"), derived("node salt")};
}

std::string SaltOf(const Hash256& key, std::string_view text) {
  return crypto::HmacSha256(key.view(), text).ToBytes().substr(0, kSaltBytes);
}

}  // namespace ledgerline::royalty
