#include "inference/tokens/positions.h"

#include <gtest/gtest.h>

#include "tests/inference/tokens/sample_pieces.h"

namespace ledgerline::tokens {
namespace {

// Reads the events of a piece back out of its rows: what the targets say, and what the rows themselves say.
std::vector<std::vector<Event>> EventsFromRows(const Sequence& sequence) {
  std::vector<std::vector<Event>> bars;
  std::vector<Event> predicted;
  for (const Row& row : sequence.rows) {
    if (row[kKind] == kBarRow) bars.emplace_back();
    if (row[kKind] == kEventRow) {
      const Event event{row[kOnset], row[kRole], row[kPitch], row[kDuration]};
      EXPECT_FALSE(predicted.empty());
      EXPECT_EQ(event, predicted.back());
      bars.back().push_back(event);
    }
    if (row[kPredicts] == 1 && row[kTargetOnset] != kEndOfBar) {
      predicted.push_back({row[kTargetOnset], row[kTargetRole], row[kTargetPitch], row[kTargetDuration]});
    }
  }
  return bars;
}

TEST(Positions, EventsComeBackOutOfTheRows) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const Piece piece = RandomPiece(seed, 12);
    const std::vector<std::vector<Event>> bars = EventsFromRows(EncodeBars(piece, 0, 100'000, {}));
    ASSERT_EQ(bars.size(), piece.bars.size());
    for (size_t k = 0; k < bars.size(); ++k) EXPECT_EQ(bars[k], piece.bars[k].events);
  }
}

TEST(Positions, EveryBarEndsOnceAndItsLastRowSaysSo) {
  const Piece piece = RandomPiece(3, 9);
  size_t ends = 0;
  for (const Row& row : EncodeBars(piece, 0, 100'000, {}).rows)
    ends += row[kPredicts] == 1 && row[kTargetOnset] == kEndOfBar;
  EXPECT_EQ(ends, piece.bars.size());
}

TEST(Positions, TranspositionMovesPitchesAndNothingElse) {
  const Piece piece = RandomPiece(5, 8);
  const Sequence plain = EncodeBars(piece, 0, 100'000, {}), moved = EncodeBars(piece.Transposed(5), 0, 100'000, {});
  ASSERT_EQ(plain.rows.size(), moved.rows.size());
  for (size_t i = 0; i < plain.rows.size(); ++i) {
    for (int column = 0; column < kColumns; ++column) {
      int expected = plain.rows[i][static_cast<size_t>(column)];
      switch (column) {
        case kPitch:
        case kMelodySounding:
        case kRolePitch:
        case kBelowPitch:
        case kCopyAPitch:
        case kCopyBPitch:
        case kTargetPitch:
          if (expected != kNoPitch) expected += 5;
          break;
        case kCopyAMoved:
        case kCopyBMoved:
          if (expected != kNoPitch) expected += 5;
          break;
        case kStepRoot:
          if (expected != kNoRoot) expected = (expected + 5) % 12;
          break;
        default:
          break;
      }
      EXPECT_EQ(moved.rows[i][static_cast<size_t>(column)], expected) << "row " << i << " column " << column;
    }
  }
}

TEST(Positions, TheBarBeforePointsAtWhatComesNext) {
  // Bar 2 repeats bar 1: bar A's pointers must name every next event, and the end of the bar.
  Piece piece = RandomPiece(8, 3);
  piece.bars[1] = piece.bars[2];
  ASSERT_FALSE(piece.bars[2].events.empty());
  bool last_bar = false;
  int bars = 0;
  for (const Row& row : EncodeBars(piece, 0, 100'000, {}).rows) {
    if (row[kKind] == kBarRow) last_bar = ++bars == 3;
    if (!last_bar || row[kPredicts] != 1) continue;
    EXPECT_EQ(row[kCopyAOnset], row[kTargetOnset]);
    if (row[kTargetOnset] == kEndOfBar) continue;
    EXPECT_EQ(row[kCopyARole], row[kTargetRole]);
    EXPECT_EQ(row[kCopyAPitch], row[kTargetPitch]);
    EXPECT_EQ(row[kCopyADuration], row[kTargetDuration]);
  }
}

TEST(Positions, BarBIsTheRepeatedTune) {
  Piece piece = RandomPiece(11, 10);
  piece.bars[0].length = 96;
  piece.bars[9] = piece.bars[4];
  EXPECT_EQ(ResemblingBar(piece, 9), 4);
  EXPECT_EQ(ResemblingBar(piece, 1), -1);
}

TEST(Positions, NothingIsKnownBeforeItIsChosen) {
  // Two pieces that differ only in their last event have equal rows up to the one that predicts it, targets aside.
  Piece one = RandomPiece(13, 4);
  while (one.bars.back().events.empty()) one = one.Transposed(1);
  Piece two = one;
  two.bars.back().events.back().pitch += 1;
  const Sequence a = EncodeBars(one, 0, 100'000, {}), b = EncodeBars(two, 0, 100'000, {});
  for (size_t i = 0; i + 1 < a.rows.size(); ++i) {
    Row x = a.rows[i], y = b.rows[i];
    x[kTargetPitch] = y[kTargetPitch] = 0;
    EXPECT_EQ(x, y) << "row " << i;
  }
  EXPECT_NE(a.rows.back(), b.rows.back());
}

TEST(Positions, HidingHides) {
  const Piece piece = RandomPiece(21, 6);
  const Sequence hidden = EncodeBars(piece, 0, 100'000, {.style = true, .chords = true, .plan = true});
  for (const BarRow& bar : hidden.bars) {
    EXPECT_EQ(bar[kBarStyle], 0);
    EXPECT_EQ(bar[kBarDensity], kDensityUnknown);
    for (size_t slot = 0; slot < 2 * kChordSlots; ++slot) EXPECT_EQ(bar[kBarChords + slot], kNoChord);
  }
  for (const Row& row : hidden.rows) {
    EXPECT_EQ(row[kStepRoot], kNoRoot);
    EXPECT_EQ(row[kAboveRoot], kNoRoot);
    if (row[kPredicts] == 1) {
      EXPECT_EQ(row[kStepStyle], 0);
    }
  }
}

TEST(Positions, ACutKeepsRowsAndDropsBarsThatAreGone) {
  const Piece piece = RandomPiece(2, 30);
  const Sequence cut = EncodeBars(piece, 3, 50, {});
  EXPECT_EQ(cut.rows.size(), 50u);
  int bars = 0;
  for (const Row& row : cut.rows) bars += row[kKind] == kBarRow;
  EXPECT_EQ(cut.bars.size(), static_cast<size_t>(bars));
}

TEST(Positions, ABarInTheMiddleMayLookAtALaterOne) {
  Piece piece = RandomPiece(9, 10);
  for (PieceBar& bar : piece.bars) bar.length = 96;
  piece.bars[8] = piece.bars[3];
  EXPECT_EQ(ResemblingBar(piece, 3, /*later=*/true), 8);
  EXPECT_LT(ResemblingBar(piece, 3), 3);
}

TEST(Positions, AComposedMelodySoundsToWhatIsComposedBesideIt) {
  Piece piece = RandomPiece(4, 1);
  piece.bars[0].length = 96;
  piece.bars[0].melody = {{0, 72, 48, false}, {48, 74, 48, false}};
  piece.bars[0].events = {{24, kKeysLow, 48, DurationSymbol(24)}, {48, kKeysLow, 43, DurationSymbol(24)}};
  const Piece composed = piece.WithMelodyComposed(0);
  ASSERT_TRUE(composed.bars[0].melody.empty());
  ASSERT_EQ(composed.bars[0].events.size(), 4u);
  EXPECT_EQ(composed.bars[0].events[0], (Event{0, kMelodyRole, 72, DurationSymbol(48)}));
  const Sequence sequence = EncodeBars(composed, 0, 1000, {});
  // bar row -> melody note -> left hand -> left hand -> melody note
  ASSERT_EQ(sequence.rows.size(), 5u);
  EXPECT_EQ(sequence.rows[0][kTargetRole], kMelodyRole);
  EXPECT_EQ(sequence.rows[1][kMelodySounding], 72);
  EXPECT_EQ(sequence.rows[1][kMelodyStarts], 0);
  EXPECT_EQ(sequence.rows[2][kTargetPitch], 43);
  EXPECT_EQ(sequence.rows[2][kMelodySounding], kNoPitch);  // the second note is not composed yet
}

TEST(Piece, ComposingTheMelodyFromABarOnKeepsWhatWasGivenBefore) {
  Piece piece = RandomPiece(4, 3);
  for (PieceBar& bar : piece.bars) bar.length = 96, bar.melody.clear(), bar.events.clear();
  piece.bars[0].melody = {{72, 70, 24, false}};
  piece.bars[1].melody = {{0, 70, 24, true}, {48, 77, 48, false}};
  piece.bars[2].melody = {{0, 77, 96, true}};
  const Piece composed = piece.WithMelodyComposed(1);
  EXPECT_EQ(composed.bars[0].melody, piece.bars[0].melody);
  ASSERT_EQ(composed.bars[1].events.size(), 2u);
  EXPECT_EQ(composed.bars[1].events[0],
            (Event{0, kMelodyRole, 70, DurationSymbol(24)}));  // struck anew where it begins
  EXPECT_EQ(composed.bars[1].events[1], (Event{48, kMelodyRole, 77, DurationSymbol(144)}));
  EXPECT_TRUE(composed.bars[2].events.empty());
}

}  // namespace
}  // namespace ledgerline::tokens
