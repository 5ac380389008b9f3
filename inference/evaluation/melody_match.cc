#include "inference/evaluation/melody_match.h"

#include <set>
#include <utility>

namespace ledgerline::evaluation {

double MelodyF1(const std::vector<music::Note>& sung, const std::vector<music::Note>& song, int shift, int64_t delay) {
  std::multiset<std::pair<int64_t, int>> wanted;
  for (const music::Note& note : song) wanted.insert({note.onset + delay, note.pitch + shift});
  std::vector<std::pair<int64_t, int>> left;
  for (const music::Note& note : sung) left.push_back({note.onset, note.pitch});
  double found = 0;
  for (const int64_t off : {int64_t{0}, int64_t{-1}, int64_t{1}}) {
    std::vector<std::pair<int64_t, int>> unmatched;
    for (const auto& [onset, pitch] : left) {
      const auto match = wanted.find({onset + off, pitch});
      if (match == wanted.end()) {
        unmatched.push_back({onset, pitch});
      } else {
        wanted.erase(match);
        found += 1;
      }
    }
    left = std::move(unmatched);
  }
  const auto all = static_cast<double>(sung.size() + song.size());
  return all == 0 ? 1 : 2 * found / all;
}

}  // namespace ledgerline::evaluation
