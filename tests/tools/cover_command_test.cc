// `ledgerline cover` from outside, with the committed model: leave, music, record, receipt.
#include <nlohmann/json.hpp>

#include "inference/fingerprint/nearest.h"
#include "inference/model/model_file.h"
#include "inference/music/musicxml.h"
#include "inference/music/smf.h"
#include "tests/tools/command_line.h"
#include "tools/demo_songs/song.h"

namespace ledgerline {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

class CoverCommandTest : public CommandLineTest {
 protected:
  void SetUp() override {
    CommandLineTest::SetUp();
    MakeLedgerForCovers(LEDGERLINE_DEMO_SONGS);
  }
  Json Cover(const std::string& song, const std::string& recording, const std::string& style, int seed,
             const std::string& out) {
    return Json::parse(Fine("ledgerline --json cover ledger --song " + song + " --recording " + recording +
                            " --style " + style + " --seed " + std::to_string(seed) +
                            " --territory DE --tier premium --out " + out + " --candidates 2"));
  }
};

TEST_F(CoverCommandTest, TheSameInputsMakeTheSameBytesAndAnotherStyleOthers) {
  const Json first = Cover("songs/greensleeves.mid", "rec-greensleeves", "mazurka", 7, "a");
  const Json again = Cover("songs/greensleeves.mid", "rec-greensleeves", "mazurka", 7, "b");
  EXPECT_EQ(first.at("midi_sha256"), again.at("midi_sha256"));
  EXPECT_EQ(first.at("pcm_sha256"), again.at("pcm_sha256"));
  EXPECT_NE(first.at("cover"), again.at("cover")) << "two requests are two recordings";
  const Json hymn = Cover("songs/greensleeves.mid", "rec-greensleeves", "hymn", 7, "c");
  const Json seed = Cover("songs/greensleeves.mid", "rec-greensleeves", "mazurka", 8, "d");
  EXPECT_NE(first.at("midi_sha256"), hymn.at("midi_sha256"));
  EXPECT_NE(first.at("midi_sha256"), seed.at("midi_sha256"));
  EXPECT_THAT(Fine("ledgerline verify ledger --vkey ledger/operator.vkey"),
              HasSubstr("4 generations judged, 0 unauthorised"));
}

TEST_F(CoverCommandTest, TheReceiptVerifiesWithItsFilesAndAlteredFilesAreNamed) {
  Cover("songs/ode_to_joy.mid", "rec-ode-to-joy", "hymn", 1, "made");
  const std::string verify = "ledgerline verify made/cover.json --vkey ledger/operator.vkey";
  EXPECT_THAT(Fine(verify), HasSubstr("fingerprint of cover.wav: its sound is the one that was recorded"));
  std::string midi = Read("made/cover.mid");
  midi[midi.size() / 2] = static_cast<char>(midi[midi.size() / 2] ^ 1);
  Write("made/cover.mid", midi);
  std::string wav = Read("made/cover.wav");
  wav[wav.size() / 2] = static_cast<char>(wav[wav.size() / 2] ^ 1);
  Write("made/cover.wav", wav);
  const Ran altered = Shell(verify);
  EXPECT_EQ(altered.exit_status, 1);
  EXPECT_THAT(altered.out, HasSubstr("FAILED fingerprint of cover.mid"));
  EXPECT_THAT(altered.out, HasSubstr("FAILED fingerprint of cover.wav"));
}

TEST_F(CoverCommandTest, ACoverIsMadeAnewFromItsRecordAlone) {
  const Json made = Cover("songs/greensleeves.mid", "rec-greensleeves", "art-song", 5, "made");
  const std::string entry = std::to_string(made.at("entry").get<int>());
  Fine("rm -r songs");
  const std::string said = Fine("ledgerline regenerate ledger " + entry + " -o again.mid");
  EXPECT_THAT(said, HasSubstr("2 candidates; the same bytes"));
  EXPECT_THAT(said, HasSubstr(made.at("midi_sha256").get<std::string>()));
  EXPECT_EQ(Read("again.mid"), Read("made/cover.mid"));
  // What is not a cover, and a model that is not the record's.
  EXPECT_THAT(Shell("ledgerline regenerate ledger 0").err, HasSubstr("entry 0 is a genesis, not a generation"));
  std::string model = model::ReadFileBytes("inference/weights/ledgerline.model").value();
  model.back() = static_cast<char>(model.back() ^ 1);
  Write("other.model", model);
  const Ran other = Shell("ledgerline regenerate ledger " + entry + " --model other.model");
  EXPECT_EQ(other.exit_status, 1);
  EXPECT_THAT(other.err, HasSubstr("the model: recorded " + made.at("model_sha256").get<std::string>()));
}

// The list of files is no part of what is signed: taking names off it must not take the check away.
TEST_F(CoverCommandTest, AReceiptThatNamesNoFileIsCheckedAgainstTheFilesAllTheSame) {
  Cover("songs/ode_to_joy.mid", "rec-ode-to-joy", "hymn", 1, "made");
  Json receipt = Json::parse(Read("made/cover.json"));
  receipt["files"] = Json::array();
  Write("made/cover.json", receipt.dump());
  const std::string verify = "ledgerline verify made/cover.json --vkey ledger/operator.vkey";
  EXPECT_THAT(Fine(verify), HasSubstr("fingerprint of cover.mid: its bytes are those that were recorded"));
  Fine("cp songs/ode_to_joy.mid made/cover.mid");
  const Ran swapped = Shell(verify);
  EXPECT_EQ(swapped.exit_status, 1);
  EXPECT_THAT(swapped.out, HasSubstr("FAILED fingerprint of cover.mid"));
}

// Killed as soon as it writes a file: what has the name of a cover is recorded, and otherwise the same command works
// again.
TEST_F(CoverCommandTest, AKilledRunLeavesNothingThatLooksFinished) {
  const std::string command =
      "ledgerline cover ledger --song songs/greensleeves.mid --recording rec-greensleeves --style hymn --seed 1 "
      "--territory DE --tier premium --candidates 1 --out made";
  Shell(command + " & pid=$!; while kill -0 $pid && [ -z \"$(ls made)\" ]; do :; done; kill -9 $pid; wait $pid");
  const bool finished = std::filesystem::exists(directory_ + "/made/cover.mid");
  EXPECT_EQ(finished, Fine("ledgerline log ledger").find("generation") != std::string::npos);
  EXPECT_THAT(Fine("ledgerline verify ledger --vkey ledger/operator.vkey"), HasSubstr("VERIFIED"));
  if (!finished) Fine(command);
  EXPECT_EQ(Fine("ls made").find("unrecorded"), std::string::npos);
  EXPECT_THAT(Fine("ledgerline verify ledger --vkey ledger/operator.vkey"),
              HasSubstr("1 generations judged, 0 unauthorised"));
}

// The song as MusicXML under any name, and the cover as a score to read.
TEST_F(CoverCommandTest, TakesAndWritesMusicXml) {
  const auto song = music::ReadSmf(Read("songs/greensleeves.mid"));
  ASSERT_TRUE(song.ok());
  Write("song.data", music::WriteMusicXml(*song).value());
  const std::string command =
      "ledgerline --json cover ledger --song song.data --recording rec-greensleeves --style hymn --seed 7 --territory "
      "DE "
      "--tier premium --candidates 1 --out made --musicxml made.musicxml";
  Fine(command);
  const auto midi = music::ReadSmf(Read("made/cover.mid"));
  const auto score = music::ReadMusicXml(Read("made.musicxml"));
  ASSERT_TRUE(midi.ok());
  ASSERT_TRUE(score.ok()) << score.status().ToString();
  EXPECT_EQ(score->Quantised().NoteCount(), midi->Quantised().NoteCount());
  const Ran again = Shell(
      "ledgerline cover ledger --song song.data --recording rec-greensleeves --style hymn --seed 8 "
      "--territory DE --out other --musicxml made.musicxml");
  EXPECT_EQ(again.exit_status, 3);
  EXPECT_THAT(again.err, HasSubstr("--musicxml 'made.musicxml' exists already"));
}

TEST_F(CoverCommandTest, TheEventCarriesEverythingThatTheCoverRestsOn) {
  const Json made = Cover("songs/greensleeves.mid", "rec-greensleeves", "waltz", 3, "made");
  const Json shown = Json::parse(Fine("ledgerline show ledger " + std::to_string(made.at("entry").get<int>())));
  const Json& event = shown.at("payload").at("generation");
  for (const char* field : {"cover_recording_id",
                            "permit_index",
                            "use",
                            "sources",
                            "consents",
                            "share_sets",
                            "model_sha256",
                            "engine_id",
                            "kernel_version",
                            "style",
                            "seed",
                            "parameters",
                            "conditioning_sha256",
                            "fingerprints",
                            "renderer",
                            "soundfont_sha256",
                            "requester",
                            "territory",
                            "tier",
                            "generated_at_us"}) {
    EXPECT_TRUE(event.contains(field)) << field;
  }
  EXPECT_EQ(event.at("sources")[0].at("recording_id"), "rec-greensleeves");
  EXPECT_EQ(event.at("sources")[0].at("work_ids")[0], "work-greensleeves");
  EXPECT_EQ(event.at("sources")[0].at("weight_ppm"), 1'000'000);
  EXPECT_EQ(event.at("consents").size(), 2u);
  EXPECT_EQ(event.at("share_sets").size(), 2u);
  EXPECT_EQ(event.at("fingerprints").size(), 4u);
  EXPECT_EQ(shown.at("verdict"), "AUTHORISED");
}

// The tune is in the cover, whatever was written around it, and no other song's is.
TEST_F(CoverCommandTest, TheCoversTuneIsFoundAndNoOther) {
  Cover("songs/auld_lang_syne.mid", "rec-auld-lang-syne", "string-quartet", 5, "made");
  fingerprint::MemoryPostings index;
  for (const std::string slug :
       {"auld_lang_syne", "greensleeves", "ode_to_joy", "amazing_grace", "stille_nacht", "wiegenlied"}) {
    auto song = music::ReadSmf(Read("songs/" + slug + ".mid"));
    ASSERT_TRUE(song.ok());
    ASSERT_TRUE(index.Add({slug}, fingerprint::FingerprintOfMelody(*song)).ok());
  }
  auto cover = music::ReadSmf(Read("made/cover.mid"));
  ASSERT_TRUE(cover.ok());
  auto nearest = fingerprint::NearestTunes(fingerprint::FingerprintOfAllLines(*cover), index, 3);
  ASSERT_TRUE(nearest.ok());
  ASSERT_FALSE(nearest->empty());
  EXPECT_EQ((*nearest)[0].tune.value, "auld_lang_syne");
  EXPECT_TRUE((*nearest)[0].IsMatch());
  for (size_t i = 1; i < nearest->size(); ++i) EXPECT_FALSE((*nearest)[i].IsMatch()) << (*nearest)[i].tune.value;
}

// Leave is for a recording. A song whose tune the ledger knows as another's is not made under it.
TEST_F(CoverCommandTest, AnotherRecordingsTuneIsRefused) {
  Cover("songs/greensleeves.mid", "rec-greensleeves", "hymn", 7, "a");
  const std::string rest = " --style hymn --seed 1 --territory DE --tier premium --candidates 2";
  const Ran wrong =
      Shell("ledgerline cover ledger --song songs/greensleeves.mid --recording rec-ode-to-joy --out b" + rest);
  EXPECT_EQ(wrong.exit_status, 1);
  EXPECT_THAT(wrong.err, HasSubstr("--song has the tune of rec-greensleeves"));
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/b"));
  Fine("ledgerline cover ledger --song songs/ode_to_joy.mid --recording rec-ode-to-joy --out c" + rest);
  Fine("ledgerline cover ledger --song songs/greensleeves.mid --recording rec-greensleeves --out d" + rest);
  // A song that cannot be read costs no permit.
  const std::string before = Fine("ledgerline log ledger");
  Write("noise.mid", "MThd but no more");
  EXPECT_EQ(Shell("ledgerline cover ledger --song noise.mid --recording rec-greensleeves --out e" + rest).exit_status,
            3);
  EXPECT_EQ(Fine("ledgerline log ledger"), before);
}

// A cover is a recording: it can be covered, with the leave of those whose song it comes from.
TEST_F(CoverCommandTest, ACoverOfACoverNamesItsSource) {
  const Json first = Cover("songs/greensleeves.mid", "rec-greensleeves", "hymn", 7, "a");
  const std::string id = first.at("cover");
  const Json second = Cover("a/cover.mid", id, "piano", 7, "b");
  EXPECT_EQ(second.at("source"), id);
  EXPECT_EQ(second.at("consents").size(), 2u);
  EXPECT_THAT(Fine("ledgerline catalog list ledger --recordings"), HasSubstr(id));
}

TEST_F(CoverCommandTest, MoneyOfACoverReachesThoseWhoConsented) {
  const Json made = Cover("songs/greensleeves.mid", "rec-greensleeves", "polonaise", 2, "made");
  const std::string month = Fine("date -u +%Y-%m").substr(0, 7);
  Write("usage.csv", "recording_id,period,territory,tier,plays,revenue,currency\n" +
                         made.at("cover").get<std::string>() + "," + month + ",DE,premium,100,100.000000007,EUR\n");
  Fine("ledgerline usage import ledger usage.csv");
  Fine("ledgerline close ledger --period " + month);
  const Json sums = Json::parse(Fine("ledgerline --json statement ledger --period " + month));
  ASSERT_EQ(sums.size(), 1u);
  EXPECT_EQ(sums[0].at("sum"), "100.000000007");
  EXPECT_TRUE(sums[0].at("equal").get<bool>());
  // 55 % of the pool to rightsholders, a quarter of that to publishing, of which 1/6 is unclaimed.
  EXPECT_TRUE(sums[0].at("statements").contains("demo-arranger"));
  EXPECT_TRUE(sums[0].at("statements").contains("~unclaimed"));
  EXPECT_THAT(Fine("ledgerline explain ledger --party demo-arranger --period " + month), HasSubstr("permit"));
  EXPECT_THAT(Fine("ledgerline verify ledger --vkey ledger/operator.vkey"), HasSubstr("VERIFIED"));
}

TEST_F(CoverCommandTest, WhatCannotBeCoveredSaysWhy) {
  const std::string rest = " --recording rec-greensleeves --seed 1 --territory DE --tier premium --out made";
  const Ran style = Shell("ledgerline cover ledger --song songs/greensleeves.mid --style trance" + rest);
  EXPECT_EQ(style.exit_status, 3);
  EXPECT_THAT(style.err, HasSubstr("--style 'trance' is not one of: art-song"));
  Write("noise.mid", "MThd but no more");
  const Ran noise = Shell("ledgerline cover ledger --song noise.mid --style hymn" + rest);
  EXPECT_EQ(noise.exit_status, 3);
  EXPECT_THAT(noise.err, HasSubstr("noise.mid"));
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/made")) << "no files without a record";
  for (const std::string variable : {"LEDGERLINE_WEIGHTS", "LEDGERLINE_GENERATOR"}) {
    const Ran absent =
        Shell(variable + "=/absent ledgerline cover ledger --song songs/greensleeves.mid --style hymn" + rest);
    EXPECT_EQ(absent.exit_status, 3) << variable;
    EXPECT_THAT(absent.err, HasSubstr("looked at /absent")) << variable;
  }
  const Ran twice =
      Shell("mkdir made && touch made/cover.wav && ledgerline cover ledger --song songs/greensleeves.mid --style hymn" +
            rest);
  EXPECT_EQ(twice.exit_status, 3);
  EXPECT_THAT(twice.err, HasSubstr("has a cover.wav already"));
}

}  // namespace
}  // namespace ledgerline
