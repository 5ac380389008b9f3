// Songs from strangers, up to the model's door: planned in every style, the plan serialised, read and written as a
// score. Without a corpus the fuzzer starts from a small song that is made here.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "inference/covers/cover_score.h"
#include "inference/covers/plan.h"
#include "inference/music/smf.h"
#include "inference/tokens/arranger.h"
#include "inference/tokens/positions.h"
#include "tests/inference/tokens/sample_pieces.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

using namespace ledgerline;  // NOLINT: a program's main file

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed) {
  if (size < 14 || std::memcmp(data, "MThd", 4) != 0) {
    music::Score song = tokens::SampleSong(1 + static_cast<int>(seed % 4));
    song.ticks_per_quarter = 24 << (seed % 5);
    const std::string bytes = music::WriteSmf(song).value();
    if (bytes.size() <= max_size) {
      std::memcpy(data, bytes.data(), bytes.size());
      return bytes.size();
    }
  }
  return LLVMFuzzerMutate(data, size, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto song = music::ReadSmf({reinterpret_cast<const char*>(data), size});
  if (!song.ok()) return 0;
  covers::TextureCounts textures{};
  textures[3 * tokens::kPolyphonyClasses + 3] = 1;
  for (const covers::StyleTraits& style : covers::OfferedStyles()) {
    const auto plan = covers::PlanCover(*song, style, textures, 720, size);
    if (!plan.ok()) continue;
    const auto bytes = tokens::SerialiseConditioning(plan->conditioning);
    if (!bytes.ok()) continue;  // such as 256 melody notes in a bar
    const auto read = tokens::ParseConditioning(*bytes);
    if (!read.ok() || !(*read == plan->conditioning)) std::abort();
    if (covers::MelodyOf(read->piece).empty()) std::abort();
    tokens::EncodeBars(read->piece, 0, 1000, {});
    covers::ToScore(read->piece, read->quarter_us, style, "");
  }
  for (const char* genre : {"art-song", "hymn", "string-quartet", "waltz", "guitar"}) {
    const auto piece = tokens::ArrangeForTraining(*song, genre);
    if (piece.ok()) tokens::EncodeBars(*piece, 0, 1000, {});
  }
  return 0;
}
