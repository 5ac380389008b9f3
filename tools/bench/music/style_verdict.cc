// The classifier's part of the verdicts.
#include <algorithm>
#include <set>

#include "inference/evaluation/style_classifier.h"
#include "inference/evaluation/style_features.h"
#include "tools/bench/music/verdicts.h"

namespace ledgerline::bench {
namespace {

using evaluation::Example;

Grid ConfusionGrid(const std::string& title, const std::vector<std::string>& names,
                   const std::vector<std::vector<int>>& counts) {
  Grid grid{title, {{"is \\ told"}}};
  for (const std::string& name : names) grid.lines[0].push_back(name);
  for (size_t truth = 0; truth < counts.size(); ++truth) {
    std::vector<std::string> line = {names[truth]};
    for (const int told : counts[truth]) line.push_back(std::to_string(told));
    grid.lines.push_back(std::move(line));
  }
  return grid;
}

}  // namespace

Result<StyleVerdict> JudgeStyles(const Contestants& contestants, const std::vector<const tokens::Piece*>& corpus) {
  std::vector<std::string> names;
  for (const auto& [style, sums] : contestants[kCover]) names.push_back(style);
  const auto label = [&names](const std::string& style) {
    return static_cast<int>(std::find(names.begin(), names.end(), style) - names.begin());
  };
  const int classes = static_cast<int>(names.size());
  const auto add = [&](const tokens::Piece& piece, const std::string& style, std::vector<Example>* examples) {
    Example example{evaluation::StyleFeatures(piece), label(style)};
    if (example.label < classes && !example.features.empty()) examples->push_back(std::move(example));
  };
  std::vector<Example> train;
  for (const tokens::Piece* piece : corpus) add(*piece, std::string(tokens::StyleName(piece->style)), &train);
  ASSIGN_OR_RETURN(const auto classifier, evaluation::StyleClassifier::Train(train, classes));
  StyleVerdict verdict;
  for (size_t c = 0; c < kColumns; ++c) {
    std::vector<Example> judged;
    for (const auto& [style, sums] : contestants[c]) {
      for (const tokens::Piece* piece : sums.pieces) add(*piece, style, &judged);
    }
    if (judged.empty()) continue;
    const std::vector<std::vector<int>> counts = evaluation::Confusion(classifier, judged, classes);
    verdict.row.values[c] = evaluation::BalancedAccuracy(counts);
    if (c == kHuman) verdict.people = ConfusionGrid("Style told: held-out pieces by people", names, counts);
    if (c == kCover) verdict.covers = ConfusionGrid("Style told: covers", names, counts);
  }
  verdict.row.goal = ">= .7 of people";
  verdict.row.reached = verdict.row.values[kCover] >= 0.7 * verdict.row.values[kHuman];
  return verdict;
}

}  // namespace ledgerline::bench
