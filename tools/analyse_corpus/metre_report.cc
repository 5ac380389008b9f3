#include "tools/analyse_corpus/metre_report.h"

#include <algorithm>
#include <cstdio>
#include <map>

#include "inference/music/metre.h"
#include "tools/analyse_corpus/stated_metre.h"

namespace ledgerline::music {
void PrintMetreReport(const std::vector<std::string>& files) {
  size_t pieces = 0, same = 0, length = 0, lines = 0, four_four = 0;
  std::map<std::pair<std::string, std::string>, size_t> confused;
  std::map<std::string, std::pair<size_t, size_t>> by_metre;
  for (const std::string& file : files) {
    const auto grid = ReadQuantised(file);
    if (!grid.ok()) continue;
    const MetreEstimate stated = StatedMetre(*grid);
    if (KnownMetreOf(stated) < 0) continue;
    const MetreEstimate found = FindMetre(*grid);
    const auto ticks = [](const MetreEstimate& m) {
      return KnownMetre{m.numerator, m.denominator}.Slots() * kMetreSlotTicks;
    };
    ++pieces;
    const bool is_same = found.numerator == stated.numerator && found.denominator == stated.denominator;
    same += is_same;
    length += ticks(found) == ticks(stated);
    lines += ticks(found) == ticks(stated) && (found.first_bar - stated.first_bar) % ticks(stated) == 0;
    four_four += stated.numerator == 4 && stated.denominator == 4;
    auto& [right, all] = by_metre[MetreName(stated.numerator, stated.denominator)];
    right += is_same;
    ++all;
    if (!is_same)
      ++confused[{MetreName(stated.numerator, stated.denominator), MetreName(found.numerator, found.denominator)}];
  }
  const auto percent = [&](size_t part) {
    return 100.0 * static_cast<double>(part) / static_cast<double>(std::max<size_t>(1, pieces));
  };
  std::printf(
      "%zu pieces with one known metre: found %.1f %%; bars as long %.1f %%; bar lines at the same places %.1f %%; "
      "floor, "
      "always 4/4: %.1f %%\n",
      pieces, percent(same), percent(length), percent(lines), percent(four_four));
  for (const auto& [metre, place] : by_metre)
    std::printf("  %s: %zu of %zu\n", metre.c_str(), place.first, place.second);
  std::vector<std::pair<size_t, std::string>> most;
  for (const auto& [pair, times] : confused) most.push_back({times, pair.first + " taken for " + pair.second});
  std::sort(most.rbegin(), most.rend());
  for (size_t k = 0; k < most.size() && k < 10; ++k) std::printf("  %zu x %s\n", most[k].first, most[k].second.c_str());
}

}  // namespace ledgerline::music
