// Remix plans and remix blobs from strangers: what parses is written one way, and reads the same again; what parses is
// built on a small song without harm.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "inference/covers/remix_builder.h"
#include "tests/inference/tokens/sample_pieces.h"

using namespace ledgerline;  // NOLINT: a program's main file

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto blob = covers::ParseRemixBlob(bytes); blob.ok()) {
    if (covers::SerialiseRemixBlob(*blob).value() != bytes) std::abort();
  }
  // A head is given, so that the fields are reached.
  const auto plan = covers::ParseRemixPlan("ledgerline-remix 1\n" + std::string(bytes));
  if (!plan.ok()) return 0;
  const auto again = covers::ParseRemixPlan(covers::FormatRemixPlan(*plan));
  if (!again.ok() || !(*again == *plan)) std::abort();
  static const music::Score song = tokens::SampleSong(8);
  static const covers::TextureCounts textures = [] {
    covers::TextureCounts counts{};
    counts[3 * tokens::kPolyphonyClasses + 3] = 1;
    return counts;
  }();
  const auto built =
      covers::BuildRemix(*plan, {song, song}, *covers::FindStyle("art-song"), textures, 720, Hash256(), 1);
  if (!built.ok()) return 0;
  const auto written = covers::SerialiseRemixBlob(built->blob);
  if (!written.ok()) return 0;
  const auto read = covers::ParseRemixBlob(*written);
  if (!read.ok() || !(read->directions == built->blob.directions)) std::abort();
  return 0;
}
