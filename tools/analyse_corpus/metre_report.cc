#include "tools/analyse_corpus/metre_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>

#include "inference/music/metre.h"
#include "inference/music/smf.h"

namespace ledgerline::music {
namespace {

Result<Score> Read(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  ASSIGN_OR_RETURN(const Score score, ReadSmf(std::string(std::istreambuf_iterator<char>(in), {})));
  return score.Quantised();
}

int IndexOf(const MetreEstimate& metre) {
  for (size_t m = 0; m < kKnownMetres; ++m) {
    if (kMetresKnown[m].numerator == metre.numerator && kMetresKnown[m].denominator == metre.denominator)
      return static_cast<int>(m);
  }
  return -1;
}

std::string Named(int numerator, int denominator) {
  return std::to_string(numerator) + "/" + std::to_string(denominator);
}

}  // namespace

void PrintMetreProfiles(const std::vector<std::string>& files) {
  std::vector<std::vector<double>> counts(kKnownMetres);
  for (size_t m = 0; m < kKnownMetres; ++m)
    counts[m].assign(static_cast<size_t>(kMetresKnown[m].Slots() * kMetreSights), 0);
  for (const std::string& file : files) {
    const auto grid = Read(file);
    if (!grid.ok()) continue;
    const MetreEstimate stated = StatedMetre(*grid);
    const int m = IndexOf(stated);
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
      "#include \"inference/music/metre.h\"\n\nnamespace ledgerline::music {\nnamespace {\n\n// clang-format off\n");
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
    std::printf("  // %s\n", Named(kMetresKnown[m].numerator, kMetresKnown[m].denominator).c_str());
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

void PrintMetreWeights(const std::vector<std::string>& files) {
  constexpr int kRounds = 4000;
  constexpr double kRate = 12, kDecay = 3e-5;
  std::vector<std::array<double, kMetreFeatures>> features;
  std::vector<int> stated;
  for (const std::string& file : files) {
    const auto grid = Read(file);
    const int m = grid.ok() ? IndexOf(StatedMetre(*grid)) : -1;
    if (m < 0) continue;
    const auto whole = MetreFeatures(*grid);
    stated.push_back(m);
    features.emplace_back();
    for (size_t k = 0; k < kMetreFeatures; ++k) features.back()[k] = whole[k] / 1000.0;
  }
  std::vector<std::array<double, kMetreFeatures>> weights(kKnownMetres), momentum(kKnownMetres);
  for (int round = 0; round < kRounds; ++round) {
    std::vector<std::array<double, kMetreFeatures>> gradient(kKnownMetres);
    double loss = 0;
    for (size_t piece = 0; piece < features.size(); ++piece) {
      std::array<double, kKnownMetres> points{};
      for (size_t m = 0; m < kKnownMetres; ++m) {
        for (size_t k = 0; k < kMetreFeatures; ++k) points[m] += weights[m][k] * features[piece][k];
      }
      const double top = *std::max_element(points.begin(), points.end());
      double sum = 0;
      for (double& p : points) sum += p = std::exp(p - top);
      for (size_t m = 0; m < kKnownMetres; ++m) {
        const double error = points[m] / sum - (static_cast<int>(m) == stated[piece] ? 1 : 0);
        for (size_t k = 0; k < kMetreFeatures; ++k) gradient[m][k] += error * features[piece][k];
      }
      loss -= std::log(points[static_cast<size_t>(stated[piece])] / sum);
    }
    for (size_t m = 0; m < kKnownMetres; ++m) {
      for (size_t k = 0; k < kMetreFeatures; ++k) {
        const double step = gradient[m][k] / static_cast<double>(features.size()) + kDecay * weights[m][k];
        momentum[m][k] = 0.9 * momentum[m][k] + step;
        weights[m][k] -= kRate * 0.1 * momentum[m][k];
      }
    }
    if (round % 100 == 0 || round + 1 == kRounds)
      std::fprintf(stderr, "round %d: %.4f nats a piece\n", round, loss / static_cast<double>(features.size()));
  }
  std::printf(
      "// Made by `analyse_corpus metre-weights` from the training split of the corpus (docs/analysis.md): hundredths "
      "of the\n"
      "// logistic rule's weights, a line a metre. Data, not code.\n"
      "#include \"inference/music/metre.h\"\n\nnamespace ledgerline::music {\nnamespace {\n\n// clang-format off\n"
      "constexpr int16_t kWeights[kKnownMetres][kMetreFeatures] = {\n");
  for (size_t m = 0; m < kKnownMetres; ++m) {
    std::printf("    {");
    for (size_t k = 0; k < kMetreFeatures; ++k)
      std::printf("%s%d", k == 0 ? "" : ", ", static_cast<int>(std::lround(100 * weights[m][k])));
    std::printf("},  // %s\n", Named(kMetresKnown[m].numerator, kMetresKnown[m].denominator).c_str());
  }
  std::printf(
      "};\n// clang-format on\n\n}  // namespace\n\nstd::span<const int16_t> MetreWeights(int metre) {\n"
      "  return kWeights[static_cast<size_t>(metre)];\n}\n\n}  // namespace ledgerline::music\n");
}

void PrintMetreReport(const std::vector<std::string>& files) {
  size_t pieces = 0, same = 0, length = 0, lines = 0, four_four = 0;
  std::map<std::pair<std::string, std::string>, size_t> confused;
  std::map<std::string, std::pair<size_t, size_t>> by_metre;
  for (const std::string& file : files) {
    const auto grid = Read(file);
    if (!grid.ok()) continue;
    const MetreEstimate stated = StatedMetre(*grid);
    if (IndexOf(stated) < 0) continue;
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
    auto& [right, all] = by_metre[Named(stated.numerator, stated.denominator)];
    right += is_same;
    ++all;
    if (!is_same) ++confused[{Named(stated.numerator, stated.denominator), Named(found.numerator, found.denominator)}];
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
