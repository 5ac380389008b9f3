#include "inference/covers/melody_continuation.h"

#include <gtest/gtest.h>

#include "inference/covers/plan.h"
#include "inference/covers/style_book.h"
#include "inference/model/model_file.h"
#include "tests/inference/tokens/sample_pieces.h"

namespace ledgerline::covers {
namespace {

tokens::Piece Tune(const std::vector<tokens::MelodyNote>& notes) {
  tokens::Piece piece;
  tokens::PieceBar bar;
  bar.chords.fill(tokens::ChordSymbolOf(0, tokens::kMajor));
  bar.melody = notes;
  piece.bars = {bar};
  return piece;
}

TEST(MelodyShape, SaysWhatASingerWouldSay) {
  const MelodyShape shape =
      ShapeOf(Tune({{0, 60, 24, false}, {24, 62, 12, false}, {36, 62, 12, false}, {48, 72, 24, false}}), 0, 1);
  EXPECT_EQ(shape.notes, 4);
  EXPECT_EQ(shape.steps_permille, 500);  // one of two moves
  EXPECT_EQ(shape.leaps_permille, 500);  // ten semitones
  EXPECT_EQ(shape.repeated_permille, 250);
  EXPECT_EQ(shape.rests_permille, 250);  // the last beat
  EXPECT_EQ(shape.chord_permille, 666);  // D on the second beat is not C's
  EXPECT_EQ(shape.lowest, 60);
  EXPECT_EQ(shape.highest, 72);
}

TEST(MelodyShape, AStepwiseTuneCostsLessThanALeapingOne) {
  const std::vector<tokens::MelodyNote> steps = {
      {0, 60, 24, false}, {24, 62, 24, false}, {48, 64, 24, false}, {72, 67, 24, false}};
  const std::vector<tokens::MelodyNote> leaps = {{0, 60, 24, false}, {24, 74, 24, false}, {48, 61, 12, false}};
  EXPECT_LT(ShapeOf(Tune(steps), 0, 1).Cost(4), ShapeOf(Tune(leaps), 0, 1).Cost(4));
  EXPECT_EQ(ShapeOf(Tune({}), 0, 1).notes, 0);
}

TEST(MelodyContinuation, GoesOnInTheSongsRangeAndEndsAsItWasTold) {
  const std::string bytes = model::ReadFileBytes("inference/weights/ledgerline.model").value();
  const std::unique_ptr<model::Decoder> decoder = model::Decoder::Load(bytes).value();
  if (!ComposesMelodies(*decoder)) GTEST_SKIP() << "the committed model was not taught the melody's role";
  const StyleTraits* const style = FindStyle("art-song");
  const CoverPlan plan =
      PlanCover(tokens::SampleSong(16), *style, TexturesFrom(decoder->metadata(), style->name).value(),
                MeanMelodyFrom(decoder->metadata(), style->name).value(), 1)
          .value();
  tokens::Piece piece = plan.conditioning.piece;
  const tokens::Piece before = piece;
  piece.bars.back().melody = {{0, 72, 96, false}};
  const auto shape = ContinueMelody(decoder.get(), plan.rules, {}, 3, 8, &piece);
  ASSERT_TRUE(shape.ok()) << shape.status().ToString();
  const MelodyShape song = ShapeOf(before, 0, 8);
  EXPECT_GE(shape->lowest, song.lowest);
  EXPECT_LE(shape->highest, song.highest);
  EXPECT_LE(shape->rests_permille, 500);
  for (size_t k = 0; k < 8; ++k) EXPECT_EQ(piece.bars[k].melody, before.bars[k].melody);
  EXPECT_EQ(piece.bars.back().melody.size(), 1u);
  EXPECT_EQ(piece.bars.back().melody[0].pitch % 12, 0);
  for (const tokens::PieceBar& bar : piece.bars) {
    int free_from = 0;
    for (const tokens::MelodyNote& note : bar.melody) {
      EXPECT_GE(note.onset, free_from);
      free_from = note.onset + note.duration;
    }
    EXPECT_LE(free_from, bar.length);
  }
  tokens::Piece again = before;
  again.bars.back().melody = {{0, 72, 96, false}};
  ASSERT_TRUE(ContinueMelody(decoder.get(), plan.rules, {}, 3, 8, &again).ok());
  for (size_t k = 0; k < again.bars.size(); ++k) EXPECT_EQ(again.bars[k].melody, piece.bars[k].melody);
}

}  // namespace
}  // namespace ledgerline::covers
