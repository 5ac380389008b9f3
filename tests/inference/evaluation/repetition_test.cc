#include "inference/evaluation/repetition.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/inference/evaluation/small_pieces.h"

namespace ledgerline::evaluation {
namespace {

using tokens::Piece;

TEST(Gs, IsOneForEqualBarsAndFallsWithEachDifferentSixteenth) {
  EXPECT_EQ(GroovingPatternSimilarity(Quarters({48, 48, 48, 48, 60, 60, 60, 60})), 1);
  // One bar has four onsets, the other one: three of sixteen differ.
  EXPECT_NEAR(
      GroovingPatternSimilarity(PieceOf({{{0, 48, 24}, {24, 48, 24}, {48, 48, 24}, {72, 48, 24}}, {{0, 48, 96}}})),
      1 - 3.0 / 16.0, 1e-12);
  EXPECT_EQ(GroovingPatternSimilarity(Quarters({48, 48, 48, 48})), 0);  // no pair
}

TEST(Entropy, IsInBits) {
  EXPECT_EQ(PitchClassEntropy(Quarters({48, 60, 48, 60}), 1), 0);                           // one pitch class
  EXPECT_NEAR(PitchClassEntropy(Quarters({48, 50, 52, 53}), 1), 2, 1e-12);                  // four
  EXPECT_NEAR(PitchClassEntropy(Quarters({48, 48, 48, 48, 50, 50, 50, 50}), 2), 1, 1e-12);  // two, over two bars
}

TEST(Returns, CountBarsThatHaveAnEarlierBarsMelodyAndChords) {
  Piece piece = Quarters({48, 48, 48, 48, 50, 50, 50, 50, 48, 48, 48, 48, 50, 50, 50, 53});
  EXPECT_TRUE(std::isnan(ReturnsKept(piece)));  // no melody, nothing returns
  for (size_t k = 0; k < 4; ++k) piece.bars[k].melody = {{0, 70 + static_cast<int>(k % 2), 96, false}};
  EXPECT_EQ(ReturnsKept(piece), 0.5);  // the third is the first, the fourth has another last note
  piece.bars[3].chords.fill(tokens::kNoChord);
  EXPECT_EQ(ReturnsKept(piece), 1.0);  // it does not return any more
}

std::vector<std::vector<double>> Alternating(size_t bars) {  // A B A B ...
  std::vector<std::vector<double>> matrix(bars, std::vector<double>(bars, -2));
  for (size_t i = 0; i < bars; ++i) {
    for (size_t j = 0; j < bars; ++j) matrix[i][j] = i % 2 == j % 2 ? 1 : -2;
  }
  return matrix;
}

TEST(Fitness, OfAPieceThatRepeatsItsFirstPairOfBars) {
  // Segment [0, 2) of eight bars: four paths of two cells, score (8 - 2) / 8, coverage (8 - 2) / 8.
  EXPECT_NEAR(SegmentFitness(Alternating(8), 0, 2), 0.75, 1e-12);
  // The whole piece explains nothing but itself.
  EXPECT_EQ(SegmentFitness(Alternating(8), 0, 8), 0);
}

TEST(Fitness, OfAPieceWithoutRepetitionIsNothing) {
  std::vector<std::vector<double>> matrix(8, std::vector<double>(8, -2));
  for (size_t i = 0; i < 8; ++i) matrix[i][i] = 1;
  for (size_t length = 1; length < 8; ++length) EXPECT_EQ(SegmentFitness(matrix, 0, length), 0) << length;
}

TEST(Structure, ARepeatedPhraseIsFoundAndANewOneIsNot) {
  // Four bars, twice; and eight bars that each have another rhythm and other notes.
  std::vector<std::vector<PlacedNote>> phrase, other;
  for (int bar = 0; bar < 8; ++bar) {
    const int k = bar % 4;
    phrase.push_back({{6 * k, 48 + k, 6}, {48 + 6 * k, 50 + 2 * k, 6}});
    other.push_back({{6 * bar, 48 + bar, 6}, {90 - 6 * bar, 52 + 5 * bar, 6}});
  }
  const double repeated = StructurenessIndicator(PieceOf(phrase), 3, 8);
  EXPECT_NEAR(repeated, 0.5, 1e-9);  // half of the piece is explained by the other half
  EXPECT_LT(StructurenessIndicator(PieceOf(other), 3, 8), 0.25);
  EXPECT_EQ(StructurenessIndicator(Piece(), 3, 8), 0);
}

}  // namespace
}  // namespace ledgerline::evaluation
