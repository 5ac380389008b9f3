// Taste files from strangers: what is accepted is canonical, and weighs any figures without leaving 64 bits.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "inference/preference/taste.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ledgerline::preference;  // NOLINT: a fuzzer
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto taste = ParseTaste(text);
  if (!taste.ok()) return 0;
  if (FormatTaste(*taste) != text) std::abort();
  for (const int64_t value : {kMaxFigure, -kMaxFigure, int64_t{0}, int64_t{-1}}) {
    Figures figures;
    for (const auto& [name, weight] : taste->weights) figures[name] = value;
    if (!Utility(*taste, figures).ok()) std::abort();
  }
  return 0;
}
