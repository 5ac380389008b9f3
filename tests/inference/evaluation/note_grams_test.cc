#include "inference/evaluation/note_grams.h"

#include <gtest/gtest.h>

#include "tests/inference/evaluation/small_pieces.h"

namespace ledgerline::evaluation {
namespace {

using tokens::Piece;

TEST(NoteGrams, EightNotesAreOneGramAndSevenNone) {
  EXPECT_EQ(GramsOf(Quarters({48, 50, 52, 53, 55, 57, 59})).size(), 0u);
  EXPECT_EQ(GramsOf(Quarters({48, 50, 52, 53, 55, 57, 59, 60})).size(), 1u);
}

TEST(NoteGrams, AreTheSameInEveryKeyAndNotAtEverySpeedNorInReverse) {
  const Piece piece = Quarters({48, 50, 52, 53, 55, 57, 59, 60});
  EXPECT_EQ(GramsOf(piece), GramsOf(piece.Transposed(5)));
  EXPECT_NE(GramsOf(piece), GramsOf(Quarters({60, 59, 57, 55, 53, 52, 50, 48})));
  Piece eighths;
  eighths.bars.resize(1);
  for (int i = 0; i < 8; ++i) {
    eighths.bars[0].events.push_back(
        {12 * i, tokens::kKeysLow, piece.bars[static_cast<size_t>(i / 4)].events[static_cast<size_t>(i % 4)].pitch, 9});
  }
  EXPECT_NE(GramsOf(piece), GramsOf(eighths));
}

TEST(NoteGrams, AStreamOfOneFigureHasOneGramMany) {
  DistinctGrams distinct;
  EXPECT_TRUE(distinct.Add(GramsOf(Quarters(std::vector<int>(107, 48)))));
  EXPECT_EQ(distinct.total(), 100u);
  EXPECT_EQ(distinct.Share(), 0.01);
}

TEST(NoteGrams, TheBoundEndsTheCount) {
  DistinctGrams distinct(10);
  EXPECT_FALSE(distinct.Add(GramsOf(Quarters(std::vector<int>(107, 48)))));
  EXPECT_EQ(distinct.total(), 10u);
}

TEST(Duplicates, AreEqualAccompanimentsTransposedOrNot) {
  const Piece a = Quarters({48, 50, 52}), b = a.Transposed(3), c = Quarters({48, 50, 53});
  EXPECT_EQ(CountDuplicates({&a, &b, &c}), 1u);
  EXPECT_EQ(CountDuplicates({&a, &a, &a}), 2u);
  EXPECT_EQ(CountDuplicates({&a, &c}), 0u);
}

}  // namespace
}  // namespace ledgerline::evaluation
