// Owners' files and covers' influences from strangers: no input stops the reader.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tests/inference/influence/sample_index.h"
#include "tools/train/influence_shares.h"

using namespace ledgerline;  // NOLINT: a fuzzer

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const influence::InfluenceIndex index = influence::SampleIndex(4, 1, 1);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto owners = train::PieceOwners::Parse(text); owners.ok()) {
    for (const influence::IndexedPiece& piece : index.pieces) {
      const std::string owner = owners->OwnerOf(piece);
      if (!owner.empty() && owner.starts_with("collection:") && owners->ConsentOf(owner) != 0) std::abort();
    }
  }
  std::vector<uint64_t> sums(index.pieces.size(), 0);
  if (!train::AddCoverInfluences(text, index, Hash256(), &sums).ok()) return 0;
  uint64_t sum = 0;
  for (const uint64_t value : sums) sum += value;
  if (sum > train::kInfluenceWhole) std::abort();
  return 0;
}
