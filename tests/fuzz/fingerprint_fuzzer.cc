// Fingerprint bytes from strangers: what is accepted must be canonical.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "inference/fingerprint/melodic.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto print = ledgerline::fingerprint::MelodicFingerprint::FromBytes(bytes);
  if (print.ok() && print->ToBytes() != bytes) std::abort();
  return 0;
}
