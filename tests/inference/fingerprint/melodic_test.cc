#include "inference/fingerprint/melodic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <random>

#include "tools/demo_songs/song.h"

namespace ledgerline::fingerprint {
namespace {

using music::Note;
using music::Score;
using ::testing::HasSubstr;

std::vector<Score> Songs() {
  std::vector<Score> songs;
  for (const demo::SongText& text : demo::DemoSongs()) songs.push_back(demo::ParseSong(text.text).value().score);
  return songs;
}

Score Transposed(Score score, int semitones) {
  for (music::Part& part : score.parts) {
    for (Note& note : part.notes) note.pitch += semitones;
  }
  return score;
}

// Every note at `percent` of its place and length: the same music written in other note values, or played at another
// speed into a file that keeps its tempo.
Score Stretched(Score score, int64_t percent) {
  for (music::Part& part : score.parts) {
    for (Note& note : part.notes) {
      const int64_t end = (note.onset + note.duration) * percent / 100;
      note.onset = note.onset * percent / 100;
      note.duration = std::max<int64_t>(1, end - note.onset);
    }
  }
  return score;
}

// Onsets moved by up to `ticks` of a 24th of a quarter note either way.
Score Jittered(Score score, int ticks, uint32_t seed) {
  std::mt19937 random(seed);
  const int unit = score.ticks_per_quarter / music::kGridTicks;
  for (music::Part& part : score.parts) {
    for (Note& note : part.notes) {
      const int moved = static_cast<int>(random() % static_cast<uint32_t>(2 * ticks + 1)) - ticks;
      note.onset = std::max<int64_t>(0, note.onset + moved * unit);
    }
    std::sort(part.notes.begin(), part.notes.end());
  }
  return score;
}

// Seven notes whose intervals are +4 -2 +3 -1 +3 -7, the last `last_gap` after the sixth.
std::vector<Note> Phrase(int64_t gap, int64_t last_gap) {
  std::vector<Note> line;
  const int pitches[] = {60, 64, 62, 65, 64, 67, 60};
  for (int i = 0; i < 7; ++i) line.push_back({i < 6 ? i * gap : 5 * gap + last_gap, 24, pitches[i], 80});
  return line;
}

TEST(MelodicFingerprint, IsTheSameInTwelveKeysAndAtAnyTempo) {
  for (const Score& song : Songs()) {
    const MelodicFingerprint print = FingerprintOfMelody(song);
    ASSERT_GE(print.grams.size(), kMatchShared) << song.title;
    for (int shift = -6; shift < 6; ++shift)
      EXPECT_EQ(FingerprintOfMelody(Transposed(song, shift)), print) << song.title;
    Score faster = song;
    faster.tempos[0].quarter_us /= 2;
    EXPECT_EQ(FingerprintOfMelody(faster), print);
    EXPECT_EQ(FingerprintOfMelody(Stretched(song, 50)), print) << song.title;
    EXPECT_EQ(FingerprintOfMelody(Stretched(song, 200)), print) << song.title;
  }
}

TEST(MelodicFingerprint, SurvivesUnevenStretchingAndUnsteadyHands) {
  for (const Score& song : Songs()) {
    const MelodicFingerprint print = FingerprintOfMelody(song);
    EXPECT_GE(ContainmentPpm(print, FingerprintOfAllLines(Stretched(song, 130))), 600'000) << song.title;
    EXPECT_GE(ContainmentPpm(print, FingerprintOfAllLines(Stretched(song, 85))), 600'000) << song.title;
    EXPECT_GE(ContainmentPpm(print, FingerprintOfAllLines(Jittered(song, 1, 7))), kMatchContainmentPpm * 3 / 2)
        << song.title;
  }
}

TEST(MelodicFingerprint, NoSongIsTakenForAnother) {
  const std::vector<Score> songs = Songs();
  for (size_t a = 0; a < songs.size(); ++a) {
    for (size_t b = 0; b < songs.size(); ++b) {
      if (a == b) continue;
      EXPECT_LT(ContainmentPpm(FingerprintOfMelody(songs[a]), FingerprintOfAllLines(songs[b])),
                kMatchContainmentPpm / 2)
          << songs[a].title << " in " << songs[b].title;
    }
  }
}

TEST(MelodicFingerprint, OfACoverHasTheMelodyWhereverItLies) {
  for (const Score& song : Songs()) {
    Score cover = Transposed(song, 5);
    // The tune in an inner part, a busier line above it, drums below.
    music::Part descant{"Flute", 73, false, {}}, drums{"Drums", 0, true, {}};
    for (int64_t at = 0; at < song.EndTick(); at += 240) {
      descant.notes.push_back({at, 240, 84 + static_cast<int>(at / 240 * 5 % 7), 80});
      drums.notes.push_back({at, 120, 36 + static_cast<int>(at / 240 % 7), 80});
    }
    cover.parts.insert(cover.parts.begin(), {descant, drums});
    EXPECT_EQ(ContainmentPpm(FingerprintOfMelody(song), FingerprintOfAllLines(cover)), 1'000'000) << song.title;
  }
}

TEST(MelodicFingerprint, ASpreadChordIsOneChord) {
  Score score;
  score.parts.emplace_back();
  std::vector<Note>& notes = score.parts[0].notes;
  for (const Note& note : Phrase(24, 24)) {
    notes.push_back({note.onset, 24, note.pitch - 12, 80});
    notes.push_back({note.onset + 2, 22, note.pitch, 80});  // the tune on top, a hundredth of a second late
  }
  EXPECT_EQ(FingerprintOfMelody(score), FingerprintOfLine(Phrase(24, 24)));
}

TEST(MelodicFingerprint, CountsPhrasesOfSevenNotesAndNoFigures) {
  std::vector<Note> line = Phrase(24, 24);
  EXPECT_EQ(FingerprintOfLine(line).grams.size(), 1u);
  line.pop_back();
  EXPECT_TRUE(FingerprintOfLine(line).grams.empty());
  line = Phrase(24, 24);
  for (int i = 0; i < 7; ++i) line[static_cast<size_t>(i)].pitch = 60 + 2 * i;  // a scale
  EXPECT_TRUE(FingerprintOfLine(line).grams.empty());
  for (Note& note : line) note.pitch = 60;  // one note
  EXPECT_TRUE(FingerprintOfLine(line).grams.empty());
}

TEST(MelodicFingerprint, RatiosHoldOnBothSidesOfTheirBounds) {
  const auto print = [](int64_t last) { return FingerprintOfLine(Phrase(60, last)); };
  // Against 60: under 24 very short, under 45 short, up to 80 equal, under 150 long, from there on very long.
  EXPECT_NE(print(23), print(24));
  EXPECT_EQ(print(24), print(44));
  EXPECT_NE(print(44), print(45));
  EXPECT_EQ(print(45), print(79));
  EXPECT_NE(print(79), print(80));
  EXPECT_EQ(print(80), print(149));
  EXPECT_NE(print(149), print(150));
  EXPECT_EQ(print(150), print(5000));
}

TEST(MelodicFingerprint, AFullOneIsThinnedEvenlyAndStaysComparable) {
  std::mt19937 random(1);
  std::vector<Note> longer;
  for (int i = 0; i < 12'000; ++i) longer.push_back({i * 24, 24, 48 + static_cast<int>(random() % 24), 80});
  const std::vector<Note> part(longer.begin() + 3000, longer.begin() + 4000);
  const MelodicFingerprint whole = FingerprintOfLine(longer), some = FingerprintOfLine(part);
  EXPECT_EQ(whole.grams.size(), kMaxGrams);
  EXPECT_LT(Shared(some, whole), some.grams.size() / 2);  // most were thinned away
  EXPECT_EQ(ContainmentPpm(some, whole), 1'000'000);      // and are not held against it
}

TEST(MelodicFingerprint, GoldenBytes) {
  // Intervals plus 32, six bits each: 36 30 35 31 35 25; ratio classes, three bits each: 2 2 2 2 3.
  const MelodicFingerprint print = FingerprintOfLine(Phrase(24, 48));
  EXPECT_EQ(HexEncode(print.ToBytes()),
            "4c4c4d4601070001"
            "00048f46fc6ca493");
  EXPECT_EQ(MelodicFingerprint::FromBytes(print.ToBytes()).value(), print);
  EXPECT_EQ(HexEncode(MelodicFingerprint{}.ToBytes()), "4c4c4d4601070000");
}

TEST(MelodicFingerprint, RefusesBytesThatAreNotCanonical) {
  const auto error = [](const std::string& bytes) { return MelodicFingerprint::FromBytes(bytes).status().ToString(); };
  const std::string good = FingerprintOfMelody(Songs()[0]).ToBytes();
  EXPECT_TRUE(MelodicFingerprint::FromBytes(good).ok());
  EXPECT_THAT(error(""), HasSubstr("do not begin with LLMF"));
  std::string bytes = good;
  bytes[4] = 2;
  EXPECT_THAT(error(bytes), HasSubstr("version 2 is not 1"));
  bytes = good;
  bytes[5] = 8;
  EXPECT_THAT(error(bytes), HasSubstr("notes in a gram 8 is not 7"));
  EXPECT_THAT(error(good + '\0'), HasSubstr("length"));
  bytes = good;
  std::swap_ranges(bytes.begin() + 8, bytes.begin() + 16, bytes.begin() + 16);
  EXPECT_THAT(error(bytes), HasSubstr("gram 1 is not above the one before it"));
  bytes = good;
  bytes[15] = static_cast<char>(bytes[15] | 7);  // a ratio class that does not exist
  EXPECT_THAT(error(bytes), HasSubstr("gram 0 is no phrase"));
  EXPECT_THAT(error(std::string("LLMF\x01\x07\x10\x01", 8)), HasSubstr("count 4097 is above 4096"));
}

RC_GTEST_PROP(MelodicFingerprintProperty, BytesGoRoundAndTranspositionChangesNothing, ()) {
  std::vector<Note> line;
  int64_t at = 0;
  for (const int step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 12'000))) {
    line.push_back({at, 1, 30 + step % 60, 80});
    at += 1 + step / 60;
  }
  const MelodicFingerprint print = FingerprintOfLine(line);
  RC_ASSERT(MelodicFingerprint::FromBytes(print.ToBytes()).value() == print);
  for (Note& note : line) note.pitch += 7;
  RC_ASSERT(FingerprintOfLine(line) == print);
  RC_ASSERT(print.grams.empty() || ContainmentPpm(print, print) == 1'000'000);
}

}  // namespace
}  // namespace ledgerline::fingerprint
