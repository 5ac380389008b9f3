#include "tools/analyse_corpus/metre_boosting.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace ledgerline::music {
namespace {

int Found(const std::vector<std::array<MetreTree, kKnownMetres>>& rounds, const LabelledPiece& piece) {
  std::array<int, kKnownMetres> points{};
  for (const auto& round : rounds) {
    for (size_t m = 0; m < kKnownMetres; ++m) points[m] += round[m].Leaf(piece.features);
  }
  return static_cast<int>(std::max_element(points.begin(), points.end()) - points.begin());
}

// Two features that only together tell the metre: no sum of one answer for each does.
std::vector<LabelledPiece> Pieces() {
  std::vector<LabelledPiece> pieces;
  for (int i = 0; i < 400; ++i) {
    LabelledPiece piece{};
    piece.features[3] = i % 20 * 10;
    piece.features[7] = i / 20 * 10;
    piece.features[11] = i * 37 % 100;  // says nothing
    piece.metre = (piece.features[3] > 80) != (piece.features[7] > 120) ? 1 : 2;
    pieces.push_back(piece);
  }
  return pieces;
}

TEST(MetreBoosting, FindsWhatOnlyTwoQuestionsTogetherTell) {
  const std::vector<LabelledPiece> pieces = Pieces();
  const auto rounds = FitMetreTrees(pieces, {20, 0.3, 1, 1});
  ASSERT_EQ(rounds.size(), 20u);
  int right = 0;
  for (const LabelledPiece& piece : pieces) right += Found(rounds, piece) == piece.metre;
  EXPECT_GE(right, 390);
}

TEST(MetreBoosting, WhatCannotBeToldIsNotAsked) {
  std::vector<LabelledPiece> pieces(50);
  for (size_t i = 0; i < pieces.size(); ++i) pieces[i].metre = i % 5 == 0 ? 4 : 8;
  const auto rounds = FitMetreTrees(pieces, {5, 0.3, 1, 1});
  for (const auto& round : rounds) {
    for (const MetreTree& tree : round) EXPECT_EQ(tree.threshold[0], 2000);  // no feature is above
  }
  EXPECT_EQ(Found(rounds, pieces[0]), 8);  // the commoner
}

}  // namespace
}  // namespace ledgerline::music
