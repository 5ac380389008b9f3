// Sealed records: nothing that was not sealed under the key ever opens.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "crypto/sealed_record.h"

using namespace ledgerline::crypto;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const SealKey key = SealKey::FromBytes(std::string(32, 'k')).value();
  if (Unseal(key, "subject", {reinterpret_cast<const char*>(data), size}).ok()) std::abort();
  return 0;
}
