#include "inference/music/portrait.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "inference/music/given_chords.h"
#include "tools/demo_songs/song.h"

namespace ledgerline::music {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Score SongNamed(std::string_view slug) {
  for (const demo::SongText& text : demo::DemoSongs()) {
    if (text.slug == slug) return demo::ParseSong(text.text)->score;
  }
  return {};
}

// Bars of one broken triad a bar, roots in semitones from C; minor where `minor` says so.
Score Triads(const std::vector<int>& roots, const std::vector<bool>& minor, int transpose = 0) {
  Score score;
  score.parts.resize(1);
  for (size_t k = 0; k < roots.size(); ++k) {
    const int third = minor[k] ? 3 : 4;
    const int steps[] = {0, 7, third + 12, 12};
    for (int i = 0; i < 4; ++i) {
      score.parts[0].notes.push_back(
          {static_cast<int64_t>(k) * 96 + i * 24, 24, 48 + roots[k] + transpose + steps[i], 80});
    }
  }
  return score;
}

TEST(FindKeys, FollowsAModulationAndStaysWithoutOne) {
  const std::vector<int> cadence = {0, 5, 7, 0, 9, 2, 7, 0};
  const std::vector<bool> minor = {false, false, false, false, true, true, false, false};
  const auto keys_of = [](const Score& score) {
    const auto bars = BarsOf(score);
    return FindKeys(score, bars, EstimateKey(score));
  };
  Score score = Triads(cadence, minor);
  auto keys = keys_of(score);
  ASSERT_EQ(keys.size(), 1u);
  EXPECT_EQ(KeyName(keys[0].key), "C major");
  // The same, then the same a major third higher.
  Score higher = Triads(cadence, minor, 4);
  for (Note note : higher.parts[0].notes) {
    note.onset += 8 * 96;
    score.parts[0].notes.push_back(note);
  }
  keys = keys_of(score);
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(KeyName(keys[0].key), "C major");
  EXPECT_EQ(KeyName(keys[1].key), "E major");
  EXPECT_EQ(keys[0].end_bar, 8u);
  EXPECT_EQ(keys[1].first_bar, 8u);
  EXPECT_EQ(keys[1].end_bar, 16u);
  EXPECT_TRUE(FindKeys({}, {}, {}).empty());
}

TEST(FindMood, FollowsItsRule) {
  const std::vector<int> cadence = {0, 5, 7, 0, 9, 2, 7, 0};
  const std::vector<bool> major = {false, false, false, false, true, true, false, false};
  const auto mood_of = [](const Score& score, double bpm) {
    const auto bars = BarsOf(score);
    return FindMood(score, bars, FindKeys(score, bars, EstimateKey(score)), bpm);
  };
  const Score bright = Triads(cadence, major, 12);
  const Score dark = Triads({0, 5, 0, 0, 5, 7, 7, 0}, {true, true, true, true, true, true, true, true});
  EXPECT_EQ(MoodName(mood_of(bright, 200).quadrant), "joyful");
  EXPECT_EQ(MoodName(mood_of(bright, 60).quadrant), "serene");
  EXPECT_EQ(MoodName(mood_of(dark, 200).quadrant), "stormy");
  EXPECT_EQ(MoodName(mood_of(dark, 60).quadrant), "melancholy");
  const Mood mood = mood_of(bright, 60);
  EXPECT_DOUBLE_EQ(mood.onsets_per_second, 1.0);
  EXPECT_DOUBLE_EQ(mood.major_share, 1.0);
  EXPECT_NEAR(mood.brightness, 1 + (mood.mean_pitch - 62) / 24, 1e-12);
}

TEST(GivenChords, HoldUntilTheNextAndOnlyIfTheyCoverHalf) {
  Score score;
  score.parts.push_back({"", 0, false, {{0, 192, 60, 80}}});
  score.markers = {{24, "Am"}, {48, "Refrain"}, {96, "7:dominant"}, {144, "N"}};
  const auto chords = GivenChords(score, BarsOf(score));
  std::vector<std::string> names;
  for (const ChordSpan& chord : chords) names.push_back(std::to_string(chord.start) + ":" + ChordName(chord));
  EXPECT_THAT(names, ElementsAre("0:N", "24:Am", "96:G7", "144:N"));
  score.markers = {{97, "Am"}};
  EXPECT_TRUE(GivenChords(score, BarsOf(score)).empty());
}

TEST(GivenChords, AMelodyAloneIsHarmonisedAsItsSymbolsSay) {
  Score score;
  score.parts.push_back({"", 0, false, {{0, 96, 60, 80}, {96, 96, 64, 80}}});
  score.markers = {{0, "Ab"}, {96, "E7"}};
  const Analysis analysis = Analyse(score).value();
  ASSERT_EQ(analysis.chords.size(), 2u);
  EXPECT_EQ(ChordName(analysis.chords[0]), "Ab");
  EXPECT_EQ(ChordName(analysis.chords[1]), "E7");
}

TEST(PortraitOf, FindsWhatTheFileDoesNotState) {
  Score bare = SongNamed("the_ash_grove");
  const Portrait stated = PortraitOf(bare).value();
  bare.metres.clear();
  bare.keys.clear();
  bare.markers.clear();
  const Portrait found = PortraitOf(bare).value();
  EXPECT_TRUE(stated.metre_stated && stated.key_stated && stated.chords_given);
  EXPECT_FALSE(found.metre_stated || found.key_stated || found.chords_given);
  EXPECT_EQ(found.analysis.bars.size(), stated.analysis.bars.size());
  EXPECT_EQ(found.BarNumber(0), 0u);
  EXPECT_EQ(KeyName(found.home), "G major");
  EXPECT_EQ(found.form.ToString(), stated.form.ToString());
  EXPECT_THAT(ChordsOfBar(found, 3), ElementsAre("Am"));
}

TEST(PortraitSvg, DrawsEveryNoteAndTakesTitlesAsText) {
  Score score = SongNamed("ode_to_joy");
  score.title = "<script>&";
  const std::string svg = PortraitSvg(PortraitOf(score).value());
  EXPECT_THAT(svg, HasSubstr("&lt;script&gt;&amp;"));
  EXPECT_EQ(svg.find("<script"), std::string::npos);
  size_t melody = 0;
  for (size_t at = svg.find("#c8401f"); at != std::string::npos; at = svg.find("#c8401f", at + 1)) ++melody;
  EXPECT_GE(melody, PortraitOf(score)->analysis.melody.notes.size());
  EXPECT_EQ(svg, PortraitSvg(PortraitOf(score).value()));
}

}  // namespace
}  // namespace ledgerline::music
