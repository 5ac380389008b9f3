#include "inference/covers/melody_continuation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "inference/covers/plan.h"
#include "inference/covers/remix_builder.h"
#include "inference/covers/style_book.h"
#include "inference/model/model_file.h"
#include "tests/inference/tokens/sample_pieces.h"
#include "tools/demo_songs/song.h"

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
  const MelodyShape song = ShapeOf(Tune(steps), 0, 1);
  EXPECT_LT(ShapeOf(Tune(steps), 0, 1).Cost(song, 4), ShapeOf(Tune(leaps), 0, 1).Cost(song, 4));
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
  const auto shape = ContinueMelody(decoder.get(), plan.rules, 3, 8, &piece);
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
  ASSERT_TRUE(ContinueMelody(decoder.get(), plan.rules, 3, 8, &again).ok());
  for (size_t k = 0; k < again.bars.size(); ++k) EXPECT_EQ(again.bars[k].melody, piece.bars[k].melody);
}

TEST(MelodyShape, MotifsAreMovesOfTheSong) {
  tokens::Piece piece = Tune({{0, 60, 24, false}, {24, 62, 24, false}, {48, 64, 24, false}, {72, 60, 24, false}});
  // The same a fourth higher: of its pairs of moves the song has all but the two over the bar line.
  piece.bars.push_back(
      Tune({{0, 65, 24, false}, {24, 67, 24, false}, {48, 69, 24, false}, {72, 65, 24, false}}).bars[0]);
  EXPECT_EQ(MotifsPermille(piece, 1, 1, 2), 666);
  piece.bars[1].melody = {{0, 72, 12, false}, {12, 71, 12, false}, {24, 69, 12, false}, {36, 67, 60, false}};
  EXPECT_EQ(MotifsPermille(piece, 1, 1, 2), 0);
}

// For Auld Lang Syne as a hymn no candidate was good enough as a whole once; for some of its bars, each is.
TEST(MelodyContinuation, SucceedsInEveryStyleThatCanKeepTheSong) {
  const std::string bytes = model::ReadFileBytes("inference/weights/ledgerline.model").value();
  const std::unique_ptr<model::Decoder> decoder = model::Decoder::Load(bytes).value();
  if (!ComposesMelodies(*decoder)) GTEST_SKIP() << "the committed model was not taught the melody's role";
  RemixPlan plan;
  plan.continue_bars = 8;
  for (const std::string_view slug : {"auld_lang_syne", "stille_nacht", "adeste_fideles", "amazing_grace"}) {
    const auto text = std::find_if(demo::DemoSongs().begin(), demo::DemoSongs().end(),
                                   [&](const demo::SongText& song) { return song.slug == slug; });
    const music::Score score = demo::ParseSong(text->text)->score;
    for (const std::string_view name : {"hymn", "art-song"}) {
      const StyleTraits& style = *FindStyle(name);
      const auto built = BuildRemix(plan, {score}, style, TexturesFrom(decoder->metadata(), name).value(),
                                    MeanMelodyFrom(decoder->metadata(), name).value(), Hash256(), 1);
      ASSERT_TRUE(built.ok()) << built.status().ToString();
      tokens::Piece piece = built->blob.conditioning.piece;
      const auto first = static_cast<size_t>(built->continued_from);
      const auto shape = ContinueMelody(decoder.get(), RulesFor(style, piece), 1, first, &piece);
      ASSERT_TRUE(shape.ok()) << slug << ", " << name << ": " << shape.status().ToString();
      const MelodyShape song = ShapeOf(piece, 0, first);
      EXPECT_GE(shape->lowest, song.lowest) << slug;
      EXPECT_LE(shape->highest, song.highest) << slug;
      EXPECT_GE(shape->steps_permille, 250) << slug;
      EXPECT_LE(shape->leaps_permille, 150) << slug;
      // Some of it is the song's, and no three bars are.
      EXPECT_GT(MotifsPermille(piece, first, first, piece.bars.size() - 1), 0) << slug;
      int same = 0;
      for (size_t k = first; k < piece.bars.size(); ++k) {
        const bool repeats =
            std::any_of(piece.bars.begin(), piece.bars.begin() + static_cast<std::ptrdiff_t>(first),
                        [&](const tokens::PieceBar& bar) { return bar.melody == piece.bars[k].melody; });
        same = repeats ? same + 1 : 0;
        EXPECT_LT(same, 3) << slug;
      }
      // A dominant, and the tonic under a tonic.
      const tokens::PieceBar &leading = piece.bars[piece.bars.size() - 2], &close = piece.bars.back();
      const int tonic = tokens::ChordRoot(close.chords[0]);
      EXPECT_EQ(tokens::ChordRoot(leading.chords[static_cast<size_t>(leading.Slots() - 1)]), (tonic + 7) % 12) << slug;
      ASSERT_EQ(close.melody.size(), 1u);
      EXPECT_EQ(close.melody[0].pitch % 12, tonic) << slug;
      ASSERT_FALSE(leading.melody.empty()) << slug;
      EXPECT_LE(std::abs(close.melody[0].pitch - leading.melody.back().pitch), 7) << slug;
    }
  }
}

}  // namespace
}  // namespace ledgerline::covers
