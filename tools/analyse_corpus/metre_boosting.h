// Fitting the trees that find metres: gradient boosting on the multinomial logistic loss (Friedman, "Greedy function
// approximation: a gradient boosting machine", 2001), with second derivatives as in Chen and Guestrin, "XGBoost"
// (2016). Doubles are used in fitting alone, in a fixed order; what comes out is integers.
#ifndef LEDGERLINE_TOOLS_ANALYSE_CORPUS_METRE_BOOSTING_H_
#define LEDGERLINE_TOOLS_ANALYSE_CORPUS_METRE_BOOSTING_H_

#include <array>
#include <vector>

#include "inference/music/metre_features.h"

namespace ledgerline::music {

struct BoostingSettings {
  int rounds = 100;    // trees of each metre
  double rate = 0.15;  // of each tree's answer that is taken
  double ridge = 2;    // of leaves
  double least = 8;    // second derivatives of a leaf, at least
};

struct LabelledPiece {
  std::array<int, kMetreFeatures> features;
  int metre;  // index of kMetresKnown
};

// Trees by round and metre. Prints the loss to standard error as it goes.
std::vector<std::array<MetreTree, kKnownMetres>> FitMetreTrees(const std::vector<LabelledPiece>& pieces,
                                                               const BoostingSettings& settings);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_TOOLS_ANALYSE_CORPUS_METRE_BOOSTING_H_
