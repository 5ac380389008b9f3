#include "inference/music/hands.h"

#include <algorithm>
#include <cstdlib>

namespace ledgerline::music {
namespace {

constexpr int kSpan = 12;       // semitones that a hand reaches without trouble
constexpr int kRightHome = 69;  // where the hands are before the first note
constexpr int kLeftHome = 48;

// What it costs a hand at `home` to play pitches[from, to), sorted upwards.
int Cost(const std::vector<int>& pitches, size_t from, size_t to, int home) {
  if (from == to) return 0;
  const int low = pitches[from], high = pitches[to - 1];
  return 8 * std::max(0, high - low - kSpan) + std::abs((low + high) / 2 - home);
}

}  // namespace

Hands DivideHands(const std::vector<Note>& notes) {
  Hands hands;
  int right = kRightHome, left = kLeftHome;
  for (size_t first = 0; first < notes.size();) {
    size_t end = first;
    std::vector<int> pitches;
    for (; end < notes.size() && notes[end].onset == notes[first].onset; ++end) pitches.push_back(notes[end].pitch);
    std::sort(pitches.begin(), pitches.end());
    size_t best = 0;
    int best_cost = -1;
    for (size_t split = 0; split <= pitches.size(); ++split) {  // pitches below `split` are the left hand's
      const int cost = Cost(pitches, 0, split, left) + Cost(pitches, split, pitches.size(), right);
      if (best_cost < 0 || cost < best_cost) {
        best = split;
        best_cost = cost;
      }
    }
    const int border = best < pitches.size() ? pitches[best] : 128;
    for (size_t i = first; i < end; ++i) (notes[i].pitch >= border ? hands.right : hands.left).push_back(notes[i]);
    // A hand drifts towards what it plays, and never across the other's home.
    if (best < pitches.size()) right = std::max(60, (right + (pitches[best] + pitches.back()) / 2) / 2);
    if (best > 0) left = std::min(57, (left + (pitches[0] + pitches[best - 1]) / 2) / 2);
    first = end;
  }
  return hands;
}

bool NeedsTwoStaves(const Part& part) {
  const bool keyboard = part.program <= 7 || (part.program >= 16 && part.program <= 20) || part.program == 46;
  if (!keyboard || part.drums || part.notes.empty()) return false;
  const auto [low, high] = std::minmax_element(part.notes.begin(), part.notes.end(),
                                               [](const Note& a, const Note& b) { return a.pitch < b.pitch; });
  return low->pitch < 55 && high->pitch > 64;
}

}  // namespace ledgerline::music
