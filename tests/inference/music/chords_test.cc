#include "inference/music/chords.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace ledgerline::music {
namespace {

constexpr int64_t kQuarter = kGridTicks;

void Add(Part& part, int64_t onset, int64_t duration, std::initializer_list<int> pitches) {
  for (const int pitch : pitches) part.notes.push_back({onset, duration, pitch, 80});
}

std::string Names(const std::vector<ChordSpan>& chords) {
  std::string names;
  for (const ChordSpan& chord : chords) names += (names.empty() ? "" : " ") + ChordName(chord);
  return names;
}

void ExpectCovers(const std::vector<ChordSpan>& chords, const std::vector<Bar>& bars) {
  ASSERT_FALSE(chords.empty());
  EXPECT_EQ(chords.front().start, bars.front().start);
  EXPECT_EQ(chords.back().end, bars.back().end);
  for (size_t i = 1; i < chords.size(); ++i) {
    EXPECT_EQ(chords[i].start, chords[i - 1].end);
    EXPECT_FALSE(chords[i].root == chords[i - 1].root && chords[i].quality == chords[i - 1].quality);
  }
}

TEST(ChordMask, HasTheChordsPitchClassesRoundTheCircle) {
  EXPECT_EQ(ChordMask(0, ChordQuality::kMajor), 0b000010010001);         // C E G
  EXPECT_EQ(ChordMask(9, ChordQuality::kMinor), 0b001000010001);         // A C E
  EXPECT_EQ(ChordMask(7, ChordQuality::kDominant7), 0b100010100100);     // G B D F
  EXPECT_EQ(ChordMask(11, ChordQuality::kDiminished7), 0b100100100100);  // B D F G#
}

TEST(BeatGroupsOf, FollowTheMetre) {
  struct Case {
    Metre metre;
    std::vector<int64_t> ends;  // of one bar, in quarter notes times four
  };
  const Case cases[] = {{{0, 4, 4}, {8, 16}},  {{0, 2, 2}, {8, 16}},
                        {{0, 2, 4}, {8}},      {{0, 3, 4}, {12}},
                        {{0, 3, 8}, {6}},      {{0, 6, 8}, {12}},
                        {{0, 9, 8}, {18}},     {{0, 12, 8}, {12, 24}},
                        {{0, 6, 4}, {12, 24}}, {{0, 2, 1}, {8, 16, 24, 32}},
                        {{0, 5, 4}, {8, 20}},  {{0, 1, 4}, {4}},
                        {{0, 7, 8}, {14}},     {{0, 3, 2}, {8, 16, 24}}};
  for (const Case& c : cases) {
    const int64_t length = c.metre.numerator * 4 * kQuarter / c.metre.denominator;
    const auto groups = BeatGroupsOf({{0, length, c.metre}});
    std::vector<int64_t> ends;
    for (const BeatGroup& group : groups) ends.push_back(group.end * 4 / kQuarter);
    EXPECT_EQ(ends, c.ends) << c.metre.numerator << "/" << c.metre.denominator;
    EXPECT_TRUE(groups[0].bar_start);
  }
}

TEST(FindChords, ReadsBlockChordsWithInversions) {
  Score score;
  Part piano;
  Add(piano, 0, 4 * kQuarter, {48, 60, 64, 67});              // C
  Add(piano, 4 * kQuarter, 4 * kQuarter, {53, 57, 60, 65});   // F
  Add(piano, 8 * kQuarter, 2 * kQuarter, {55, 62, 65, 71});   // G7
  Add(piano, 10 * kQuarter, 2 * kQuarter, {52, 60, 67, 72});  // C over E
  Add(piano, 12 * kQuarter, 4 * kQuarter, {57, 60, 64, 69});  // A minor
  Add(piano, 16 * kQuarter, 4 * kQuarter, {59, 62, 65, 68});  // B diminished seventh
  score.parts = {piano};
  const auto bars = BarsOf(score);
  const auto chords = FindChords(score, bars, {0, false, 1});
  EXPECT_EQ(Names(chords), "C F G7 C Am Bdim7");
  ExpectCovers(chords, bars);
}

TEST(FindChords, LeavesTheKeyWhenTheNotesDo) {
  Score score;
  Part piano;
  Add(piano, 0, 4 * kQuarter, {48, 60, 64, 67});              // C
  Add(piano, 4 * kQuarter, 4 * kQuarter, {50, 60, 66, 69});   // D7, the dominant of the dominant
  Add(piano, 8 * kQuarter, 4 * kQuarter, {55, 59, 62, 67});   // G
  Add(piano, 12 * kQuarter, 4 * kQuarter, {53, 56, 60, 65});  // F minor, borrowed
  Add(piano, 16 * kQuarter, 4 * kQuarter, {48, 60, 64, 67});
  score.parts = {piano};
  EXPECT_EQ(Names(FindChords(score, BarsOf(score), {0, false, 1})), "C D7 G Fm C");
}

TEST(FindChords, KeepsTheChordThroughPassingNotesAndShortRests) {
  Score score;
  Part melody, bass;
  for (int i = 0; i < 8; ++i) Add(melody, i * kQuarter, kQuarter, {std::array{60, 62, 64, 65, 67, 65, 64, 62}[i]});
  Add(melody, 16 * kQuarter, 4 * kQuarter, {72});
  for (const int bar : {0, 1, 4}) Add(bass, bar * 4 * kQuarter, 4 * kQuarter, {36, 52, 55});
  score.parts = {melody, bass};  // bars 2 and 3 are silent
  const auto chords = FindChords(score, BarsOf(score), {0, false, 1});
  EXPECT_EQ(Names(chords), "C N C");
  score.parts[1].notes.clear();
  for (const int bar : {0, 1, 3, 4})
    Add(score.parts[1], bar * 4 * kQuarter, (bar == 1 ? 6 : 4) * kQuarter, {36, 52, 55});
  EXPECT_EQ(Names(FindChords(score, BarsOf(score), {0, false, 1})), "C");
}

TEST(FindChords, MovesWithTheMusic) {
  Score score;
  Part piano;
  Add(piano, 0, 3 * kQuarter, {43, 62, 67, 71});
  Add(piano, 3 * kQuarter, 3 * kQuarter, {50, 62, 66, 72});
  Add(piano, 6 * kQuarter, 3 * kQuarter, {43, 62, 67, 71});
  score.metres = {{0, 3, 4}};
  for (int shift = 0; shift < 12; ++shift) {
    score.parts = {piano};
    for (Note& note : score.parts[0].notes) note.pitch += shift;
    const auto chords = FindChords(score, BarsOf(score), {(7 + shift) % 12, false, 1});
    ASSERT_EQ(chords.size(), 3u) << shift;
    EXPECT_EQ(chords[0].root, (7 + shift) % 12);
    EXPECT_EQ(chords[1].root, (2 + shift) % 12);
    EXPECT_EQ(chords[1].quality, ChordQuality::kDominant7);
    EXPECT_EQ(chords[2].root, chords[0].root);
  }
}

TEST(FindChords, LeavesDrumsAside) {
  Score score;
  score.parts = {{"", 0, false, {{0, 96, 60, 80}, {0, 96, 64, 80}, {0, 96, 67, 80}}},
                 {"", 0, true, {{0, 96, 38, 80}, {0, 96, 42, 80}, {0, 96, 35, 80}}}};
  EXPECT_EQ(Names(FindChords(score, BarsOf(score), {0, false, 1})), "C");
}

TEST(HarmoniseMelody, EndsAtHomeAndUsesTheDominantBeforeIt) {
  // Ode to Joy, last phrase: E E F G | G F E D | C C D E | D. C C
  Melody melody;
  const int pitches[] = {64, 64, 65, 67, 67, 65, 64, 62, 60, 60, 62, 64, 62, 60, 60};
  const int64_t lengths[] = {24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 36, 12, 48};
  int64_t at = 0;
  for (int i = 0; i < 15; ++i) {
    melody.notes.push_back({at, lengths[i], pitches[i], 80});
    at += lengths[i];
  }
  Score score;
  score.parts = {{"", 0, false, melody.notes}};
  const auto bars = BarsOf(score);
  const auto chords = HarmoniseMelody(melody, bars, {0, false, 1});
  ExpectCovers(chords, bars);
  EXPECT_EQ(chords.front().root, 0);
  EXPECT_EQ(chords.back().root, 0);
  ASSERT_GE(chords.size(), 3u);
  EXPECT_EQ(chords[chords.size() - 2].root, 7) << Names(chords);
}

TEST(HarmoniseMelody, HasNoChordBeforeTheFirstNote) {
  Melody melody;
  melody.notes = {{96, 96, 69, 80}};
  Score score;
  score.parts = {{"", 0, false, melody.notes}};
  const auto chords = HarmoniseMelody(melody, BarsOf(score), {9, true, 1});
  EXPECT_EQ(Names(chords), "N Am");
}

TEST(ChordNames, GoRound) {
  for (int root = 0; root < 12; ++root) {
    for (int q = 0; q < kChordQualities; ++q) {
      ChordSpan chord{0, 0, root, static_cast<ChordQuality>(q), 0};
      chord.pitch_class_mask = ChordMask(root, chord.quality);
      EXPECT_EQ(ParseChordName(ChordName(chord)).value(), chord) << ChordName(chord);
    }
  }
  EXPECT_EQ(ParseChordName("Cb").value().root, 11);
  EXPECT_EQ(ParseChordName("B#m").value().root, 0);
  EXPECT_EQ(ParseChordName("-").value(), ChordSpan{});
  for (const char* wrong : {"", "H", "c", "Cm6", "C##", " C"}) {
    EXPECT_EQ(ParseChordName(wrong).status().code(), StatusCode::kInvalidArgument) << wrong;
  }
}

TEST(ChordAt, FindsTheSpanOnBothSidesOfItsBounds) {
  const std::vector<ChordSpan> spans = {{0, 48, 0, ChordQuality::kMajor, 1}, {48, 96, 7, ChordQuality::kMajor, 1}};
  EXPECT_EQ(ChordAt(spans, -1), nullptr);
  EXPECT_EQ(ChordAt(spans, 0)->root, 0);
  EXPECT_EQ(ChordAt(spans, 47)->root, 0);
  EXPECT_EQ(ChordAt(spans, 48)->root, 7);
  EXPECT_EQ(ChordAt(spans, 96), nullptr);
}

}  // namespace
}  // namespace ledgerline::music
