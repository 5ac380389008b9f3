// Figure indices from strangers: what is accepted is canonical and sorted.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "inference/fingerprint/figures.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto index = ledgerline::fingerprint::FigureIndex::Parse(bytes);
  if (index.ok() && index->Serialise() != bytes) std::abort();
  return 0;
}
