#include "inference/music/given_chords.h"

#include <algorithm>

#include "inference/music/chord_evidence.h"

namespace ledgerline::music {

std::vector<ChordSpan> GivenChords(const Score& grid, const std::vector<Bar>& bars) {
  if (bars.empty()) return {};
  std::vector<ChordSpan> chords;
  ChordSpan current;
  int64_t at = bars.front().start, held = 0;
  const int64_t end = bars.back().end;
  const auto until = [&](int64_t tick) {
    if (tick <= at) return;
    current.start = at;
    current.end = tick;
    if (current.root >= 0) held += tick - at;
    AppendChord(chords, current);
    at = tick;
  };
  for (const Marker& marker : grid.markers) {
    const auto chord = ParseChordSymbol(marker.text);
    if (!chord.ok()) continue;
    until(std::min(marker.at, end));
    current = *chord;
  }
  until(end);
  if (2 * held < end - bars.front().start) return {};
  return chords;
}

}  // namespace ledgerline::music
