#include "inference/evaluation/voice_leading.h"

#include <gtest/gtest.h>

#include "tests/inference/evaluation/small_pieces.h"

namespace ledgerline::evaluation {
namespace {

using tokens::Piece;

TEST(VoiceLeading, CountsStepsAmongMovesAndNotRepetitions) {
  // C D (step) D (repeated) G (fourth) F (step): two of three moves.
  EXPECT_NEAR(MeasureVoiceLeading(Quarters({48, 50, 50, 55, 53})).bass_step_share, 2.0 / 3.0, 1e-12);
}

TEST(VoiceLeading, AnOctaveIsNoLeapAndANinthIs) {
  EXPECT_EQ(MeasureVoiceLeading(Quarters({48, 60, 48, 60})).leap_share, 0);
  EXPECT_NEAR(MeasureVoiceLeading(Quarters({48, 61, 60, 59})).leap_share, 1.0 / 3.0, 1e-12);
}

TEST(VoiceLeading, InnerVoicesOfChordsAreMatchedFromTheTop) {
  // C E G to C F A: bass stays, both others step. Then to C A: the top stays.
  const Piece piece = PieceOf(
      {{{0, 48, 24}, {0, 52, 24}, {0, 55, 24}, {24, 48, 24}, {24, 53, 24}, {24, 57, 24}, {48, 48, 24}, {48, 57, 24}}});
  const VoiceLeading lines = MeasureVoiceLeading(piece);
  EXPECT_EQ(lines.bass_step_share, 0);
  EXPECT_EQ(lines.inner_step_share, 1);
}

// Two single lines, four quarters each.
Piece Duet(const std::vector<int>& low, const std::vector<int>& high) {
  std::vector<PlacedNote> notes;
  for (size_t i = 0; i < low.size(); ++i) {
    notes.push_back({static_cast<int>(i) * 24, low[i], 24, tokens::kCello});
    notes.push_back({static_cast<int>(i) * 24, high[i], 24, tokens::kViola});
  }
  return PieceOf({notes});
}

TEST(VoiceLeading, ParallelsAreFifthsAndOctavesInOneDirection) {
  EXPECT_EQ(MeasureVoiceLeading(Duet({48, 50, 52, 53}, {55, 57, 59, 60})).parallel_share, 1);  // fifths
  EXPECT_EQ(MeasureVoiceLeading(Duet({48, 50, 52, 53}, {60, 62, 64, 65})).parallel_share, 1);  // octaves
  EXPECT_EQ(MeasureVoiceLeading(Duet({48, 50, 52, 53}, {52, 53, 55, 57})).parallel_share, 0);  // thirds
  EXPECT_EQ(MeasureVoiceLeading(Duet({48, 60, 48, 60}, {67, 67, 67, 67})).parallel_share, 0);  // one voice stays
  EXPECT_NEAR(MeasureVoiceLeading(Duet({48, 50, 52, 53}, {55, 57, 60, 62})).parallel_share, 1.0 / 3.0, 1e-12);
}

TEST(VoiceLeading, TheMelodyIsAVoiceToo) {
  Piece piece = Quarters({48, 50, 52, 53}, tokens::kCello);
  piece.bars[0].melody = {{0, 72, 24, false}, {24, 74, 24, false}, {48, 76, 24, false}, {72, 77, 24, false}};
  EXPECT_EQ(MeasureVoiceLeading(piece).parallel_share, 1);
}

TEST(VoiceLeading, CrossingsAreNotesBelowALowerPart) {
  EXPECT_EQ(MeasureVoiceLeading(Duet({48, 50, 52, 53}, {55, 57, 59, 60})).crossing_share, 0);
  EXPECT_EQ(MeasureVoiceLeading(Duet({60, 50, 52, 53}, {55, 57, 59, 60})).crossing_share, 1.0 / 8.0);
}

TEST(VoiceLeading, SpansAreOfOneHand) {
  EXPECT_EQ(MeasureVoiceLeading(PieceOf({{{0, 48, 24}, {0, 62, 24}}})).wide_span_share, 0);  // a ninth: 14 semitones
  EXPECT_EQ(MeasureVoiceLeading(PieceOf({{{0, 48, 24}, {0, 63, 24}}})).wide_span_share, 1);
  EXPECT_EQ(MeasureVoiceLeading(PieceOf({{{0, 36, 24}, {0, 72, 24, tokens::kKeysHigh}}})).wide_span_share, 0);
  // A guitar's hand does not reach over its strings.
  EXPECT_EQ(
      MeasureVoiceLeading(PieceOf({{{0, 43, 24, tokens::kGuitar}, {0, 62, 24, tokens::kGuitar}}})).wide_span_share, 0);
}

TEST(VoiceLeading, OfNothingIsNothing) { EXPECT_EQ(MeasureVoiceLeading(Piece()).bass_step_share, 0); }

}  // namespace
}  // namespace ledgerline::evaluation
