#include "inference/music/metre.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace ledgerline::music {
namespace {

constexpr size_t kSlotsMax = 1u << 20;  // of a piece: 65,536 bars of 4/4; what comes later is not looked at

// Hundredths of a nat that it costs to begin with a pickup; a file that has one mostly states it by its bars.
constexpr int64_t kPickup = 300;

}  // namespace

std::vector<uint8_t> MetreSights(const Score& grid) {
  struct Slot {
    int lowest = 128;     // pitch that starts here
    int64_t longest = 0;  // duration that starts here
  };
  const int64_t end = std::min<int64_t>(grid.EndTick(), static_cast<int64_t>(kSlotsMax) * kMetreSlotTicks);
  std::vector<Slot> slots(static_cast<size_t>((end + kMetreSlotTicks - 1) / kMetreSlotTicks));
  int64_t sum = 0, count = 0;
  for (const Part& part : grid.parts) {
    if (part.drums) continue;
    for (const Note& note : part.notes) {
      const auto index = static_cast<size_t>(note.onset / kMetreSlotTicks);
      if (index >= slots.size()) continue;
      slots[index].lowest = std::min(slots[index].lowest, note.pitch);
      slots[index].longest = std::max(slots[index].longest, note.duration);
      sum += note.pitch;
      ++count;
    }
  }
  // The bass is what lies under the middle between the piece's mean and its lowest line: half of the slots' lowest
  // notes would make every melody alone its own bass, so the border is the mean itself.
  const int64_t border = count > 0 ? sum / count : 0;
  std::vector<uint8_t> sights(slots.size(), 0);
  int bass = -1;
  for (size_t k = 0; k < slots.size(); ++k) {
    if (slots[k].lowest == 128) continue;
    int kind = 0;
    if (slots[k].lowest < border) {
      kind = slots[k].lowest % 12 == bass ? 1 : 2;
      bass = slots[k].lowest % 12;
    }
    const int64_t length = slots[k].longest;
    const int duration = length < kGridTicks / 2 ? 0 : length < kGridTicks ? 1 : length < 2 * kGridTicks ? 2 : 3;
    sights[k] = static_cast<uint8_t>(1 + 4 * kind + duration);
  }
  return sights;
}

MetreEstimate StatedMetre(const Score& grid) {
  std::map<std::pair<int, int>, std::pair<int64_t, int64_t>> time;  // metre -> (ticks, first bar line)
  for (const Bar& bar : BarsOf(grid)) {
    const int64_t whole = int64_t{bar.metre.numerator} * 4 * kGridTicks / bar.metre.denominator;
    if (bar.end - bar.start != whole) continue;
    const auto [entry, fresh] =
        time.try_emplace({bar.metre.numerator, bar.metre.denominator}, std::pair<int64_t, int64_t>{0, bar.start});
    entry->second.first += whole;
  }
  const int64_t end = grid.EndTick();
  for (const auto& [metre, place] : time) {
    if (5 * place.first >= 4 * end) return {metre.first, metre.second, place.second, 0};
  }
  return {0, 4, 0, 0};
}

namespace {

// How well a metre's profile fits, with its bar lines where they fit best.
struct Fit {
  int64_t points = 0;  // hundredths of a nat over all sixteenths
  int pickup = 0;      // slots before the first bar line
};

Fit FitOf(int metre, const std::vector<uint8_t>& sights) {
  const int slots = kMetresKnown[static_cast<size_t>(metre)].Slots();
  const std::span<const int16_t> profile = MetreProfile(metre);
  std::vector<int64_t> counts(static_cast<size_t>(slots * kMetreSights), 0);
  for (size_t k = 0; k < sights.size(); ++k) {
    ++counts[(k % static_cast<size_t>(slots)) * kMetreSights + sights[k]];
  }
  Fit best;
  for (int pickup = 0; pickup < slots && !profile.empty(); ++pickup) {
    int64_t points = pickup == 0 ? 0 : -kPickup;
    for (int slot = 0; slot < slots; ++slot) {
      const int place = (slot - pickup + slots) % slots;
      for (int sight = 0; sight < kMetreSights; ++sight) {
        points += counts[static_cast<size_t>(slot * kMetreSights + sight)] *
                  profile[static_cast<size_t>(place * kMetreSights + sight)];
      }
    }
    if (pickup == 0 || points > best.points) best = {points, pickup};
  }
  return best;
}

}  // namespace

