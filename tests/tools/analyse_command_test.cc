// `ledgerline analyse` from outside.
#include <nlohmann/json.hpp>

#include "inference/music/musicxml.h"
#include "inference/music/smf.h"
#include "tests/tools/command_line.h"
#include "tools/demo_songs/song.h"

namespace ledgerline {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

class AnalyseCommandTest : public CommandLineTest {
 protected:
  void SetUp() override {
    CommandLineTest::SetUp();
    for (const demo::SongText& text : demo::DemoSongs()) {
      if (text.slug != "the_ash_grove") continue;
      const music::Score score = demo::ParseSong(text.text)->score;
      Write("song.mid", music::WriteSmf(score).value());
      Write("song.bin", music::WriteMusicXml(score).value());
    }
  }
};

TEST_F(AnalyseCommandTest, PrintsALeadSheetAndTheSameForMusicXmlUnderAnyName) {
  const std::string said = Fine("ledgerline analyse song.mid");
  for (const char* line :
       {"Metre    3/4, with a pickup of 1.00 quarter notes (as stated; the notes agree)", "Key      G major",
        "Tempo    126 quarter notes a minute", "Form     A B A B C D A B",
        "Melody   part 1 \"Melody\", 111 notes, C4 to E5", "  B       5 | Em     | C      | D7     | G      |"}) {
    EXPECT_THAT(said, HasSubstr(line));
  }
  EXPECT_EQ(Fine("ledgerline analyse song.bin"), said);
}

TEST_F(AnalyseCommandTest, WritesJsonAndDrawsOnceOnly) {
  const Json shown = Json::parse(Fine("ledgerline --json analyse song.mid --svg song.svg"));
  EXPECT_EQ(shown.at("form"), "A B A B C D A B");
  EXPECT_EQ(shown.at("first_bar_number"), 0);
  EXPECT_EQ(shown.at("sections")[4].at("first_bar"), 17);
  EXPECT_EQ(shown.at("chords")[3][0], "Am");
  EXPECT_EQ(shown.at("mood").at("quadrant"), "serene");
  EXPECT_THAT(Read("song.svg"), HasSubstr("</svg>"));
  const Ran again = Shell("ledgerline analyse song.mid --svg song.svg");
  EXPECT_EQ(again.exit_status, 3);
  EXPECT_THAT(again.err, HasSubstr("--svg 'song.svg' exists already"));
}

TEST_F(AnalyseCommandTest, SaysWhatIsWrongWithAFile) {
  Write("empty", "");
  Write("drums.xml", "<score-partwise><part id=\"P\"><measure number=\"1\"/></part></score-partwise>");
  EXPECT_EQ(Shell("ledgerline analyse nothing.mid").exit_status, 3);
  const Ran empty = Shell("ledgerline analyse empty");
  EXPECT_EQ(empty.exit_status, 3);
  EXPECT_THAT(empty.err, HasSubstr("empty: neither a Standard MIDI file (which begins with MThd) nor MusicXML"));
  EXPECT_THAT(Shell("ledgerline analyse drums.xml").err, HasSubstr("there is no melody to find"));
  EXPECT_EQ(Shell("ledgerline analyse").exit_status, 2);
}

}  // namespace
}  // namespace ledgerline
