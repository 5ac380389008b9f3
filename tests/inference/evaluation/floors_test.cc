#include "inference/evaluation/floors.h"

#include <gtest/gtest.h>

#include "tests/inference/evaluation/small_pieces.h"

namespace ledgerline::evaluation {
namespace {

using tokens::Event;
using tokens::Piece;

Piece Plan() {
  Piece plan = PieceOf({{}, {}});
  plan.roles = (1u << tokens::kKeysLow) | (1u << tokens::kKeysHigh);
  plan.bars[0].melody = {{0, 72, 48, false}, {48, 76, 48, false}};
  plan.bars[1].melody = {{0, 76, 24, true}, {24, 74, 24, false}};
  for (size_t slot = 2; slot < tokens::kChordSlots; ++slot) {
    plan.bars[1].chords[slot] = tokens::ChordSymbolOf(7, tokens::kMajor);
  }
  return plan;
}

TEST(Floors, TheMelodyAgainStrikesWhatTheMelodyStrikes) {
  const Piece again = MelodyAgain(Plan());
  ASSERT_EQ(again.bars[0].events.size(), 2u);
  EXPECT_EQ(again.bars[0].events[1], (Event{48, tokens::kKeysHigh, 76, tokens::DurationSymbol(48)}));
  EXPECT_EQ(again.bars[1].events.size(), 1u);  // a tied note is not struck again
}

TEST(Floors, BlockChordsAreHeldUntilTheNext) {
  const Piece blocks = BlockChords(Plan());
  ASSERT_EQ(blocks.bars[0].events.size(), 3u);  // C E G once
  EXPECT_EQ(blocks.bars[0].events[0], (Event{0, tokens::kKeysLow, 48, tokens::DurationSymbol(96)}));
  ASSERT_EQ(blocks.bars[1].events.size(), 6u);  // and G in the middle of the second bar
  EXPECT_EQ(blocks.bars[1].events[0].duration, tokens::DurationSymbol(48));
  EXPECT_EQ(blocks.bars[1].events[3], (Event{48, tokens::kKeysLow, 50, tokens::DurationSymbol(48)}));
}

TEST(Floors, AnotherAccompanimentMovesToTheKeyAndRoundAndRound) {
  Piece other = Quarters({48, 50, 52, 53});
  other.tonic = 10;  // B flat: two up
  Piece plan = Plan();
  plan.bars[1].length = 48;
  const Piece filled = AnotherAccompaniment(plan, other);
  ASSERT_EQ(filled.bars[0].events.size(), 4u);
  EXPECT_EQ(filled.bars[0].events[0].pitch, 50);
  ASSERT_EQ(filled.bars[1].events.size(), 2u);  // the bar is shorter
  EXPECT_EQ(filled.bars[1].events[1].pitch, 52);
  EXPECT_EQ(filled.bars[0].melody, plan.bars[0].melody);
}

TEST(Floors, APickupOfAnotherPieceIsPassedOver) {
  Piece other = Quarters({48, 50, 52, 53, 60, 62, 64, 65});
  other.bars[0].length = 24;
  EXPECT_EQ(AnotherAccompaniment(Plan(), other).bars[0].events[0].pitch, 60);
}

}  // namespace
}  // namespace ledgerline::evaluation
