#include "inference/music/chord_evidence.h"

#include <algorithm>

namespace ledgerline::music {

std::vector<ChordEvidence> EvidenceOf(const Score& grid, const std::vector<BeatGroup>& groups) {
  struct Sum {
    std::array<int64_t, 12> ticks{};
    int lowest_at_start = 128;
    int lowest = 128;
  };
  std::vector<Sum> sums(groups.size());
  for (const Part& part : grid.parts) {
    if (part.drums) continue;
    for (const Note& note : part.notes) {
      const int64_t end = note.onset + note.duration;
      auto group = std::upper_bound(groups.begin(), groups.end(), note.onset,
                                    [](int64_t t, const BeatGroup& g) { return t < g.end; });
      for (; group != groups.end() && group->start < end; ++group) {
        Sum& sum = sums[static_cast<size_t>(group - groups.begin())];
        const int64_t length = std::min(end, group->end) - std::max(note.onset, group->start);
        sum.ticks[static_cast<size_t>(note.pitch % 12)] += note.onset == group->start ? 3 * length : 2 * length;
        sum.lowest = std::min(sum.lowest, note.pitch);
        if (note.onset <= group->start) sum.lowest_at_start = std::min(sum.lowest_at_start, note.pitch);
      }
    }
  }
  std::vector<ChordEvidence> evidence(groups.size());
  for (size_t g = 0; g < groups.size(); ++g) {
    int64_t total = 0;
    for (const int64_t ticks : sums[g].ticks) total += ticks;
    if (total == 0) continue;
    for (size_t k = 0; k < 12; ++k) evidence[g].share[k] = static_cast<int>(1000 * sums[g].ticks[k] / total);
    evidence[g].bass = (sums[g].lowest_at_start < 128 ? sums[g].lowest_at_start : sums[g].lowest) % 12;
  }
  return evidence;
}

uint16_t ScaleMask(const KeyEstimate& key) {
  constexpr unsigned kMajorScale = 0b101010110101;  // 0 2 4 5 7 9 11
  constexpr unsigned kMinorScale = 0b110110101101;  // 0 2 3 5 7 8 10 11
  const unsigned scale = key.minor ? kMinorScale : kMajorScale;
  return static_cast<uint16_t>(((scale << key.tonic_pitch_class) | (scale >> (12 - key.tonic_pitch_class))) & 0xFFF);
}

void AppendChord(std::vector<ChordSpan>& chords, const ChordSpan& chord) {
  if (!chords.empty() && chords.back().end == chord.start && chords.back().root == chord.root &&
      chords.back().quality == chord.quality) {
    chords.back().end = chord.end;
  } else {
    chords.push_back(chord);
  }
}

}  // namespace ledgerline::music
