#include "inference/music/hand_clefs.h"

#include <algorithm>
#include <array>

namespace ledgerline::music {
namespace {

struct Reach {
  Clef clef;
  int lowest, highest;  // pitches with one ledger line at most
};
constexpr std::array<Reach, 2> kReaches = {{{{"G", 2, 0}, 60, 81}, {{"F", 4, 0}, 40, 60}}};
constexpr double kChange = 12.0;  // semitones beyond the staff, on average over a bar's notes

int Beyond(const Reach& reach, int pitch) { return std::max({0, reach.lowest - pitch, pitch - reach.highest}); }

}  // namespace

std::vector<Clef> HandClefs(const std::vector<Note>& notes, size_t staff, const std::vector<Bar>& bars) {
  const size_t usual = staff == 0 ? 0 : 1;
  std::array<double, 2> total = {usual == 0 ? 0.0 : kChange, usual == 1 ? 0.0 : kChange};
  std::vector<std::array<size_t, 2>> before(bars.size());  // the clef of the bar before, for either
  size_t next = 0;
  for (size_t b = 0; b < bars.size(); ++b) {
    std::array<double, 2> now = {0, 0};
    double count = 0;
    for (; next < notes.size() && notes[next].onset < bars[b].end; ++next) {
      for (size_t c = 0; c < 2; ++c) now[c] += Beyond(kReaches[c], notes[next].pitch);
      ++count;
    }
    std::array<double, 2> sum{};
    for (size_t c = 0; c < 2; ++c) {
      const bool changes = b > 0 && total[1 - c] + kChange < total[c];
      before[b][c] = changes ? 1 - c : c;
      sum[c] = (changes ? total[1 - c] + kChange : total[c]) + (count == 0 ? 0 : now[c] / count);
    }
    total = sum;
  }
  std::vector<Clef> clefs(bars.size());
  size_t at = total[usual] <= total[1 - usual] ? usual : 1 - usual;
  for (size_t b = bars.size(); b-- > 0;) {
    clefs[b] = kReaches[at].clef;
    at = before[b][at];
  }
  return clefs;
}

}  // namespace ledgerline::music
