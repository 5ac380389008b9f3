#include "inference/music/notation.h"

#include <gtest/gtest.h>

#include "inference/music/spelling.h"

namespace ledgerline::music {
namespace {

// "quarter half. (eighth eighth eighth) ~" : values, dots, tuplets in brackets, r before rests, - for gaps, ~ for ties.
std::string Written(const NotatedVoice& voice) {
  std::string text;
  for (const NotatedEvent& event : voice) {
    if (!text.empty()) text += ' ';
    if (event.tuplet_start) text += '(';
    if (event.gap) text += '-';
    if (event.notes.empty() && !event.gap) text += "r:";
    text += event.whole_bar ? "bar" : std::string(event.type);
    text += std::string(static_cast<size_t>(event.dots), '.');
    if (event.tuplet_stop) text += ')';
    if (event.tie_start) text += '~';
  }
  return text;
}

std::string WrittenIn(int numerator, int denominator, const std::vector<Note>& notes, size_t bar = 0,
                      size_t voice = 0) {
  Score score;
  score.metres.push_back({0, numerator, denominator});
  score.parts.push_back({"", 0, false, notes});
  const auto staff = Notate(notes, BarsOf(score));
  return bar < staff.size() && voice < staff[bar].size() ? Written(staff[bar][voice]) : "none";
}

std::vector<Note> Line(const std::vector<int64_t>& durations) {  // negative: a rest
  std::vector<Note> notes;
  int64_t at = 0;
  for (const int64_t duration : durations) {
    if (duration > 0) notes.push_back({at, duration, 60, 80});
    at += duration > 0 ? duration : -duration;
  }
  return notes;
}

TEST(Notate, WritesPlainValues) {
  EXPECT_EQ(WrittenIn(4, 4, Line({24, 12, 12, 36, 12})), "quarter eighth eighth quarter. eighth");
  EXPECT_EQ(WrittenIn(3, 4, Line({72})), "half.");
  EXPECT_EQ(WrittenIn(6, 8, Line({36, 24, 12})), "quarter. quarter eighth");
  EXPECT_EQ(WrittenIn(2, 1, Line({192})), "breve");
}

TEST(Notate, DividesWhereTheMetreSaysSo) {
  EXPECT_EQ(WrittenIn(4, 4, Line({12, 24, 24, 36})), "eighth quarter eighth~ eighth quarter.");  // the half bar shows
  EXPECT_EQ(WrittenIn(4, 4, Line({60, 36})), "half~ eighth quarter.");
  EXPECT_EQ(WrittenIn(6, 8, Line({24, 24, 24})), "quarter eighth~ eighth quarter");
  EXPECT_EQ(WrittenIn(4, 4, Line({24, 48, 24})), "quarter half quarter");  // syncopation by one level is usual
  EXPECT_EQ(WrittenIn(4, 4, Line({24, -48, 24})), "quarter r:quarter r:quarter quarter");  // not for rests
}

TEST(Notate, TiesOverBarLinesAndRestsInEmptyBars) {
  const std::vector<Note> notes = {{0, 192, 60, 80}, {384, 96, 60, 80}};
  EXPECT_EQ(WrittenIn(4, 4, notes, 0), "whole~");
  EXPECT_EQ(WrittenIn(4, 4, notes, 1), "whole");
  EXPECT_EQ(WrittenIn(4, 4, notes, 2), "r:bar");
}

TEST(Notate, GroupsTuplets) {
  EXPECT_EQ(WrittenIn(2, 4, Line({8, 8, 8, 24})), "(eighth eighth eighth) quarter");
  EXPECT_EQ(WrittenIn(2, 4, Line({16, 16, 16})), "(quarter eighth)~ (eighth quarter)");
  EXPECT_EQ(WrittenIn(2, 4, Line({4, 4, 4, 4, 4, 4, 24})), "(16th 16th 16th 16th 16th 16th) quarter");
}

TEST(Notate, NotesThatOverlapGoToASecondVoice) {
  const std::vector<Note> notes = {{0, 48, 72, 80}, {0, 24, 60, 80}, {24, 12, 62, 80}};
  EXPECT_EQ(WrittenIn(2, 4, notes, 0, 0), "half");
  EXPECT_EQ(WrittenIn(2, 4, notes, 0, 1), "quarter eighth -");
}

TEST(Notate, EveryVoiceFillsItsBar) {
  const std::vector<Note> notes = Line({7, 5, -3, 22, 41, -10, 13, 2, 1, 90, 17, 23, -40, 5});
  Score score;
  score.metres = {{0, 5, 8}, {60, 4, 4}};
  score.parts.push_back({"", 0, false, notes});
  const std::vector<Bar> bars = BarsOf(score);
  const auto staff = Notate(notes, bars);
  for (size_t k = 0; k < bars.size(); ++k) {
    for (const NotatedVoice& voice : staff[k]) {
      int64_t at = bars[k].start;
      for (const NotatedEvent& event : voice) {
        EXPECT_EQ(event.start, at);
        EXPECT_GT(event.ticks, 0);
        at += event.ticks;
      }
      EXPECT_EQ(at, bars[k].end);
    }
  }
}

TEST(OnWritablePlaces, KeepsWhatFitsAndMovesTheRestAsLittleAsMayBe) {
  Score score;
  const std::vector<Note> fits = {{0, 8, 60, 80}, {8, 8, 60, 80}, {16, 8, 60, 80}, {24, 3, 60, 80}, {27, 21, 60, 80}};
  score.parts.push_back({"", 0, false, fits});
  EXPECT_EQ(OnWritablePlaces(fits, BarsOf(score)), fits);
  const std::vector<Note> played = {{1, 10, 60, 80}, {12, 11, 60, 80}};
  score.parts[0].notes = played;
  const std::vector<Note> expected = {{0, 12, 60, 80}, {12, 12, 60, 80}};
  EXPECT_EQ(OnWritablePlaces(played, BarsOf(score)), expected);
}

TEST(AsDrumHits, ABarHasOneFeelUnlessABeatIsClearlyOfTheOther) {
  Score score;
  score.parts.push_back({"", 0, true, {{0, 1, 36, 80}, {95, 1, 36, 80}}});
  const std::vector<Bar> bars = BarsOf(score);
  // A swung bar whose third off-beat comes early stays swung; four sixteenths are straight there.
  const std::vector<Note> early = {{0, 2, 51, 60},  {16, 2, 51, 60}, {24, 2, 51, 60},
                                   {40, 2, 51, 60}, {48, 2, 51, 60}, {61, 2, 51, 60}};
  const std::vector<Note> written = AsDrumHits(early, bars);
  ASSERT_EQ(written.size(), 6u);
  EXPECT_EQ(written[5].onset, 64);
  std::vector<Note> run = early;
  run[5].onset = 65;
  for (int64_t at = 72; at < 96; at += 6) run.push_back({at, 2, 38, 60});
  const std::vector<Note> mixed = AsDrumHits(run, bars);
  ASSERT_EQ(mixed.size(), 10u);
  EXPECT_EQ(mixed[5].onset, 64);
  EXPECT_EQ(mixed[7].onset, 78);
  // And a straight bar keeps its triplet.
  std::vector<Note> straight;
  for (int64_t at = 0; at < 72; at += 6) straight.push_back({at, 2, 42, 60});
  for (int64_t at = 72; at < 96; at += 8) straight.push_back({at, 2, 38, 60});
  EXPECT_EQ(AsDrumHits(straight, bars)[6].onset, 36);
  EXPECT_EQ(AsDrumHits(straight, bars)[13].onset, 80);
}

TEST(AsDrumHits, EveryBeatIsStraightOrInTriplets) {
  Score score;
  score.parts.push_back({"", 0, true, {{0, 1, 36, 80}, {191, 1, 36, 80}}});
  const std::vector<Bar> bars = BarsOf(score);
  // Straight, with up to three ticks of a player's timing; a hit just before the bar is the bar's.
  const std::vector<Note> straight = {
      {1, 2, 42, 60}, {5, 2, 42, 61}, {14, 2, 42, 62}, {19, 2, 42, 63}, {95, 2, 36, 99}};
  EXPECT_EQ(AsDrumHits(straight, bars),
            (std::vector<Note>{{0, 6, 42, 60}, {6, 6, 42, 61}, {12, 6, 42, 62}, {18, 6, 42, 63}, {96, 24, 36, 99}}));
  // Swung: long and short of a triplet; the second off-beat lies between, and goes with the first.
  const std::vector<Note> swung = {{24, 2, 51, 60}, {39, 2, 51, 61}, {48, 2, 51, 62}, {65, 2, 51, 63}};
  EXPECT_EQ(AsDrumHits(swung, bars),
            (std::vector<Note>{{24, 16, 51, 60}, {40, 8, 51, 61}, {48, 16, 51, 62}, {64, 8, 51, 63}}));
  // Two strokes of one drum in one place: the louder.
  EXPECT_EQ(AsDrumHits({{0, 1, 38, 40}, {2, 1, 38, 90}}, bars), (std::vector<Note>{{0, 24, 38, 90}}));
  EXPECT_TRUE(AsDrumHits({{1000, 1, 38, 40}}, bars).empty());
}

TEST(AsDrumHits, AnyTimingIsWrittenWithoutThirtySecondsAndTies) {
  Score score;
  score.metres = {{0, 3, 4}, {72, 6, 8}, {144, 4, 4}, {240, 1, 8}};
  std::vector<Note> hits;
  for (int64_t at = 0; at < 252; at += 5) hits.push_back({at, 3, 36 + static_cast<int>(at % 9), 70});
  score.parts.push_back({"", 0, true, hits});
  for (const std::vector<NotatedVoice>& bar : Notate(AsDrumHits(hits, BarsOf(score)), BarsOf(score))) {
    EXPECT_EQ(bar.size(), 1u);
    EXPECT_EQ(Written(bar[0]).find("32nd"), std::string::npos);
    EXPECT_EQ(Written(bar[0]).find('~'), std::string::npos);
  }
}

TEST(Notate, FromTheBarLineOnTheLongValueComesFirst) {
  EXPECT_EQ(WrittenIn(3, 4, Line({60, 12})), "half~ eighth eighth");
  EXPECT_EQ(WrittenIn(4, 4, Line({84, 12})), "half~ quarter. eighth");
}

TEST(SpellPitch, FollowsTheKey) {
  const auto name = [](int pitch, int fifths, bool minor) {
    const Spelling s = SpellPitch(pitch, {0, fifths, minor});
    return std::string(1, s.step) +
           (s.alter > 0 ? std::string(static_cast<size_t>(s.alter), '#')
                        : std::string(static_cast<size_t>(-s.alter), 'b')) +
           std::to_string(s.octave);
  };
  EXPECT_EQ(name(60, 0, false), "C4");
  EXPECT_EQ(name(63, 0, false), "Eb4");
  EXPECT_EQ(name(63, 0, true), "D#4");
  EXPECT_EQ(name(68, 0, false), "G#4");
  EXPECT_EQ(name(61, -5, false), "Db4");
  EXPECT_EQ(name(61, 3, false), "C#4");
  EXPECT_EQ(name(60, 7, false), "B#3");
  EXPECT_EQ(name(59, -7, false), "Cb4");
  EXPECT_EQ(name(0, 0, false), "C-1");
  EXPECT_EQ(name(127, 0, false), "G9");
}

TEST(SpelledChordName, FollowsTheKey) {
  const auto chord = ParseChordName("F#m7").value();
  EXPECT_EQ(SpelledChordName(chord, {0, -5, false}), "Gbm7");
  EXPECT_EQ(SpelledChordName(chord, {0, 2, false}), "F#m7");
  EXPECT_EQ(SpelledChordName({}, {}), "N");
}

TEST(SpellPitch, AlwaysNamesThePitch) {
  static constexpr int kSemitones[] = {9, 11, 0, 2, 4, 5, 7};
  for (int fifths = -7; fifths <= 7; ++fifths) {
    for (int pitch = 0; pitch < 128; ++pitch) {
      for (const bool minor : {false, true}) {
        const Spelling s = SpellPitch(pitch, {0, fifths, minor});
        EXPECT_EQ(12 * (s.octave + 1) + kSemitones[s.step - 'A'] + s.alter, pitch);
      }
    }
  }
}

}  // namespace
}  // namespace ledgerline::music
