// Comparisons and pairs files from strangers: what is accepted is written and read again as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "inference/preference/comparison.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ledgerline::preference;  // NOLINT: a fuzzer
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto comparison = ParseComparison(text);
  if (comparison.ok()) {
    const auto again = ParseComparison(FormatComparison(*comparison));
    if (!again.ok() || *again != *comparison) std::abort();
  }
  const auto pairs = ParsePairs(text);
  if (pairs.ok()) {
    std::string written;
    for (const Comparison& pair : *pairs) written += FormatComparison(pair);
    const auto again = ParsePairs(written);
    if (!again.ok() || *again != *pairs) std::abort();
  }
  return 0;
}
