// Conditioning bytes from strangers: what is accepted is canonical, can be encoded as rows and written as a score.
// Without a corpus the fuzzer starts from a small piece that is made here.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "inference/tokens/conditioning.h"
#include "inference/tokens/positions.h"
#include "tests/inference/tokens/sample_pieces.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

using namespace ledgerline;  // NOLINT: a program's main file

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed) {
  if (size < 20 || std::memcmp(data, "LLCOND", 6) != 0) {
    tokens::Conditioning conditioning;
    conditioning.piece = tokens::RandomPiece(seed, 1 + seed % 6);
    const std::string bytes = tokens::SerialiseConditioning(conditioning).value();
    if (bytes.size() <= max_size) {
      std::memcpy(data, bytes.data(), bytes.size());
      return bytes.size();
    }
  }
  return LLVMFuzzerMutate(data, size, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto conditioning = tokens::ParseConditioning(bytes);
  if (!conditioning.ok()) return 0;
  const auto written = tokens::SerialiseConditioning(*conditioning);
  if (!written.ok() || *written != bytes) std::abort();
  if (conditioning->piece.bars.size() < 64) tokens::EncodeBars(conditioning->piece, 0, 10'000, {});
  return 0;
}
