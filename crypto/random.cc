#include "crypto/random.h"

#include <openssl/rand.h>

#include <limits>

namespace ledgerline::crypto {

Status SystemRandom::Fill(std::span<uint8_t> out) {
  if (out.size() > static_cast<size_t>(std::numeric_limits<int>::max())) {
    return InvalidArgument("random bytes: " + std::to_string(out.size()) + " asked for at once, at most 2147483647");
  }
  if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1) {
    return Internal("the operating system's random source failed");
  }
  return Status::Ok();
}

Result<std::string> RandomBytes(RandomSource& random, size_t size) {
  std::string bytes(size, '\0');
  RETURN_IF_ERROR(random.Fill({reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()}));
  return bytes;
}

}  // namespace ledgerline::crypto
