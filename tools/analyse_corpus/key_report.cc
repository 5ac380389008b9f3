#include "tools/analyse_corpus/key_report.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>

#include "inference/music/analysis.h"
#include "inference/music/modulation.h"
#include "inference/music/mood.h"
#include "inference/music/smf.h"

namespace ledgerline::music {
namespace {

int FifthsApart(int a, int b) {
  const int apart = std::abs(a - b) % 12;
  return std::min(apart, 12 - apart);
}

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// The signature in force in the middle of a bar; 99 if none is stated.
int SignatureAt(const Score& grid, const Bar& bar) {
  int fifths = 99;
  for (const Key& key : grid.keys) {
    if (key.at <= (bar.start + bar.end) / 2) fifths = key.fifths;
  }
  return fifths;
}

}  // namespace

void PrintKeyReport(const std::vector<std::string>& files) {
  size_t single = 0, same_whole = 0, several = 0, changes_stated = 0, changes_found = 0, spans = 0;
  std::array<size_t, 7> apart{};
  double whole = 0, by_bar = 0, trusting = 0, time = 0;
  std::vector<double> onsets, pitches, tempos;
  std::map<std::string_view, size_t> moods;
  for (const std::string& file : files) {
    std::ifstream in(file, std::ios::binary);
    const auto score = ReadSmf(std::string(std::istreambuf_iterator<char>(in), {}));
    const auto analysis = score.ok() ? Analyse(*score) : Result<Analysis>(score.status());
    if (!analysis.ok()) continue;
    const Score& grid = analysis->score;
    Score bare = grid;
    bare.keys.clear();
    const KeyEstimate home = EstimateKey(bare);
    const auto keys = FindKeys(bare, analysis->bars, home);
    const Mood mood =
        FindMood(grid, analysis->bars, FindKeys(grid, analysis->bars, analysis->key), analysis->tempo_bpm);
    onsets.push_back(mood.onsets_per_second);
    pitches.push_back(mood.mean_pitch);
    tempos.push_back(mood.tempo_bpm);
    ++moods[MoodName(mood.quadrant)];
    if (grid.keys.size() == 1) {
      ++single;
      same_whole += FifthsApart(KeyFifths(home), grid.keys[0].fifths) == 0;
      const KeyEstimate longest = LongestKey(keys, analysis->bars);
      ++apart[static_cast<size_t>(FifthsApart(KeyFifths(longest), grid.keys[0].fifths))];
      spans += keys.size();
    }
    if (grid.keys.size() > 1) {
      ++several;
      changes_stated += grid.keys.size() - 1;
      changes_found += keys.size() - 1;
      const auto trusted = FindKeys(grid, analysis->bars, analysis->key);
      for (const auto* found : {&keys, &trusted}) {
        for (const KeySpan& span : *found) {
          for (size_t bar = span.first_bar; bar < span.end_bar; ++bar) {
            const Bar& b = analysis->bars[bar];
            const int stated = SignatureAt(grid, b);
            if (stated == 99) continue;
            const auto ticks = static_cast<double>(b.end - b.start);
            const bool same = FifthsApart(KeyFifths(span.key), stated) == 0;
            (found == &keys ? by_bar : trusting) += same ? ticks : 0;
            if (found != &keys) continue;
            time += ticks;
            whole += FifthsApart(KeyFifths(home), stated) == 0 ? ticks : 0;
          }
        }
      }
    }
  }
  std::printf("%zu pieces with one signature, the signature hidden: the longest key area has the same %.1f %%", single,
              100.0 * static_cast<double>(apart[0]) / static_cast<double>(std::max<size_t>(1, single)));
  for (size_t k = 1; k < apart.size(); ++k) {
    std::printf(", %zu fifth%s away %.1f %%", k, k == 1 ? "" : "s",
                100.0 * static_cast<double>(apart[k]) / static_cast<double>(std::max<size_t>(1, single)));
  }
  std::printf("; the one key of EstimateKey %.1f %%; %.2f key areas a piece\n",
              100.0 * static_cast<double>(same_whole) / static_cast<double>(std::max<size_t>(1, single)),
              static_cast<double>(spans) / static_cast<double>(std::max<size_t>(1, single)));
  if (several > 0 && time > 0) {
    std::printf(
        "%zu pieces with several (%zu changes stated, %zu found), hidden: one key for the whole has the signature in "
        "force %.1f %% of the time, keys by bar %.1f %%; by bar with the signatures in sight %.1f %%\n",
        several, changes_stated, changes_found, 100 * whole / time, 100 * by_bar / time, 100 * trusting / time);
  }
  std::printf("medians: %.2f onsets a second, mean pitch %.1f, %.0f quarter notes a minute; moods:", Median(onsets),
              Median(pitches), Median(tempos));
  for (const auto& [name, count] : moods) std::printf(" %s %zu", std::string(name).c_str(), count);
  std::printf("\n");
}

}  // namespace ledgerline::music
