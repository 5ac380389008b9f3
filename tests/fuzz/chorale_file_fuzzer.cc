// A chorales file comes from outside. What is read has symbols alone, in every key that the reader allows, and rows are
// made of it whose symbols stay in their alphabets.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "inference/chorales/chorale_rows.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ledgerline::chorales;
  const auto set = ParseChoraleFile(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!set.ok()) return 0;
  for (const Chorale& piece : set->train) {
    VoiceRanges ranges;
    ranges.Include(piece);
    if (AllowedTranspositions(piece, ranges) != std::vector<int>{0} && ranges.highest != Step{-1, -1, -1, -1}) {
      std::abort();
    }
    for (const ChoraleRow& row : EncodeChorale(piece)) {
      for (const int symbol : row.fields) {
        if (symbol < 0 || symbol >= OuterSymbols()) std::abort();
      }
      for (const VoiceRow& voice : row.voices) {
        if (voice.target < 0 || voice.target >= kSymbols) std::abort();
        for (const int symbol : voice.fields) {
          if (symbol < 0 || symbol >= VoiceSymbols()) std::abort();
        }
        for (const int reference : voice.references) {
          if (reference < 0 || reference > kRest) std::abort();
        }
      }
    }
  }
  return 0;
}
