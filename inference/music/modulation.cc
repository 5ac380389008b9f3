#include "inference/music/modulation.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

namespace ledgerline::music {
namespace {

constexpr int kKeys = 24;  // 0 to 11 major, 12 to 23 minor, by tonic

// Krumhansl and Kessler's ratings (key.cc) less their mean, in hundredths.
constexpr std::array<int, 12> kMajor = {276, -206, 94, -190, 221, 74, -181, 253, -175, 8, -208, 32};
constexpr std::array<int, 12> kMinor = {254, -185, 88, 189, -210, 78, -171, 279, 39, -197, -151, -13};

// In points; a bar whose notes are the tonic alone has about 280.
constexpr int kChange = 600;     // to a key a fifth away or with the same signature
constexpr int kPerFifth = 45;    // more for each further fifth
constexpr int kModeChange = 40;  // more where major and minor change
constexpr int kHome = 0;        // a bar in the home key
constexpr int kSignature = 60;   // a bar in a key of the stated signature

KeyEstimate KeyOf(int state) { return {state % 12, state >= 12, 0}; }

int ChangeCost(int from, int to) {
  const KeyEstimate a = KeyOf(from), b = KeyOf(to);
  const int apart = std::abs(KeyFifths(a) - KeyFifths(b));
  const int fifths = std::min(apart, 12 - apart);
  return kChange + kPerFifth * std::max(0, fifths - 1) + (a.minor != b.minor ? kModeChange : 0);
}

// Ticks of each pitch class in each bar, with half of those of the bars beside it.
std::vector<std::array<int64_t, 12>> TicksOfBars(const Score& grid, const std::vector<Bar>& bars) {
  std::vector<std::array<int64_t, 12>> own(bars.size()), around(bars.size());
  for (const Part& part : grid.parts) {
    if (part.drums) continue;
    for (const Note& note : part.notes) {
      const int64_t end = note.onset + note.duration;
      auto bar =
          std::upper_bound(bars.begin(), bars.end(), note.onset, [](int64_t t, const Bar& b) { return t < b.end; });
      for (; bar != bars.end() && bar->start < end; ++bar) {
        own[static_cast<size_t>(bar - bars.begin())][static_cast<size_t>(note.pitch % 12)] +=
            std::min(end, bar->end) - std::max(note.onset, bar->start);
      }
    }
  }
  for (size_t k = 0; k < bars.size(); ++k) {
    for (size_t p = 0; p < 12; ++p) {
      around[k][p] = 2 * own[k][p] + (k > 0 ? own[k - 1][p] : 0) + (k + 1 < bars.size() ? own[k + 1][p] : 0);
    }
  }
  return around;
}

}  // namespace

std::vector<KeySpan> FindKeys(const Score& grid, const std::vector<Bar>& bars, const KeyEstimate& home,
                              bool trust_signature) {
  const std::vector<std::array<int64_t, 12>> ticks = TicksOfBars(grid, bars);
  std::array<int64_t, kKeys> total{};
  std::vector<std::array<uint8_t, kKeys>> from(bars.size());
  size_t next_key = 0;
  int fifths = 99;
  for (size_t k = 0; k < bars.size(); ++k) {
    while (next_key < grid.keys.size() && grid.keys[next_key].at < bars[k].end) fifths = grid.keys[next_key++].fifths;
    int64_t sum = 0;
    for (const int64_t t : ticks[k]) sum += t;
    std::array<int64_t, kKeys> next{};
    for (int s = 0; s < kKeys; ++s) {
      const KeyEstimate key = KeyOf(s);
      int64_t best = total[static_cast<size_t>(s)];
      int origin = s;
      for (int p = 0; p < kKeys && k > 0; ++p) {
        const int64_t way = total[static_cast<size_t>(p)] - (p == s ? 0 : ChangeCost(p, s));
        if (way > best) {
          best = way;
          origin = p;
        }
      }
      int64_t points = 0;
      for (int p = 0; p < 12 && sum > 0; ++p) {
        points += ticks[k][static_cast<size_t>(p)] *
                  (key.minor ? kMinor : kMajor)[static_cast<size_t>((p - key.tonic_pitch_class + 12) % 12)];
      }
      if (sum > 0) points /= sum;
      if (key.tonic_pitch_class == home.tonic_pitch_class && key.minor == home.minor) points += kHome;
      if (trust_signature && fifths != 99 && (KeyFifths(key) - fifths + 24) % 12 == 0) points += kSignature;
      next[static_cast<size_t>(s)] = best + points;
      from[k][static_cast<size_t>(s)] = static_cast<uint8_t>(origin);
    }
    total = next;
  }
  std::vector<int> path(bars.size());
  int state = static_cast<int>(std::max_element(total.begin(), total.end()) - total.begin());
  for (size_t k = bars.size(); k-- > 0;) {
    path[k] = state;
    state = from[k][static_cast<size_t>(state)];
  }
  std::vector<KeySpan> spans;
  for (size_t k = 0; k < bars.size(); ++k) {
    if (k > 0 && path[k] == path[k - 1]) {
      spans.back().end_bar = k + 1;
    } else {
      spans.push_back({k, k + 1, KeyOf(path[k])});
    }
  }
  return spans;
}

KeyEstimate LongestKey(const std::vector<KeySpan>& spans, const std::vector<Bar>& bars) {
  std::array<int64_t, kKeys> ticks{};
  KeyEstimate longest;
  int64_t most = 0;
  for (const KeySpan& span : spans) {
    int64_t& time = ticks[static_cast<size_t>(span.key.tonic_pitch_class + (span.key.minor ? 12 : 0))];
    time += bars[span.end_bar - 1].end - bars[span.first_bar].start;
    if (time > most) {
      most = time;
      longest = span.key;
    }
  }
  return longest;
}

}  // namespace ledgerline::music
