#include "inference/music/expression.h"

#include <gtest/gtest.h>

namespace ledgerline::music {
namespace {

Score Duet() {
  Score score;
  score.parts = {{"Voice", 52, false, {}}, {"Piano", 0, false, {}}};
  for (int i = 0; i < 16; ++i) {
    score.parts[0].notes.push_back({i * 12, 12, 72, 80});
    score.parts[1].notes.push_back({i * 12, 12, 55, 80});
    score.parts[1].notes.push_back({i * 12, 12, 64, 80});
  }
  return score;
}

TEST(Expressive, PutsTheMelodyAboveAndDownbeatsFirst) {
  ExpressionOptions options;
  options.velocity_spread = 0;
  options.onset_spread = 0;
  const Score played = Expressive(Duet(), options);
  EXPECT_EQ(played.ticks_per_quarter, 480);
  const auto& melody = played.parts[0].notes;
  EXPECT_EQ(melody[0].velocity, 94 + 7);  // the downbeat
  EXPECT_EQ(melody[1].velocity, 94 - 4);  // between beats
  EXPECT_EQ(melody[2].velocity, 94);      // second beat
  EXPECT_EQ(melody[4].velocity, 94 + 3);  // middle of the bar
  EXPECT_EQ(melody[8].velocity, 94 + 7);  // the next downbeat
  for (const Note& note : played.parts[1].notes) EXPECT_LT(note.velocity, 94 - 4 - 3);
}

TEST(Expressive, ChangesNoPitchOrEndAndDelaysTheAccompanimentByTheSpreadAtMost) {
  const Score score = Duet();
  const Score played = Expressive(score, {});
  for (size_t p = 0; p < score.parts.size(); ++p) {
    ASSERT_EQ(played.parts[p].notes.size(), score.parts[p].notes.size());
    for (size_t i = 0; i < score.parts[p].notes.size(); ++i) {
      const Note& before = score.parts[p].notes[i];
      const Note& after = played.parts[p].notes[i];
      EXPECT_EQ(after.pitch, before.pitch);
      EXPECT_EQ(after.onset + after.duration, 20 * (before.onset + before.duration));
      EXPECT_GE(after.onset, 20 * before.onset);
      EXPECT_LE(after.onset, 20 * before.onset + (p == 0 ? 0 : 5));
    }
  }
}

TEST(Expressive, ADrummerWithDynamicsKeepsHisTiming) {
  Score score;
  score.ticks_per_quarter = 480;
  score.parts.push_back({"Lead", 0, false, {{0, 480, 72, 90}, {480, 480, 74, 90}}});
  score.parts.push_back({"Drums", 0, true, {{0, 60, 36, 100}, {231, 60, 42, 50}, {494, 60, 38, 110}}});
  EXPECT_EQ(Expressive(score, {}).parts[1].notes, score.parts[1].notes);
}

TEST(Expressive, OneSeedOneScore) {
  ExpressionOptions other;
  other.seed = 1;
  EXPECT_EQ(Expressive(Duet(), {}), Expressive(Duet(), {}));
  EXPECT_FALSE(Expressive(Duet(), {}) == Expressive(Duet(), other));
}

TEST(Expressive, KeepsDynamicsThatAreThere) {
  Score score = Duet();
  score.parts[1].notes[3].velocity = 20;
  ExpressionOptions options;
  options.onset_spread = 0;
  const Score played = Expressive(score, options);
  for (size_t i = 0; i < score.parts[1].notes.size(); ++i) {
    EXPECT_EQ(played.parts[1].notes[i].velocity, score.parts[1].notes[i].velocity);
  }
  EXPECT_NE(played.parts[0].notes[0].velocity, 80);
}

}  // namespace
}  // namespace ledgerline::music
