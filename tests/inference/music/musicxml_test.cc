#include "inference/music/musicxml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zip.h>

#include <fstream>
#include <iterator>

#include "inference/music/engraved_part.h"
#include "inference/music/hand_clefs.h"
#include "inference/music/score_file.h"
#include "inference/music/smf.h"
#include "tools/demo_songs/song.h"

namespace ledgerline::music {
namespace {

using ::testing::HasSubstr;

std::string Document(const std::string& measures, const std::string& list = "<part-name>Flute</part-name>") {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<score-partwise version=\"3.1\"><part-list><score-part "
         "id=\"P1\">" +
         list + "</score-part></part-list><part id=\"P1\">" + measures + "</part></score-partwise>";
}
std::string Measure(const std::string& content) { return "<measure number=\"1\">" + content + "</measure>"; }
const char* const kFourFour =
    "<attributes><divisions>2</divisions><time><beats>4</beats><beat-type>4</beat-type></time></attributes>";
std::string Sounding(const std::string& pitch, int duration, const std::string& more = "") {
  std::string alter = pitch.size() == 3 ? (pitch[1] == '#' ? "<alter>1</alter>" : "<alter>-1</alter>") : "";
  return "<note>" + std::string(more == "chord" ? "<chord/>" : "") + "<pitch><step>" + pitch.substr(0, 1) + "</step>" +
         alter + "<octave>" + pitch.back() + "</octave></pitch><duration>" + std::to_string(duration) + "</duration>" +
         (more == "chord" ? "" : more) + "</note>";
}
std::string Rest(int duration) { return "<note><rest/><duration>" + std::to_string(duration) + "</duration></note>"; }

// "60@0+24 62@24+24" of all parts, in ticks of the grid.
std::string NotesOf(const Score& score) {
  const Score grid = score.Quantised();
  std::string text;
  for (const Part& part : grid.parts) {
    for (const Note& note : part.notes) {
      text += (text.empty() ? "" : " ") + std::to_string(note.pitch) + "@" + std::to_string(note.onset) + "+" +
              std::to_string(note.duration);
    }
  }
  return text;
}
std::string NotesIn(const std::string& document) {
  const auto score = ReadMusicXml(document);
  return score.ok() ? NotesOf(*score) : score.status().ToString();
}

TEST(ReadMusicXml, ReadsNotesChordsRestsAndVoices) {
  EXPECT_EQ(
      NotesIn(Document(Measure(kFourFour + Sounding("C4", 2) + Sounding("E4", 2, "chord") + Rest(2) +
                               Sounding("F#4", 1) + Sounding("Bb4", 3) + "<backup><duration>8</duration></backup>" +
                               "<forward><duration>4</duration></forward>" + Sounding("C3", 4)))),
      "60@0+24 64@0+24 48@48+48 66@48+12 70@60+36");
}

TEST(ReadMusicXml, JoinsTiesOverTheBarLineAndNotWithoutThem) {
  const std::string start = "<tie type=\"start\"/>", stop = "<tie type=\"stop\"/>";
  EXPECT_EQ(NotesIn(Document(Measure(kFourFour + Sounding("C4", 8, start)) +
                             Measure(Sounding("C4", 4, stop + start) + Sounding("C4", 4, stop)))),
            "60@0+192");
  EXPECT_EQ(NotesIn(Document(Measure(kFourFour + Sounding("C4", 8)) + Measure(Sounding("C4", 8)))), "60@0+96 60@96+96");
}

TEST(ReadMusicXml, ReadsTupletsExactlyAndFindsAFineEnoughResolution) {
  const auto score = ReadMusicXml(
      Document(Measure("<attributes><divisions>6</divisions></attributes>" + Sounding("C4", 2) + Sounding("D4", 2) +
                       Sounding("E4", 2)) +
               Measure("<attributes><divisions>4</divisions></attributes>" + Sounding("C4", 1) + Sounding("D4", 15))));
  ASSERT_TRUE(score.ok()) << score.status().ToString();
  EXPECT_EQ(score->ticks_per_quarter, 12);
  EXPECT_EQ(NotesOf(*score), "60@0+8 62@8+8 64@16+8 60@24+6 62@30+90");
}

TEST(ReadMusicXml, APickupGetsAMetreOfItsOwn) {
  const auto score = ReadMusicXml(Document("<measure number=\"0\" implicit=\"yes\">" + (kFourFour + Sounding("G4", 2)) +
                                           "</measure>" + Measure(Sounding("C4", 8))));
  ASSERT_TRUE(score.ok()) << score.status().ToString();
  const std::vector<Metre> expected = {{0, 1, 4}, {2, 4, 4}};
  EXPECT_EQ(score->metres, expected);
  EXPECT_EQ(BarsOf(*score).size(), 2u);
}

TEST(ReadMusicXml, PlaysRepeatsAndEndings) {
  const std::string forward = "<barline location=\"left\"><repeat direction=\"forward\"/></barline>";
  const std::string backward = "<barline location=\"right\"><repeat direction=\"backward\"/></barline>";
  const auto ending = [](const std::string& number, const std::string& type, const std::string& more = "") {
    return "<barline><ending number=\"" + number + "\" type=\"" + type + "\"/>" + more + "</barline>";
  };
  const auto whole = [](const char* pitch) { return Sounding(pitch, 8); };
  // C |: D | E :| F
  EXPECT_EQ(NotesIn(Document(Measure(kFourFour + whole("C4")) + Measure(forward + whole("D4")) +
                             Measure(whole("E4") + backward) + Measure(whole("F4")))),
            "60@0+96 62@96+96 64@192+96 62@288+96 64@384+96 65@480+96");
  // |: C | 1. D :| 2. E | F
  EXPECT_EQ(NotesIn(Document(
                Measure(kFourFour + whole("C4")) +
                Measure(ending("1", "start") + whole("D4") + ending("1", "stop", "<repeat direction=\"backward\"/>")) +
                Measure(ending("2", "start") + whole("E4") + ending("2", "discontinue")) + Measure(whole("F4")))),
            "60@0+96 62@96+96 60@192+96 64@288+96 65@384+96");
  // |: C | 1, 2. D :| 3. E
  EXPECT_EQ(NotesIn(Document(Measure(kFourFour + whole("C4")) +
                             Measure(ending("1, 2", "start") + whole("D4") +
                                     ending("1, 2", "stop", "<repeat direction=\"backward\"/>")) +
                             Measure(ending("3", "start") + whole("E4") + ending("3", "stop")))),
            "60@0+96 62@96+96 60@192+96 62@288+96 60@384+96 64@480+96");
}

TEST(ReadMusicXml, TransposingInstrumentsSoundWhereTheySound) {
  const auto score = ReadMusicXml(Document(
      Measure("<attributes><divisions>1</divisions><key><fifths>2</fifths></key><transpose><diatonic>-1</diatonic>"
              "<chromatic>-2</chromatic><octave-change>-1</octave-change></transpose></attributes>" +
              Sounding("D4", 4))));
  ASSERT_TRUE(score.ok()) << score.status().ToString();
  EXPECT_EQ(NotesOf(*score), "48@0+96");
}

TEST(ReadMusicXml, TheKeyOfATransposingFirstPartIsTheSoundingOne) {
  const auto score = ReadMusicXml(Document(
      Measure("<attributes><divisions>1</divisions><transpose><chromatic>-2</chromatic></transpose></attributes>"
              "<attributes><key><fifths>2</fifths></key></attributes>" +
              Sounding("D4", 4))));
  ASSERT_TRUE(score.ok()) << score.status().ToString();
  ASSERT_EQ(score->keys.size(), 1u);
  EXPECT_EQ(score->keys[0].fifths, 0);
}

TEST(ReadMusicXml, DividesPartsByStaffAndKeepsProgramsDynamicsAndDrums) {
  const auto piano = ReadMusicXml(Document(
      Measure(kFourFour + Sounding("C5", 8, "<staff>1</staff>") + "<backup><duration>8</duration></backup>" +
              Sounding("C3", 8, "<staff>2</staff>")),
      "<part-name>Organ</part-name><midi-instrument id=\"I\"><midi-program>20</midi-program></midi-instrument>"));
  ASSERT_TRUE(piano.ok()) << piano.status().ToString();
  ASSERT_EQ(piano->parts.size(), 2u);
  EXPECT_EQ(piano->parts[0].name, "Organ staff 1");
  EXPECT_EQ(piano->parts[1].name, "Organ staff 2");
  EXPECT_EQ(piano->parts[1].program, 19);
  const auto drums = ReadMusicXml(
      Document(Measure("<attributes><divisions>1</divisions></attributes><note dynamics=\"111.11\"><unpitched/>"
                       "<duration>1</duration><instrument id=\"D\"/></note>"),
               "<part-name>Kit</part-name><midi-instrument id=\"D\"><midi-channel>10</midi-channel>"
               "<midi-unpitched>37</midi-unpitched></midi-instrument>"));
  ASSERT_TRUE(drums.ok()) << drums.status().ToString();
  EXPECT_TRUE(drums->parts[0].drums);
  EXPECT_EQ(drums->parts[0].notes[0], (Note{0, 1, 36, 100}));
}

TEST(ReadMusicXml, ReadsChordSymbolsMarksAndTempos) {
  const auto score = ReadMusicXml(Document(Measure(
      kFourFour +
      std::string("<harmony><root><root-step>B</root-step><root-alter>-1</root-alter></root><kind>dominant-ninth</kind>"
                  "</harmony><direction><direction-type><rehearsal>Refrain</rehearsal></direction-type></direction>"
                  "<direction><direction-type><metronome><beat-unit>quarter</beat-unit><beat-unit-dot/>"
                  "<per-minute>80</per-minute></metronome></direction-type></direction>") +
      Sounding("C4", 4) + "<harmony><root><root-step>C</root-step></root><kind>none</kind></harmony>" +
      "<direction><sound tempo=\"90\"/></direction>" + Sounding("C4", 4))));
  ASSERT_TRUE(score.ok()) << score.status().ToString();
  const std::vector<Marker> markers = {{0, "Bb7"}, {0, "Refrain"}, {4, "N"}};
  EXPECT_EQ(score->markers, markers);
  const std::vector<Tempo> tempos = {{0, 500'000}, {4, 666'667}};
  EXPECT_EQ(score->tempos, tempos);
}

TEST(ReadMusicXml, NamesPlaceElementValueAndBound) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "MusicXML: byte 0: No document element found"},
      {"<html/>", "the root element is not score-partwise"},
      {"<score-timewise/>", "score-timewise is not read; convert it to score-partwise"},
      {"<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><score-partwise/>", "declares an entity"},
      {"<score-partwise/>", "the score has no part"},
      {Document(Measure(Sounding("H4", 1))), "part 1, measure 1: <step> 'H' is not A to G"},
      {Document(Measure(Sounding("C4", -1))), "part 1, measure 1: <duration> -1 is outside 0 to 100000"},
      {Document(Measure("<note><pitch><step>C</step><octave>4</octave></pitch></note>")),
       "<duration> '' is not a number"},
      {Document(Measure("<note><duration>1</duration></note>")), "has none of <pitch>, <unpitched> and <rest>"},
      {Document(Measure("<attributes><divisions>0</divisions></attributes>")),
       "<divisions> 0 is outside 0.001 to 1e+06"},
      {Document(Measure("<attributes><divisions>x</divisions></attributes>")), "<divisions> 'x' is not a number"},
      {Document(Measure("<attributes><time><beats>0</beats><beat-type>4</beat-type></time></attributes>")),
       "<beats> '0' is outside 1 to 255"},
      {Document(Measure("<attributes><time><beats>3</beats><beat-type>6</beat-type></time></attributes>")),
       "<beat-type> 6 is not a power of two"},
      {Document(Measure("<attributes><key><fifths>8</fifths></key></attributes>")), "<fifths> 8 is outside -7 to 7"},
      {Document(Measure("<direction><sound tempo=\"20000\"/></direction>")), "tempo 20000.0"},
      {Document(
           Measure("<attributes><transpose><chromatic>-61</chromatic></transpose></attributes>" + Sounding("C4", 1))),
       "sounding pitch -1 is outside 0 to 127"},
      {Document(Measure("<forward><duration>100000</duration></forward>" + Sounding("C4", 1))),
       "its length is above 100000 quarter notes"},
      {std::string(kMaxMusicXmlBytes + 1, ' '), "bytes are above 16777216"},
  };
  for (const auto& [document, message] : cases) {
    const auto score = ReadMusicXml(document);
    ASSERT_FALSE(score.ok()) << message;
    EXPECT_THAT(score.status().message(), HasSubstr(message));
  }
}

