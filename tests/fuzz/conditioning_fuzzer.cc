// Conditioning bytes from strangers: what is accepted is canonical, and can be encoded as rows.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "inference/tokens/conditioning.h"
#include "inference/tokens/positions.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ledgerline;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto conditioning = tokens::ParseConditioning(bytes);
  if (!conditioning.ok()) return 0;
  const auto written = tokens::SerialiseConditioning(*conditioning);
  if (!written.ok() || *written != bytes) std::abort();
  if (conditioning->piece.bars.size() < 64) tokens::EncodeBars(conditioning->piece, 0, 10'000, {});
  return 0;
}
