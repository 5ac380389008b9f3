#include "inference/music/metre.h"

#include <algorithm>
#include <map>

#include "inference/music/metre_features.h"

namespace ledgerline::music {

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

MetreEstimate FindMetre(const Score& grid) {
  MetreEstimate estimate;
  const std::vector<uint8_t> sights = MetreSights(grid);
  if (sights.empty()) return estimate;
  const auto features = MetreFeatures(grid);
  std::array<int64_t, kKnownMetres> points{};
  for (int m = 0; m < kKnownMetres; ++m) {
    for (const MetreTree& tree : MetreTrees(m)) points[static_cast<size_t>(m)] += tree.Leaf(features);
  }
  const auto best = static_cast<size_t>(std::max_element(points.begin(), points.end()) - points.begin());
  estimate.numerator = kMetresKnown[best].numerator;
  estimate.denominator = kMetresKnown[best].denominator;
  estimate.first_bar = FitOfMetre(static_cast<int>(best), sights).pickup * kMetreSlotTicks;
  int64_t other = points[best == 0 ? 1 : 0];
  for (size_t m = 0; m < kKnownMetres; ++m) {
    if (kMetresKnown[m].Slots() != kMetresKnown[best].Slots()) other = std::max(other, points[m]);
  }
  estimate.lead = points[best] - other;
  return estimate;
}

}  // namespace ledgerline::music
