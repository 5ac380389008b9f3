#include "inference/covers/remetre.h"

#include <gtest/gtest.h>

#include "tests/inference/tokens/sample_pieces.h"

namespace ledgerline::covers {
namespace {

using tokens::Framed;

Framed Frame(int numerator, int denominator, std::vector<music::Note> notes, int64_t pickup_quarters = 0) {
  music::Score score;
  score.ticks_per_quarter = 24;
  score.metres = {{0, numerator, denominator}};
  if (pickup_quarters > 0) {
    score.metres = {{0, static_cast<int>(pickup_quarters), 4}, {pickup_quarters * 24, numerator, denominator}};
  }
  score.parts = {{"", 0, false, std::move(notes)}};
  return tokens::FrameScore(score).value();
}

TEST(Remetre, TwoBeatsBecomeLongShort) {
  const Framed framed =
      Frame(4, 4, {{0, 24, 60, 80}, {24, 24, 62, 80}, {48, 12, 64, 80}, {60, 12, 65, 80}, {72, 24, 67, 80}});
  EXPECT_FALSE(IsTriple(framed));
  const Result<Framed> three = InThree(framed);
  ASSERT_TRUE(three.ok());
  ASSERT_EQ(three->bars.size(), 2u);
  EXPECT_TRUE(IsTriple(*three));
  const std::vector<music::Note>& notes = three->score.parts[0].notes;
  const int64_t onsets[] = {0, 48, 72, 96, 120}, durations[] = {48, 24, 24, 24, 24};
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(notes[i].onset, onsets[i]) << i;
    EXPECT_EQ(notes[i].duration, durations[i]) << i;
  }
  EXPECT_EQ(StretchPermille(framed, *three), 1500);
}

TEST(Remetre, CompoundBeatsBecomeBarsOfQuarters) {
  const Framed framed = Frame(6, 8, {{0, 12, 60, 80}, {12, 12, 62, 80}, {24, 12, 64, 80}, {36, 36, 65, 80}});
  const Result<Framed> three = InThree(framed);
  ASSERT_TRUE(three.ok());
  ASSERT_EQ(three->bars.size(), 2u);
  EXPECT_EQ(three->score.parts[0].notes[1].onset, 24);
  EXPECT_EQ(three->score.parts[0].notes[3].duration, 72);
}

TEST(Remetre, APickupStaysBeforeItsBarLine) {
  // One quarter before 4/4 is the short beat of a pair.
  const Framed framed = Frame(4, 4, {{0, 24, 60, 80}, {24, 96, 65, 80}}, 1);
  const Result<Framed> three = InThree(framed);
  ASSERT_TRUE(three.ok()) << three.status().ToString();
  EXPECT_EQ(three->bars[0].length, 24);
  EXPECT_EQ(three->starts[1], 24);
  EXPECT_EQ(three->score.parts[0].notes[1].onset, 24);
}

TEST(Remetre, OrderAndPitchesStay) {
  const Framed framed = tokens::FrameScore(tokens::SampleSong(6)).value();
  const Framed three = InThree(framed).value();
  for (size_t p = 0; p < framed.score.parts.size(); ++p) {
    const auto &before = framed.score.parts[p].notes, &after = three.score.parts[p].notes;
    ASSERT_EQ(before.size(), after.size());
    for (size_t i = 0; i < before.size(); ++i) {
      EXPECT_EQ(before[i].pitch, after[i].pitch);
      if (i > 0) {
        EXPECT_LE(after[i - 1].onset, after[i].onset);
      }
    }
  }
}

TEST(Remetre, TripleStaysAndFiveFourIsRefused) {
  const Framed waltz = Frame(3, 4, {{0, 72, 60, 80}, {72, 24, 62, 80}});
  EXPECT_EQ(InThree(waltz).value().score.parts[0].notes[1].onset, 72);
  EXPECT_EQ(InThree(Frame(5, 4, {{0, 120, 60, 80}})).status().message(), "bar 1 in 5/4 has no reading in three");
}

}  // namespace
}  // namespace ledgerline::covers
