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
  const std::vector<Phrase> phrases = PhrasesOf(melody, 480);
  const auto arch = [&](size_t i) {
    for (const Phrase& phrase : phrases) {
      const int64_t length = phrase.end - phrase.start, at = melody[i].onset - phrase.start;
      if (at >= 0 && at < length) return static_cast<int>(4 * kPhraseArch * at * (length - at) / (length * length));
    }
    return 0;
  };
  EXPECT_EQ(melody[1].velocity, 94 - 4 + arch(1));  // between beats
  EXPECT_EQ(melody[2].velocity, 94 + arch(2));      // second beat
  EXPECT_EQ(melody[4].velocity, 94 + 3 + arch(4));  // middle of the bar
  EXPECT_EQ(melody[8].velocity, 94 + 7 + arch(8));  // the next downbeat
  for (const Note& note : played.parts[1].notes) EXPECT_LT(note.velocity, 94 - 4 - 3 + kPhraseArch);
}

TEST(PhrasesOf, BreathesAtRestsAndLongNotesAndNoSooner) {
  std::vector<Note> melody;
  int64_t at = 0;
  for (const int64_t ticks : {24, 24, 24, 72, 24, 24, 24, 24, -24, 24, -24, 96}) {  // negative: a rest
    if (ticks > 0) melody.push_back({at, ticks, 60, 80});
    at += std::abs(ticks);
  }
  const std::vector<Phrase> phrases = PhrasesOf(melody, 24);
  ASSERT_EQ(phrases.size(), 3u);
  EXPECT_EQ(phrases[0].end, 144);    // after the long note
  EXPECT_EQ(phrases[1].end, 240);    // at the rest
  EXPECT_EQ(phrases[2].start, 264);  // a note between two rests is no phrase of its own
  EXPECT_EQ(phrases[2].end, 408);
  EXPECT_TRUE(PhrasesOf({}, 24).empty());
  // No breath for too long: halved until it may be.
  std::vector<Note> endless;
  for (int64_t k = 0; k < 80; ++k) endless.push_back({k * 24, 24, 60, 80});
  for (const Phrase& phrase : PhrasesOf(endless, 24)) EXPECT_LE(phrase.end - phrase.start, 32 * 24);
}

TEST(AddDynamics, ArchesPhrasesAndStaysWithinItsBound) {
  Score score;
  Part part;
  for (int64_t k = 0; k < 16; ++k) part.notes.push_back({k * 96, 96, 60, 66});  // downbeats only: one accent
  Part drums;
  drums.drums = true;
  drums.notes = {{0, 6, 36, 50}};
  score.parts = {part, drums};
  std::vector<Note> melody = part.notes;
  for (Note& note : melody) note.duration = 24;
  melody = {{0, 24, 72, 94}};
  for (int64_t k = 1; k < 32; ++k) melody.push_back({k * 24, 24, 72, 94});
  int64_t ends = 0, middles = 0;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    Score played = score;
    AddDynamics(melody, seed, &played);
    ends += played.parts[0].notes[0].velocity + played.parts[0].notes[7].velocity;
    middles += played.parts[0].notes[3].velocity + played.parts[0].notes[4].velocity;
    for (size_t i = 0; i < 16; ++i) {
      EXPECT_LE(std::abs(played.parts[0].notes[i].velocity - 66), kMostDynamics);
      EXPECT_EQ(played.parts[0].notes[i].onset, score.parts[0].notes[i].onset);
    }
    EXPECT_EQ(played.parts[1].notes, drums.notes);
    Score again = score;
    AddDynamics(melody, seed, &again);
    EXPECT_EQ(again, played);
  }
  EXPECT_GT(middles - ends, 50 * 4);  // some two units and a half a note
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
