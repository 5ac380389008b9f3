// The tables that finding metres rests on, made from pieces that state theirs.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "inference/music/melody.h"
#include "tools/analyse_corpus/metre_boosting.h"
#include "tools/analyse_corpus/metre_report.h"
#include "tools/analyse_corpus/stated_metre.h"

namespace ledgerline::music {
void PrintMetreProfiles(const std::vector<std::string>& files) {
  std::vector<std::vector<double>> counts(kKnownMetres);
  for (size_t m = 0; m < kKnownMetres; ++m)
    counts[m].assign(static_cast<size_t>(kMetresKnown[m].Slots() * kMetreSights), 0);
  for (const std::string& file : files) {
    const auto grid = ReadQuantised(file);
    if (!grid.ok()) continue;
    const MetreEstimate stated = StatedMetre(*grid);
    const int m = KnownMetreOf(stated);
    if (m < 0) continue;
    const auto slots = static_cast<int64_t>(kMetresKnown[static_cast<size_t>(m)].Slots());
    const std::vector<uint8_t> sights = MetreSights(*grid);
    // A long piece counts like one of 64 bars: what is counted is the metre, not the composer.
    const double weight = std::min(1.0, 64.0 * static_cast<double>(slots) / static_cast<double>(sights.size() + 1));
    for (size_t k = 0; k < sights.size(); ++k) {
      const int64_t place = ((static_cast<int64_t>(k) - stated.first_bar / kMetreSlotTicks) % slots + slots) % slots;
      counts[static_cast<size_t>(m)][static_cast<size_t>(place * kMetreSights + sights[k])] += weight;
    }
  }
  std::printf(
      "// Made by `analyse_corpus metre-profiles` from the training split of the corpus (docs/analysis.md): for each "
      "known\n"
      "// metre, slot of the bar and sight, hundredths of a nat. Data, not code.\n"
      "#include \"inference/music/metre_features.h\"\n\nnamespace ledgerline::music {\nnamespace {\n\n// clang-format "
      "off\n");
  size_t at = 0;
  std::vector<size_t> starts;
  std::printf("constexpr int16_t kProfiles[] = {");
  for (size_t m = 0; m < kKnownMetres; ++m) {
    starts.push_back(at);
    for (int slot = 0; slot < kMetresKnown[m].Slots(); ++slot) {
      if (slot % 2 == 0) std::printf("\n   ");
      double total = 0;
      for (int sight = 0; sight < kMetreSights; ++sight)
        total += counts[m][static_cast<size_t>(slot * kMetreSights + sight)] + 2;
      for (int sight = 0; sight < kMetreSights; ++sight, ++at) {
        const double share = (counts[m][static_cast<size_t>(slot * kMetreSights + sight)] + 2) / total;
        double everywhere = 2.0 * kMetresKnown[m].Slots(), all = everywhere * kMetreSights;
        for (size_t k = 0; k < counts[m].size(); ++k) {
          all += counts[m][k];
          if (k % kMetreSights == static_cast<size_t>(sight)) everywhere += counts[m][k];
        }
        std::printf(" %d,", static_cast<int>(std::lround(100 * std::log(share / (everywhere / all)))));
      }
    }
    std::printf("  // %s\n", MetreName(kMetresKnown[m].numerator, kMetresKnown[m].denominator).c_str());
  }
  std::printf("};\n// clang-format on\nconstexpr size_t kStarts[] = {");
  for (const size_t start : starts) std::printf("%zu, ", start);
  std::printf(
      "%zu};\n\n}  // namespace\n\nstd::span<const int16_t> MetreProfile(int metre) {\n"
      "  const auto m = static_cast<size_t>(metre);\n"
      "  return std::span<const int16_t>(kProfiles).subspan(kStarts[m], kStarts[m + 1] - kStarts[m]);\n}\n\n"
      "}  // namespace ledgerline::music\n",
      at);
}

void PrintMetreTrees(const std::vector<std::string>& files) {
  std::vector<LabelledPiece> pieces;
  for (const std::string& file : files) {
    const auto grid = ReadQuantised(file);
    const int m = grid.ok() ? KnownMetreOf(StatedMetre(*grid)) : -1;
    if (m < 0) continue;
    pieces.push_back({MetreFeatures(*grid), m});
    // And its melody alone: songs come so, and what depends on the corpus's textures is trusted less.
    const Melody melody = FindMelody(*grid);
    if (melody.part < 0 || grid->parts.size() == 1) continue;
    Score alone = *grid;
    alone.parts = {grid->parts[static_cast<size_t>(melody.part)]};
    alone.parts[0].notes = melody.notes;
    pieces.push_back({MetreFeatures(alone), m});
  }
  const auto rounds = FitMetreTrees(pieces, BoostingSettings());
  std::printf(
      "// Made by `analyse_corpus metre-trees` from the training split of the corpus (docs/analysis.md): features, "
      "thresholds\n"
      "// and leaves of each metre's trees, a line a tree. Data, not code.\n"
      "#include \"inference/music/metre_features.h\"\n\nnamespace ledgerline::music {\nnamespace {\n\n"
      "// clang-format off\nconstexpr size_t kRounds = %zu;\n"
      "constexpr std::array<std::array<MetreTree, kRounds>, kKnownMetres> kTrees = {{\n",
      rounds.size());
  for (size_t m = 0; m < kKnownMetres; ++m) {
    std::printf("    {{  // %s\n", MetreName(kMetresKnown[m].numerator, kMetresKnown[m].denominator).c_str());
    for (const auto& round : rounds) {
      const MetreTree& tree = round[m];
      std::printf("    {{%d, %d, %d}, {%d, %d, %d}, {%d, %d, %d, %d}},\n", tree.feature[0], tree.feature[1],
                  tree.feature[2], tree.threshold[0], tree.threshold[1], tree.threshold[2], tree.leaf[0], tree.leaf[1],
                  tree.leaf[2], tree.leaf[3]);
    }
    std::printf("    }},\n");
  }
  std::printf(
      "}};\n// clang-format on\n\n}  // namespace\n\nstd::span<const MetreTree> MetreTrees(int metre) {\n"
      "  return kTrees[static_cast<size_t>(metre)];\n}\n\n}  // namespace ledgerline::music\n");
}

}  // namespace ledgerline::music
