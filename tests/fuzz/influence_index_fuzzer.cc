// Influence indices from strangers: what is accepted is written again as it was.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "inference/influence/influence_index.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto index = ledgerline::influence::InfluenceIndex::Parse(bytes);
  if (!index.ok()) return 0;
  const auto again = index->Serialise();
  if (!again.ok() || *again != bytes) std::abort();
  return 0;
}
