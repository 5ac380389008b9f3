#include "inference/music/analysis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ledgerline::music {
namespace {

Score Song() {
  Score score;
  score.ticks_per_quarter = 480;
  score.metres = {{0, 1, 4}, {480, 3, 4}};
  score.tempos = {{0, 500'000}, {480 * 4, 1'000'000}};
  Part voice{"Voice", 52, false, {}}, piano{"Piano", 0, false, {}};
  const int pitches[] = {67, 72, 72, 74, 76, 76, 74};
  for (int i = 0; i < 7; ++i) voice.notes.push_back({i * 480 + (i % 2), 470, pitches[i], 80});
  for (const int64_t bar : {480, 480 * 4}) {
    for (const int pitch : {48, 52, 55}) piano.notes.push_back({bar, 1440, pitch, 80});
  }
  score.parts = {voice, piano};
  return score;
}

TEST(Analyse, JoinsEverythingOnTheGrid) {
  const auto analysis = Analyse(Song());
  ASSERT_TRUE(analysis.ok()) << analysis.status().ToString();
  EXPECT_EQ(analysis->score.ticks_per_quarter, kGridTicks);
  ASSERT_EQ(analysis->bars.size(), 3u);
  EXPECT_EQ(analysis->bars[0].end, 24);  // the pickup
  EXPECT_EQ(analysis->melody.part, 0);
  EXPECT_EQ(analysis->melody.notes.size(), 7u);
  EXPECT_EQ(KeyName(analysis->key), "C major");
  EXPECT_EQ(ChordName(analysis->chords.back()), "C");
  EXPECT_EQ(analysis->chords.back().end, analysis->bars.back().end);
  // Four quarters at 120, then three at 60 (two and 470 of 480 ticks): nearly 84.
  EXPECT_NEAR(analysis->tempo_bpm, 84, 0.5);
}

TEST(Analyse, GivesTheSameAnswerTwice) {
  const auto first = Analyse(Song()), second = Analyse(Song());
  EXPECT_EQ(first->chords, second->chords);
  EXPECT_EQ(first->melody, second->melody);
  EXPECT_EQ(first->key, second->key);
}

TEST(Analyse, HarmonisesAMelodyThatStandsAlone) {
  Score score = Song();
  score.parts.pop_back();
  const auto analysis = Analyse(score);
  ASSERT_TRUE(analysis.ok());
  EXPECT_EQ(analysis->chords, HarmoniseMelody(analysis->melody, analysis->bars, analysis->key));
}

TEST(Analyse, RefusesWhatHasNoMelodyOrTooManyBars) {
  const auto empty = Analyse(Score{});
  EXPECT_EQ(empty.status().code(), StatusCode::kInvalidArgument);
  Score fine = Song(), endless = Song();
  fine.ticks_per_quarter = endless.ticks_per_quarter = kGridTicks;
  fine.metres = endless.metres = {{0, 1, 4}};
  fine.parts[0].notes = {{0, 24 * static_cast<int64_t>(kMaxAnalysisBars), 60, 80}};
  fine.parts.pop_back();
  EXPECT_TRUE(Analyse(fine).ok());
  endless.parts[0].notes = {{0, 24 * static_cast<int64_t>(kMaxAnalysisBars) + 1, 60, 80}};
  endless.parts.pop_back();
  const auto refused = Analyse(endless);
  EXPECT_EQ(refused.status().code(), StatusCode::kOutOfRange);
  EXPECT_THAT(refused.status().message(), ::testing::HasSubstr("bars 20001 is above 20000"));
}

TEST(AverageTempoBpm, DefaultsTo120) {
  EXPECT_DOUBLE_EQ(AverageTempoBpm(Score{}), 120);
  Score score;
  score.tempos = {{0, 600'000}};
  EXPECT_DOUBLE_EQ(AverageTempoBpm(score), 100);
}

}  // namespace
}  // namespace ledgerline::music
