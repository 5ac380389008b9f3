#include "crypto/hmac.h"

#include <string>

#include "crypto/ed25519.h"
#include "crypto/sha256.h"

namespace ledgerline::crypto {

Hash256 HmacSha256(std::string_view key, std::string_view message) {
  constexpr size_t kBlock = 64;
  std::string block = key.size() > kBlock ? Sha256(key).ToBytes() : std::string(key);
  block.resize(kBlock, '\0');
  std::string inner = block, outer = block;
  for (char& c : inner) c = static_cast<char>(c ^ 0x36);
  for (char& c : outer) c = static_cast<char>(c ^ 0x5c);
  const Hash256 inside = Sha256Hasher().Update(inner).Update(message).Finish();
  const Hash256 mac = Sha256Hasher().Update(outer).Update(inside.view()).Finish();
  WipeString(block);
  WipeString(inner);
  WipeString(outer);
  return mac;
}

}  // namespace ledgerline::crypto