TEST(ReadMusicXml, HoldsTheBoundOfMeasuresWithRepeats) {
  std::string measures = Measure(kFourFour + Sounding("C4", 8));
  for (int k = 1; k < 700; ++k) measures += "<measure number=\"2\"/>";
  const auto repeated = [&](const char* times) {
    return Document(measures + "<measure number=\"9\">" + Sounding("C4", 8) +
                    "<barline><repeat direction=\"backward\" times=\"" + times + "\"/></barline></measure>");
  };
  EXPECT_TRUE(ReadMusicXml(repeated("28")).ok());
  EXPECT_THAT(ReadMusicXml(repeated("29")).status().message(),
              HasSubstr("measures with their repeats are above 20000"));
}

std::string Zipped(const std::vector<std::pair<std::string, std::string>>& files) {
  const std::string path = ::testing::TempDir() + "/musicxml_test.mxl";
  std::remove(path.c_str());
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE, nullptr);
  for (const auto& [name, bytes] : files) {
    zip_file_add(archive, name.c_str(), zip_source_buffer(archive, bytes.data(), bytes.size(), 0), ZIP_FL_ENC_UTF_8);
  }
  EXPECT_EQ(zip_close(archive), 0);
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(ReadMusicXml, ReadsCompressedScoresAndBoundsThem) {
  const std::string container =
      "<container><rootfiles><rootfile full-path=\"a/b.xml\"/><rootfile full-path=\"c.pdf\"/></rootfiles></container>";
  const std::string document = Document(Measure(kFourFour + Sounding("C4", 8)));
  EXPECT_EQ(NotesIn(Zipped({{"META-INF/container.xml", container}, {"a/b.xml", document}})), "60@0+96");
  const std::string archive = Zipped({{"META-INF/container.xml", container}, {"a/b.xml", document}});
  EXPECT_THAT(NotesIn(archive.substr(0, archive.size() - 10)), HasSubstr("not a ZIP archive"));
  EXPECT_THAT(NotesIn(Zipped({{"a/b.xml", document}})), HasSubstr("cannot open 'META-INF/container.xml'"));
  EXPECT_THAT(NotesIn(Zipped({{"META-INF/container.xml", container}})), HasSubstr("cannot open 'a/b.xml'"));
  EXPECT_THAT(NotesIn(Zipped({{"META-INF/container.xml", "<container/>"}})), HasSubstr("names no rootfile"));
  // A bomb: small packed, large unpacked.
  const std::string bomb =
      Zipped({{"META-INF/container.xml", container}, {"a/b.xml", std::string(kMaxMusicXmlBytes + 1, ' ')}});
  EXPECT_LT(bomb.size(), 100'000u);
  EXPECT_THAT(NotesIn(bomb), HasSubstr("unpacks to more than 16777216 bytes"));
}

TEST(ReadScore, TellsFormatsApartByTheirBytes) {
  Score score;
  score.parts.push_back({"Flute", 73, false, {{0, 24, 60, 80}}});
  EXPECT_EQ(NotesOf(ReadScore(WriteSmf(score).value()).value()), "60@0+24");
  EXPECT_EQ(NotesOf(ReadScore(WriteMusicXml(score).value()).value()), "60@0+24");
  EXPECT_EQ(NotesOf(ReadScore("\xEF\xBB\xBF\n " + Document(Measure(kFourFour + Sounding("C4", 8)))).value()),
            "60@0+96");
  EXPECT_THAT(ReadScore("RIFFxxxx").status().message(), HasSubstr("neither a Standard MIDI file"));
  EXPECT_FALSE(ReadScore("").ok());
}

TEST(WriteMusicXml, EverySongComesBackNoteForNote) {
  for (const demo::SongText& text : demo::DemoSongs()) {
    const Score before = demo::ParseSong(text.text)->score.Quantised();
    const auto written = WriteMusicXml(before);
    ASSERT_TRUE(written.ok()) << written.status().ToString();
    const auto again = ReadMusicXml(*written);
    ASSERT_TRUE(again.ok()) << again.status().ToString();
    EXPECT_EQ(again->Quantised(), before) << text.slug;
  }
}

TEST(WriteMusicXml, APianoPartStandsOnTwoStavesAndStaffPartsShareABrace) {
  Score score;
  score.parts.push_back({"Piano", 0, false, {{0, 24, 40, 80}, {0, 24, 76, 80}}});
  score.parts.push_back({"Harp staff 1", 46, false, {{0, 24, 76, 80}}});
  score.parts.push_back({"Harp staff 2", 46, false, {{0, 24, 40, 80}}});
  const std::string document = WriteMusicXml(score).value();
  EXPECT_THAT(document, HasSubstr("<part id=\"P2\">"));
  EXPECT_THAT(document, ::testing::Not(HasSubstr("<part id=\"P3\">")));
  const Score again = ReadMusicXml(document).value();
  ASSERT_EQ(again.parts.size(), 4u);
  EXPECT_EQ(again.parts[1].name, "Piano staff 2");
  EXPECT_EQ(again.parts[3].name, "Harp staff 2");
  score.parts[1].name = "Harp right hand";
  score.parts[2].name = "Harp left hand";
  EXPECT_EQ(ReadMusicXml(WriteMusicXml(score).value()).value(), again);
}

TEST(WriteMusicXml, ViolinsAndVoicesKeepTheirClefs) {
  // A second violin on its lowest string, and a piano's hand as low.
  EXPECT_EQ(ClefFor({"Violin II", 40, false, {{}}}, {{0, 24, 55, 80}}, 0).sign, "G");
  EXPECT_EQ(ClefFor({"Alto", 52, false, {{}}}, {{0, 24, 55, 80}}, 0).octave_change, 0);
  EXPECT_EQ(ClefFor({"Tenor", 52, false, {{}}}, {{0, 24, 50, 80}}, 0).octave_change, -1);
  EXPECT_EQ(ClefFor({"Bass", 52, false, {{}}}, {{0, 24, 57, 80}}, 0).sign, "F");
  EXPECT_EQ(ClefFor({"Piano", 0, false, {{}}}, {{0, 24, 55, 80}}, 0).sign, "F");
}

// A piano's two hands, one chord a bar each: the left hand's lowest notes are given.
Score TwoHands(const std::vector<int>& left) {
  Score score;
  score.parts = {{"Piano right hand", 0, false, {}}, {"Piano left hand", 0, false, {}}};
  for (size_t k = 0; k < left.size(); ++k) {
    const auto at = static_cast<int64_t>(k) * 96;
    score.parts[0].notes.push_back({at, 96, 84, 80});
    for (const int above : {0, 4, 7}) score.parts[1].notes.push_back({at, 96, left[k] + above, 80});
  }
  return score;
}

// The bars, from 0, where the second staff has a new clef: "0F 2G".
std::string LeftClefs(const Score& score) {
  const std::vector<Bar> bars = BarsOf(score);
  const std::vector<Clef> clefs = HandClefs(score.parts[1].notes, 1, bars);
  std::string text;
  for (size_t b = 0; b < clefs.size(); ++b) {
    if (b == 0 || clefs[b] != clefs[b - 1])
      text += (b == 0 ? "" : " ") + std::to_string(b) + std::string(clefs[b].sign);
  }
  return text;
}

TEST(WriteMusicXml, AHandThatLiesInTheOtherClefForLongIsWrittenThere) {
  EXPECT_EQ(LeftClefs(TwoHands({48, 48, 72, 72, 72, 48, 48})), "0F 2G 5F");
  EXPECT_EQ(LeftClefs(TwoHands({48, 48, 72, 48, 48, 48, 48})), "0F");  // one bar is read on ledger lines
  EXPECT_EQ(LeftClefs(TwoHands({72, 72, 72, 48, 48})), "0G 3F");
  EXPECT_EQ(LeftClefs(TwoHands({60, 57, 57, 60, 57})), "0F");  // about middle C either does
  const std::string document = WriteMusicXml(TwoHands({48, 48, 72, 72, 72, 48, 48})).value();
  const auto measure = [&](int number) {
    const size_t from = document.find("<measure number=\"" + std::to_string(number) + "\"");
    return document.substr(from, document.find("</measure>", from) - from);
  };
  EXPECT_THAT(measure(3), HasSubstr("<clef number=\"2\">"));
  EXPECT_THAT(measure(3), HasSubstr("<sign>G</sign>"));
  EXPECT_THAT(measure(6), HasSubstr("<sign>F</sign>"));
  for (const int same : {2, 4, 5, 7}) EXPECT_THAT(measure(same), ::testing::Not(HasSubstr("<clef"))) << same;
  EXPECT_EQ(ReadMusicXml(document).value().parts[1].notes, TwoHands({48, 48, 72, 72, 72, 48, 48}).parts[1].notes);
}

TEST(WriteMusicXml, DrumsComeBack) {
  Score score;
  score.parts.push_back({"Kit", 0, true, {{0, 6, 36, 100}, {0, 6, 42, 60}, {24, 6, 38, 127}}});
  const Score again = ReadMusicXml(WriteMusicXml(score).value()).value().Quantised();
  ASSERT_EQ(again.parts.size(), 1u);
  EXPECT_TRUE(again.parts[0].drums);
  // A hit is written until the next one or the beat's end.
  EXPECT_EQ(again.parts[0].notes, (std::vector<Note>{{0, 24, 36, 100}, {0, 24, 42, 60}, {24, 24, 38, 127}}));
}

TEST(WriteMusicXml, DrumsAreWrittenToBeRead) {
  Score score;
  // Early, late and on time: a bass drum, a hi-hat and a snare with a player's timing.
  score.parts.push_back({"Kit", 0, true, {{1, 3, 36, 100}, {13, 3, 42, 60}, {22, 3, 38, 127}, {23, 3, 42, 50}}});
  const std::string document = WriteMusicXml(score).value();
  EXPECT_THAT(document, ::testing::Not(HasSubstr("32nd")));
  EXPECT_THAT(document, ::testing::Not(HasSubstr("<tie ")));
  EXPECT_THAT(document, HasSubstr("<display-step>F</display-step>"));  // the bass drum's space
  EXPECT_THAT(document, HasSubstr("<notehead>x</notehead>"));
  const Score again = ReadMusicXml(document).value().Quantised();
  EXPECT_EQ(again.parts[0].notes,
            (std::vector<Note>{{0, 12, 36, 100}, {12, 12, 42, 60}, {24, 24, 38, 127}, {24, 24, 42, 50}}));
}

TEST(WriteMusicXml, TakesMarkupInNamesAsText) {
  Score score;
  score.title = "<b>&\"';";
  score.parts.push_back({"a<b&c", 0, false, {{0, 24, 60, 80}}});
  score.markers.push_back({0, "<Refrain & more>"});
  const Score again = ReadMusicXml(WriteMusicXml(score).value()).value();
  EXPECT_EQ(again.title, score.title);
  EXPECT_EQ(again.parts[0].name, "a<b&c");
  EXPECT_EQ(again.markers, score.markers);
}

TEST(WriteMusicXml, HoldsItsBounds) {
  EXPECT_EQ(WriteMusicXml({}).status().code(), StatusCode::kInvalidArgument);
  Score score;
  score.metres.push_back({0, 1, 64});
  score.parts.push_back({"", 0, false, {{0, 24 * 4000, 60, 80}}});
  EXPECT_THAT(WriteMusicXml(score).status().message(), HasSubstr("are above 20000"));
  score.metres = {{0, 300, 4}};
  EXPECT_THAT(WriteMusicXml(score).status().message(), HasSubstr("metre 300/4 is outside"));
}

}  // namespace
}  // namespace ledgerline::music
