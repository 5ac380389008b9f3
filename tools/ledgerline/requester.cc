#include "tools/ledgerline/requester.h"

#include "schemas/hash.h"

namespace ledgerline::tool {

Result<std::string> ParseRequester(const std::string& hex, crypto::RandomSource& random) {
  if (hex.empty()) return crypto::RandomBytes(random, 16);
  auto raw = HexDecode(hex);
  if (!raw.ok() || raw->size() != 16)
    return InvalidArgument("--requester '" + hex.substr(0, 80) + "': expected 32 hex digits, a pseudonym of 16 bytes");
  return raw;
}

}  // namespace ledgerline::tool
