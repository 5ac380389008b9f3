#include "inference/evaluation/likeness.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/inference/evaluation/small_pieces.h"

namespace ledgerline::evaluation {
namespace {

TEST(Groove, IsOneForTheSameOnsetsWhateverThePitches) {
  EXPECT_NEAR(GrooveSimilarity(Quarters({48, 50, 52, 53}), Quarters({60, 60, 60, 60})), 1, 1e-12);
}

TEST(Groove, NeighboursCountAQuarterAndOthersNothing) {
  const tokens::Piece first = PieceOf({{{0, 48, 12}}}), next = PieceOf({{{6, 48, 12}}}),
                      far = PieceOf({{{48, 48, 12}}});
  // [4 1 0 ...] and [1 4 1 0 ...]: the bar's edge cuts one neighbour off.
  EXPECT_NEAR(GrooveSimilarity(first, next), 8 / std::sqrt(17.0 * 18.0), 1e-12);
  EXPECT_EQ(GrooveSimilarity(first, far), 0);
}

TEST(Groove, BarsWithoutNotesAreLeftOut) {
  EXPECT_NEAR(GrooveSimilarity(PieceOf({{{0, 48, 12}}, {}}), PieceOf({{{0, 60, 12}}, {{0, 60, 12}}})), 1, 1e-12);
  EXPECT_EQ(GrooveSimilarity(PieceOf({{}}), PieceOf({{{0, 60, 12}}})), 0);
}

TEST(Chords, EventsThatSpellTheChordsAgree) {
  const std::vector<PlacedNote> c = {{0, 48, 96}, {0, 52, 96}, {0, 55, 96}};
  const tokens::Piece spelt = PieceOf({c, c, c});
  EXPECT_NEAR(ChordAgreement(spelt, spelt), 1, 1e-12);
  tokens::Piece elsewhere = spelt;
  for (tokens::PieceBar& bar : elsewhere.bars) bar.chords.fill(tokens::ChordSymbolOf(6, tokens::kMajor));
  EXPECT_EQ(ChordAgreement(spelt, elsewhere), 0);
}

TEST(Chords, ASeventhIsTheSameTriadAndAMinorChordIsNot) {
  const std::vector<PlacedNote> c = {{0, 48, 96}, {0, 52, 96}, {0, 55, 96}};
  const tokens::Piece spelt = PieceOf({c, c});
  tokens::Piece stated = spelt;
  for (tokens::PieceBar& bar : stated.bars) bar.chords.fill(tokens::ChordSymbolOf(0, tokens::kDominant));
  EXPECT_NEAR(ChordAgreement(spelt, stated), 1, 1e-12);
  for (tokens::PieceBar& bar : stated.bars) bar.chords.fill(tokens::ChordSymbolOf(0, tokens::kMinor));
  EXPECT_EQ(ChordAgreement(spelt, stated), 0);
}

TEST(Chords, HalfOfTwoChordsIsTwoThirds) {
  const std::vector<PlacedNote> c = {{0, 48, 96}, {0, 52, 96}, {0, 55, 96}};
  const tokens::Piece spelt = PieceOf({c});
  tokens::Piece stated = spelt;
  for (size_t slot = 2; slot < tokens::kChordSlots; ++slot) {
    stated.bars[0].chords[slot] = tokens::ChordSymbolOf(7, tokens::kMajor);
  }
  EXPECT_NEAR(ChordAgreement(spelt, stated), 2.0 / 3.0, 1e-12);  // precision 1, recall 1/2
}

}  // namespace
}  // namespace ledgerline::evaluation