std::array<int, kMetreFeatures> MetreFeatures(const Score& grid) {
  std::array<int, kMetreFeatures> features{};
  const std::vector<uint8_t> sights = MetreSights(grid);
  const auto slots = static_cast<int64_t>(std::max<size_t>(1, sights.size()));
  size_t at = 0;
  for (int m = 0; m < kKnownMetres; ++m)
    features[at++] = static_cast<int>(std::clamp<int64_t>(20 * FitOf(m, sights).points / slots, -1000, 1000));
  // How far the sights, and the bass, are the same one bar later, for each length of bar.
  for (const size_t lag : {6u, 8u, 12u, 16u, 18u, 24u, 32u, 48u}) {
    int64_t same = 0, bass = 0, onsets = 1, basses = 1;
    for (size_t k = 0; k + lag < sights.size(); ++k) {
      const bool either = sights[k] != 0 || sights[k + lag] != 0;
      onsets += either;
      same += either && sights[k] == sights[k + lag];
      const bool low = sights[k] >= 5 || sights[k + lag] >= 5;
      basses += low;
      bass += low && sights[k] >= 5 && sights[k + lag] >= 5;
    }
    features[at++] = static_cast<int>(1000 * same / onsets);
    features[at++] = static_cast<int>(1000 * bass / basses);
  }
  // How dense the piece is, how long its notes are, and on which sixteenths and triplets they start.
  std::array<int64_t, 4> lengths{}, places{};
  int64_t onsets = 0;
  for (size_t k = 0; k < sights.size(); ++k) {
    if (sights[k] == 0) continue;
    ++onsets;
    ++lengths[(sights[k] - 1u) % 4];
    ++places[k % 4];
  }
  int64_t triplets = 0, notes = 1;
  for (const Part& part : grid.parts) {
    for (const Note& note : part.notes) {
      triplets += note.onset % 3 != 0;
      ++notes;
    }
  }
  const int64_t some = std::max<int64_t>(1, onsets);
  for (const int64_t count : lengths) features[at++] = static_cast<int>(1000 * count / some);
  for (const int64_t count : places) features[at++] = static_cast<int>(1000 * count / some);
  features[at++] = static_cast<int>(1000 * onsets / slots);
  features[at++] = static_cast<int>(1000 * triplets / notes);
  features[at++] = 1000;
  return features;
}

MetreEstimate FindMetre(const Score& grid) {
  MetreEstimate estimate;
  const std::vector<uint8_t> sights = MetreSights(grid);
  if (sights.empty()) return estimate;
  const auto features = MetreFeatures(grid);
  std::array<int64_t, kKnownMetres> points{};
  for (int m = 0; m < kKnownMetres; ++m) {
    const std::span<const int16_t> weights = MetreWeights(m);
    for (size_t k = 0; k < weights.size(); ++k) points[static_cast<size_t>(m)] += int64_t{weights[k]} * features[k];
  }
  const auto best = static_cast<size_t>(std::max_element(points.begin(), points.end()) - points.begin());
  estimate.numerator = kMetresKnown[best].numerator;
  estimate.denominator = kMetresKnown[best].denominator;
  estimate.first_bar = FitOf(static_cast<int>(best), sights).pickup * kMetreSlotTicks;
  int64_t other = points[best == 0 ? 1 : 0];
  for (size_t m = 0; m < kKnownMetres; ++m) {
    if (kMetresKnown[m].Slots() != kMetresKnown[best].Slots()) other = std::max(other, points[m]);
  }
  estimate.lead = points[best] - other;
  return estimate;
}

}  // namespace ledgerline::music
