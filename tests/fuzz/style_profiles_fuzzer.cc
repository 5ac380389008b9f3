// Style profiles from strangers: what is accepted is canonical.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "inference/evaluation/style_health.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto profiles = ledgerline::evaluation::ParseProfiles(text);
  if (profiles.ok() && ledgerline::evaluation::FormatProfiles(*profiles) != text) std::abort();
  return 0;
}
