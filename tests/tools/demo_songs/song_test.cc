#include "tools/demo_songs/song.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "inference/music/analysis.h"
#include "inference/music/smf.h"

namespace ledgerline::demo {
namespace {

using music::Note;
using ::testing::HasSubstr;

constexpr std::string_view kHead = "title: T\ncomposer: C\nyear: 1800\nkey: Bb major\nmetre: 3/4\ntempo: 90\n";

std::string ErrorOf(std::string_view body, std::string_view head = kHead) {
  const auto song = ParseSong(std::string(head) + std::string(body));
  return song.ok() ? "ok" : song.status().ToString();
}

TEST(DemoSongs, AreTwelveFullMelodiesThatFillTheirBars) {
  ASSERT_GE(DemoSongs().size(), 8u);
  for (const SongText& text : DemoSongs()) {
    const auto song = ParseSong(text.text);
    ASSERT_TRUE(song.ok()) << text.slug << ": " << song.status().ToString();
    EXPECT_LT(song->year, 1900) << text.slug;  // in the public domain everywhere
    const auto analysis = music::Analyse(song->score);
    ASSERT_TRUE(analysis.ok()) << text.slug;
    EXPECT_EQ(analysis->melody.part, 0) << text.slug;
    EXPECT_GE(analysis->bars.size(), 16u) << text.slug;
    EXPECT_LE(analysis->bars.size(), 33u) << text.slug;
    EXPECT_EQ(music::KeyFifths(analysis->key), song->score.keys[0].fifths) << text.slug;
    EXPECT_EQ(analysis->key.minor, song->score.keys[0].minor) << text.slug;
    // Each bar but the first is as long as its metre says, and none of its notes lasts no time.
    for (const music::Bar& bar : analysis->bars) {
      EXPECT_EQ((bar.end - bar.start) * bar.metre.denominator, 96 * bar.metre.numerator) << text.slug;
    }
    const auto bytes = music::WriteSmf(song->score);
    ASSERT_TRUE(bytes.ok()) << bytes.status().ToString();
    EXPECT_EQ(music::ReadSmf(*bytes).value(), song->score) << text.slug;
  }
}

TEST(ParseSong, ReadsNotesRestsDotsTiesChordsAndPickup) {
  const auto song = ParseSong(std::string(kHead) + "# a remark\n\npickup F4/8 ; -\n| Bb4/4. c5 ; Bb\n");
  EXPECT_FALSE(song.ok());  // lower-case c
  const auto good =
      ParseSong(std::string(kHead) +
                "# a remark\n\npickup F4/8 ; -\n| Bb4/4. C#5/8 r/4 ; Bb\n| F4/2.~ ; F7 Bb Gm\n| F4/4 r G4 ; -\n");
  ASSERT_TRUE(good.ok()) << good.status().ToString();
  EXPECT_EQ(good->title, "T");
  EXPECT_EQ(good->year, 1800);
  EXPECT_EQ(good->score.parts[0].notes,
            (std::vector<Note>{
                {0, 240, 65, 90}, {240, 720, 70, 90}, {960, 240, 73, 90}, {1680, 1920, 65, 90}, {4080, 480, 67, 90}}));
  EXPECT_EQ(good->score.metres, (std::vector<music::Metre>{{0, 1, 8}, {240, 3, 4}}));
  EXPECT_EQ(good->score.keys, (std::vector<music::Key>{{0, -2, false}}));
  std::string symbols;
  for (const music::Marker& marker : good->score.markers) symbols += std::to_string(marker.at) + marker.text + " ";
  EXPECT_EQ(symbols, "240Bb 1680F7 2160Bb 2640Gm ");
  EXPECT_EQ(good->score.parts[1].notes[0], (Note{240, 1440, 46, 60}));  // the bass of the first chord
}

TEST(ParseSong, VersesRepeatTheBars) {
  const auto song = ParseSong(std::string(kHead) + "verses: 3\n| F4/2. ; F\n");
  ASSERT_TRUE(song.ok());
  EXPECT_EQ(song->score.parts[0].notes.size(), 3u);
  EXPECT_THAT(ErrorOf("verses: 2\npickup F4/4 ; -\n| F4/2. ; F\n"), HasSubstr("verses 2 cannot go with a pickup"));
}

TEST(ParseSong, NamesLineFieldValueAndBound) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("no bars"));
  EXPECT_THAT(ErrorOf("| F4/2 ; F\n"), HasSubstr("line 7: bar 1 lasts 960 ticks, its metre 1440"));
  EXPECT_THAT(ErrorOf("| F4/1 ; F\n"), HasSubstr("longer than its metre from \"F4/1\" on"));
  EXPECT_THAT(ErrorOf("| F4 ; F\n"), HasSubstr("\"F4\" has no length"));
  EXPECT_THAT(ErrorOf("| F4/3 ; F\n"), HasSubstr("length of \"F4/3\""));
  EXPECT_THAT(ErrorOf("| F4/2... ; F\n"), HasSubstr("up to two dots"));
  EXPECT_THAT(ErrorOf("| H4/2. ; F\n"), HasSubstr("\"H4/2.\" does not begin with A to G or r"));
  EXPECT_THAT(ErrorOf("| F/2. ; F\n"), HasSubstr("has no octave"));
  EXPECT_THAT(ErrorOf("| F9/2. ; F\n"), HasSubstr("octave 9 is outside 0 to 8"));
  EXPECT_THAT(ErrorOf("| F4/2. ; X\n"), HasSubstr("chord \"X\" is not like"));
  EXPECT_THAT(ErrorOf("| F4/2.\n"), HasSubstr("chords are missing"));
  EXPECT_THAT(ErrorOf("| F4/2. ; F F F F F F F\n"), HasSubstr("7 chords do not share the bar evenly"));
  EXPECT_THAT(ErrorOf("| r/2.~ ; F\n"), HasSubstr("is tied"));
  EXPECT_THAT(ErrorOf("| F4/2.~ ; F\n| G4 ; F\n"), HasSubstr("a tie (~) leads to a note of another pitch"));
  EXPECT_THAT(ErrorOf("| F4/2.~ ; F\n"), HasSubstr("tied to nothing"));
  EXPECT_THAT(ErrorOf("pickup F4/2. ; F\n| F4/2. ; F\n"), HasSubstr("pickup lasts 1440 ticks, outside 1 to 1439"));
  EXPECT_THAT(ErrorOf("| F4/2. ; F\npickup F4/4 ; F\n"), HasSubstr("the pickup stands once"));
  EXPECT_THAT(ErrorOf("| F4/2. ; F\ntempo: 3\n"), HasSubstr("headers stand before the first bar"));
  EXPECT_THAT(ErrorOf("colour: red\n"), HasSubstr("header \"colour\" is unknown"));
  EXPECT_THAT(ErrorOf("tempo: 500\n"), HasSubstr("tempo 500 is outside 20 to 400"));
  EXPECT_THAT(ErrorOf("tempo: fast\n"), HasSubstr("tempo \"fast\" is not a number"));
  EXPECT_THAT(ErrorOf("key: H major\n"), HasSubstr("key \"H major\" is not like"));
  EXPECT_THAT(ErrorOf("key: G# major\n"), HasSubstr("key signature 8 is outside -7 to 7"));
  EXPECT_THAT(ErrorOf("metre: 3/5\n"), HasSubstr("denominator 5"));
  EXPECT_THAT(ErrorOf("nonsense\n"), HasSubstr("neither \"name: value\" nor a bar"));
  EXPECT_THAT(ErrorOf("| F4/2. ; F\n", "title: T\n"), HasSubstr("the header \"composer\" is missing"));
  EXPECT_THAT(ErrorOf(std::string(kMaxSongBytes, '#')), HasSubstr("is above 65536 bytes"));
}

}  // namespace
}  // namespace ledgerline::demo
