// Hashes side by side are the hashes one by one: messages of the fuzzer's lengths and parts.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/sha256.h"
#include "crypto/sha256_lanes.h"

using namespace ledgerline;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::vector<crypto::HashInput> inputs;
  // Two bytes of length, one of how much of it is the head.
  while (bytes.size() >= 3) {
    const size_t length = (size_t{static_cast<uint8_t>(bytes[0])} << 8 | static_cast<uint8_t>(bytes[1])) % 1024;
    const size_t head = static_cast<uint8_t>(bytes[2]);
    bytes.remove_prefix(3);
    const std::string_view message = bytes.substr(0, length);
    inputs.push_back({message.substr(0, head), message.substr(std::min(head, message.size()))});
    bytes.remove_prefix(message.size());
  }
  std::vector<Hash256> hashes(inputs.size());
  crypto::Sha256Each(inputs, hashes);
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (hashes[i] != crypto::Sha256(std::string(inputs[i].head).append(inputs[i].body))) std::abort();
  }
  return 0;
}
