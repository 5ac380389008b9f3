// `ledgerline remix` from outside, with the committed models: leave for every source, music, record, receipt.
#include <nlohmann/json.hpp>

#include "inference/music/smf.h"
#include "tests/tools/command_line.h"

namespace ledgerline {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

class RemixCommandTest : public CommandLineTest {
 protected:
  void SetUp() override {
    CommandLineTest::SetUp();
    MakeLedger();
    Fine("'" LEDGERLINE_DEMO_SONGS "' songs");
  }
  static std::string Command(const std::string& command, const std::string& wishes, const std::string& out,
                             const std::string& song = "ode_to_joy", const std::string& recording = "rec-ode-to-joy") {
    return "ledgerline --json " + command + " ledger --song songs/" + song + ".mid --recording " + recording +
           " --style art-song --seed 4 --territory DE --tier premium --candidates 2 --out " + out + " " + wishes;
  }
  music::Score Midi(const std::string& out) { return music::ReadSmf(Read(out + "/cover.mid")).value(); }
};

constexpr char kOther[] = "--mash-up songs/when_the_saints.mid --mash-up-recording rec-when-the-saints ";

TEST_F(RemixCommandTest, LeaveIsAskedForTheUseAndForEverySource) {
  const Ran refused = Shell(Command("remix", "--drums rock", "a"));
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_THAT(refused.err, HasSubstr("no leave for a REMIX of rec-ode-to-joy"));
  ConsentOfBoth("REMIX");
  Fine(Command("remix", "--drums rock --bars 8", "a"));
  const Ran mash_up = Shell(Command("remix", kOther, "b"));
  EXPECT_EQ(mash_up.exit_status, 1);
  EXPECT_THAT(mash_up.err, HasSubstr("no leave for a MASHUP of rec-ode-to-joy"));
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/b"));
}

TEST_F(RemixCommandTest, ARemixHasItsDrumsAndIsMadeAnewFromItsRecordAlone) {
  ConsentOfBoth("REMIX");
  const Json made = Json::parse(
      Fine(Command("remix", "--section '1-8 5-8(drums=jazz:30)' --drums rock:60 --tempo '100 120' --key F", "made")));
  EXPECT_EQ(made.at("bars"), 12);
  EXPECT_EQ(made.at("sources").at(0).at("weight_ppm"), 1'000'000);
  EXPECT_EQ(made.at("plan").at("key"), "F major");
  const music::Score score = Midi("made");
  EXPECT_TRUE(score.parts.back().drums);
  EXPECT_GT(score.parts.back().notes.size(), 60u);
  EXPECT_GT(score.tempos.size(), 10u);
  const std::string entry = std::to_string(made.at("entry").get<int>());
  Fine("rm -r songs");
  EXPECT_THAT(Fine("ledgerline regenerate ledger " + entry), HasSubstr("the same bytes"));
  EXPECT_THAT(Fine("ledgerline verify made/cover.json --vkey ledger/operator.vkey"), HasSubstr("VERIFIED"));
  EXPECT_THAT(Fine("ledgerline verify ledger --vkey ledger/operator.vkey"),
              HasSubstr("1 generations judged, 0 unauthorised"));
}

TEST_F(RemixCommandTest, AMashUpNamesBothSourcesWithTheirShares) {
  ConsentOfBoth("MASHUP");
  const Json made = Json::parse(Fine(Command("remix", std::string(kOther) + "--bars 16", "made")));
  ASSERT_EQ(made.at("sources").size(), 2u);
  EXPECT_EQ(made.at("sources").at(1).at("recording"), "rec-when-the-saints");
  EXPECT_EQ(made.at("sources").at(0).at("weight_ppm").get<int>() + made.at("sources").at(1).at("weight_ppm").get<int>(),
            1'000'000);
  EXPECT_GT(made.at("sources").at(1).at("notes_used").get<int>(), 0);
  EXPECT_THAT(Fine("ledgerline verify made/cover.json --vkey ledger/operator.vkey"), HasSubstr("VERIFIED"));
  EXPECT_THAT(Fine("ledgerline verify ledger --vkey ledger/operator.vkey"),
              HasSubstr("1 generations judged, 0 unauthorised"));
}

TEST_F(RemixCommandTest, InfilledBarsAreComposedAndTheOthersStay) {
  ConsentOfBoth("REMIX");
  Fine(Command("remix", "--infill 5-6", "a"));
  std::string other = Command("remix", "--infill 5-6", "b");
  Fine(other.replace(other.find("--seed 4"), 8, "--seed 9"));
  const music::Score a = Midi("a"), b = Midi("b");
  ASSERT_EQ(a.parts.size(), b.parts.size());
  bool differ = false;
  for (size_t p = 0; p < a.parts.size(); ++p) {
    auto outside = [](const music::Part& part) {
      std::vector<music::Note> notes;
      for (const music::Note& note : part.notes) {
        if (note.onset < 4 * 96 - 48 || note.onset >= 6 * 96) notes.push_back(note);
      }
      return notes;
    };
    EXPECT_EQ(outside(a.parts[p]).size(), outside(b.parts[p]).size());
    differ |= a.parts[p].notes != b.parts[p].notes;
  }
  EXPECT_TRUE(differ);
}

TEST_F(RemixCommandTest, ACoverTakesWishesAndStaysLockedUnlessFree) {
  ConsentOfBoth("COVER");
  const Json locked = Json::parse(Fine(Command("cover", "--key D --tempo 90 --instruments lead=flute", "a")));
  EXPECT_EQ(locked.at("measures").at("melody_accuracy"), 1.0);
  EXPECT_EQ(Midi("a").parts[0].program, 73);
  const Json free = Json::parse(Fine(Command("cover", "--free", "b")));
  EXPECT_GE(free.at("measures").at("melody_accuracy").get<double>(), 0.9);
  EXPECT_LT(free.at("measures").at("melody_accuracy").get<double>(), 1.0);
}

TEST_F(RemixCommandTest, ErrorsNameFlagValueAndBound) {
  ConsentOfBoth("REMIX");
  EXPECT_THAT(Shell(Command("remix", "--drums polka", "a")).err, HasSubstr("--drums: \"polka\" is not none or one of"));
  EXPECT_THAT(Shell(Command("remix", "--tempo 5", "a")).err, HasSubstr("--tempo: \"5\" is outside 20 to 300"));
  EXPECT_THAT(Shell(Command("remix", "--section 'A Q'", "a")).err, HasSubstr("section \"Q\": the song has"));
  EXPECT_THAT(Shell(Command("remix", "--mash-up songs/when_the_saints.mid", "a")).err, HasSubstr("give both"));
  EXPECT_THAT(Shell(Command("remix", "--mash-up-as overlay", "a")).err, HasSubstr("needs the other song"));
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/a/cover.mid"));
}

}  // namespace
}  // namespace ledgerline
