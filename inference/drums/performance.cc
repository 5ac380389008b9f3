#include "inference/drums/performance.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <limits>
#include <string>

namespace ledgerline::drums {
namespace {

constexpr int64_t kMaxBars = 4096;
constexpr int64_t kChangeCost = 1800;  // of changing between straight and triplet, in squared 480ths of a quarter
constexpr int64_t kTripletCost = 200;  // of a triplet beat: straight where nothing tells

struct Struck {
  int64_t at;  // 480ths from the start
  DrumKey key;
  int velocity;
};

int64_t SquaredDistance(int64_t within, int64_t step) {
  const int64_t past = within % step;
  const int64_t distance = std::min(past, step - past);
  return distance * distance;
}

// Straight (false) or triplet (true) for each beat, at the least cost over all.
std::vector<bool> FeelsOf(const std::vector<Struck>& hits, size_t beats) {
  std::vector<std::array<int64_t, 2>> cost(beats, {0, kTripletCost});
  for (const Struck& hit : hits) {
    const auto beat = static_cast<size_t>(hit.at / kFineTicks);
    const int64_t within = hit.at % kFineTicks;
    cost[beat][0] += SquaredDistance(within, 120);
    cost[beat][1] += SquaredDistance(within, 160);
  }
  std::vector<std::array<int8_t, 2>> from(beats, {0, 1});
  std::array<int64_t, 2> total = {0, 0};
  for (size_t b = 0; b < beats; ++b) {
    std::array<int64_t, 2> next{};
    for (size_t s = 0; s < 2; ++s) {
      const int64_t stay = total[s], change = total[1 - s] + kChangeCost;
      from[b][s] = static_cast<int8_t>(stay <= change ? s : 1 - s);
      next[s] = std::min(stay, change) + cost[b][s];
    }
    total = next;
  }
  std::vector<bool> feels(beats);
  size_t state = total[1] < total[0] ? 1 : 0;
  for (size_t b = beats; b-- > 0;) {
    feels[b] = state == 1;
    state = static_cast<size_t>(from[b][state]);
  }
  return feels;
}

}  // namespace

size_t Performance::HitCount() const {
  size_t hits = 0;
  for (const DrumBar& bar : bars) {
    for (const Beat& beat : bar.beats) {
      for (int s = 0; s < beat.StepCount(); ++s) {
        hits += static_cast<size_t>(std::popcount(beat.steps[static_cast<size_t>(s)].mask));
      }
    }
  }
  return hits;
}

std::vector<int> BeatPlaces(int beats) {
  std::vector<int> places;
  while (static_cast<int>(places.size()) < beats) {
    const int left = beats - static_cast<int>(places.size());
    const bool three = left == 3 || left == 5 || left == 6;
    const int group = three ? 3 : std::min(left, 4);
    for (int b = 0; b < group; ++b) places.push_back(three ? 4 + b : b);
  }
  return places;
}

Result<Performance> ReadPerformance(const music::Score& score, int beats, bool fill, int style) {
  if (beats < 1 || beats > 16) return InvalidArgument("beats " + std::to_string(beats) + " is outside 1 to 16");
  std::vector<Struck> hits;
  for (const music::Part& part : score.parts) {
    if (!part.drums) continue;
    for (const music::Note& note : part.notes) {
      const DrumKey key = DrumOfKey(note.pitch);
      if (key.drum < 0) continue;
      const int64_t at = (2 * note.onset * kFineTicks + score.ticks_per_quarter) / (2 * score.ticks_per_quarter);
      hits.push_back({at, key, note.velocity});
    }
  }
  if (hits.empty()) return InvalidArgument("no hits of the drum kit");
  std::stable_sort(hits.begin(), hits.end(), [](const Struck& a, const Struck& b) { return a.at < b.at; });
  // One more beat than the last hit's, which may be an early stroke of the next.
  const int64_t bar_count = (hits.back().at / kFineTicks + 1) / beats + 1;
  if (bar_count > kMaxBars) {
    return OutOfRange(std::to_string(bar_count) + " bars; the bound is " + std::to_string(kMaxBars));
  }
  const std::vector<bool> feels = FeelsOf(hits, static_cast<size_t>(bar_count * beats));
  const std::vector<int> places = BeatPlaces(beats);
  Performance performance;
  performance.style = style;
  performance.bars.resize(static_cast<size_t>(bar_count));
  for (size_t k = 0; k < performance.bars.size(); ++k) {
    performance.bars[k].fill = fill;
    performance.bars[k].phrase = static_cast<uint8_t>(k % 4);
    for (size_t b = 0; b < places.size(); ++b) {
      Beat beat;
      beat.place = places[b];
      beat.triplet = feels[k * places.size() + b];
      performance.bars[k].beats.push_back(beat);
    }
  }
  for (const Struck& hit : hits) {
    int64_t beat = hit.at / kFineTicks;
    const int64_t within = hit.at % kFineTicks;
    const int64_t size = feels[static_cast<size_t>(beat)] ? 160 : 120;
    int64_t step = (within + size / 2) / size;
    const int64_t deviation = std::clamp<int64_t>(within - step * size, -kMaxDeviation, kMaxDeviation);
    if (step * size == kFineTicks) {
      step = 0;
      ++beat;
    }
    DrumBar& bar = performance.bars[static_cast<size_t>(beat / beats)];
    Step& place = bar.beats[static_cast<size_t>(beat % beats)].steps[static_cast<size_t>(step)];
    Stroke& stroke = place.strokes[static_cast<size_t>(hit.key.drum)];
    if (hit.velocity > stroke.velocity) {
      stroke = {static_cast<uint8_t>(hit.velocity), static_cast<int8_t>(deviation), hit.key.other};
    }
    place.mask = static_cast<uint16_t>(place.mask | 1u << hit.key.drum);
  }
  // Bars at the end that hold nothing, or one closing stroke.
  while (performance.bars.size() > 1) {
    const DrumBar& last = performance.bars.back();
    bool beyond = false;
    for (size_t b = 0; b < last.beats.size(); ++b) {
      for (size_t s = 0; s < kStepsPerBeatMax; ++s) beyond |= (b > 0 || s > 0) && last.beats[b].steps[s].mask != 0;
    }
    if (beyond) break;
    performance.bars.pop_back();
  }
  return performance;
}

}  // namespace ledgerline::drums
