// `ledgerline taste` from outside: hearing, judging, fitting, and covers that a taste ranks.
#include <nlohmann/json.hpp>

#include "crypto/sha256.h"
#include "inference/preference/comparison.h"
#include "inference/preference/taste.h"
#include "tests/tools/command_line.h"

namespace ledgerline {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

class TasteCommandTest : public CommandLineTest {
 protected:
  void SetUp() override {
    CommandLineTest::SetUp();
    MakeLedgerForCovers(LEDGERLINE_DEMO_SONGS);
  }
  std::string CoverLine(const std::string& out, const std::string& more = "", int seed = 7) const {
    return "ledgerline --json cover ledger --song songs/greensleeves.mid --recording rec-greensleeves --style piano "
           "--territory DE --tier premium --candidates 4 --seed " +
           std::to_string(seed) + " --out " + out + " " + more;
  }
  Json Cover(const std::string& out, const std::string& more = "", int seed = 7) {
    return Json::parse(Fine(CoverLine(out, more, seed)));
  }
  // A taste for more or fewer notes and for nothing else.
  void WriteTaste(const std::string& name, int64_t weight, const std::string& figure = "notes_per_bar") {
    preference::Taste taste;
    taste.engine = "by-hand";
    taste.judgements = 1;
    taste.weights[figure] = {weight, 1'000'000};
    Write(name, preference::FormatTaste(taste));
  }
};

TEST_F(TasteCommandTest, FromHearingToACoverThatIsMadeAnew) {
  const std::string entry = std::to_string(Cover("made").at("entry").get<int>());
  const std::string cover = "ledgerline --json cover ledger";
  Fine("ledgerline taste hear ledger " + entry + " --out heard --midi-only");
  const preference::Comparison heard = preference::ParseComparison(Read("heard/comparison.json")).value();
  EXPECT_EQ(heard.preferred, preference::Preferred::kNotJudged);
  EXPECT_EQ(heard.entry, std::stoull(entry));
  EXPECT_EQ(heard.origin, "test.example/ledger");
  EXPECT_FALSE(heard.train_leave);
  EXPECT_NE(Read("heard/a.mid"), Read("heard/b.mid"));
  // The kept one is one of the two, and the files are what the comparison says they are.
  EXPECT_TRUE(Read("heard/a.mid") == Read("made/cover.mid") || Read("heard/b.mid") == Read("made/cover.mid"));
  Fine("ledgerline taste hear ledger " + entry + " --out both --midi-only --candidates " +
       std::to_string(heard.b.candidate) + "," + std::to_string(heard.a.candidate));
  EXPECT_EQ(preference::ParseComparison(Read("both/comparison.json")).value(), heard) << "the order says nothing";

  const std::string judge = "ledgerline taste judge heard --pairs pairs.jsonl --prefers ";
  EXPECT_THAT(Fine(judge + "b --why 'calmer'"), HasSubstr("1 pair in pairs.jsonl"));
  EXPECT_THAT(Shell(judge + "a").err, HasSubstr("judged already, in line 1 of pairs.jsonl"));
  const std::string listener = "00112233445566778899aabbccddeeff";
  EXPECT_THAT(Fine(judge + "a --listener " + listener), HasSubstr("2 pairs"));
  EXPECT_EQ(preference::ParsePairs(Read("pairs.jsonl"))->at(0).why, "calmer");
  const Json fitted =
      Json::parse(Fine("ledgerline --json taste fit --pairs pairs.jsonl --listener " + listener + " -o one.taste"));
  EXPECT_EQ(fitted.at("preferences"), 1);
  EXPECT_EQ(fitted.at("pairs_sha256"), crypto::Sha256(Read("pairs.jsonl")).ToHex());
  EXPECT_THAT(Fine("ledgerline taste show one.taste"), HasSubstr("fitted to 1 judgement for ledgerline-generator"));
  EXPECT_EQ(Shell("ledgerline taste fit --pairs pairs.jsonl -o one.taste").exit_status, 3) << "never replaces a file";

  const Json liked = Cover("liked", "--taste one.taste");
  EXPECT_EQ(liked.at("taste_sha256"), crypto::Sha256(Read("one.taste")).ToHex());
  const std::string index = std::to_string(liked.at("entry").get<int>());
  EXPECT_THAT(Fine("ledgerline show ledger " + index), HasSubstr(liked.at("taste_sha256").get<std::string>()));
  const Ran without = Shell("ledgerline regenerate ledger " + index);
  EXPECT_EQ(without.exit_status, 1);
  EXPECT_THAT(without.err,
              HasSubstr(liked.at("taste_sha256").get<std::string>() + "; name its file with --taste FILE"));
  WriteTaste("other.taste", 5);
  EXPECT_THAT(Shell("ledgerline regenerate ledger " + index + " --taste other.taste").err,
              HasSubstr("and the file given is " + crypto::Sha256(Read("other.taste")).ToHex()));
  EXPECT_THAT(Fine("ledgerline regenerate ledger " + index + " --taste one.taste -o again.mid"),
              HasSubstr("the same bytes"));
  EXPECT_EQ(Read("again.mid"), Read("liked/cover.mid"));
  EXPECT_THAT(Shell("ledgerline regenerate ledger " + entry + " --taste one.taste").err,
              HasSubstr("the record names none"));
  // It is heard, and its health is watched, without the taste.
  Fine("ledgerline taste hear ledger " + index + " --out more --midi-only");
  EXPECT_THAT(Fine("ledgerline covers health ledger"), Not(HasSubstr("could not")));
  EXPECT_THAT(Fine("ledgerline verify ledger --vkey ledger/operator.vkey"), HasSubstr("0 unauthorised"));
}

// Opposite tastes choose opposite ends of the same candidates.
TEST_F(TasteCommandTest, ATasteChoosesAmongTheSameCandidates) {
  WriteTaste("more.taste", 1'000'000);
  WriteTaste("fewer.taste", -1'000'000);
  int apart = 0;
  for (const int seed : {8}) {
    const std::string name = std::to_string(seed);
    const int more = Cover("more" + name, "--taste more.taste", seed).at("notes");
    const int fewer = Cover("fewer" + name, "--taste fewer.taste", seed).at("notes");
    const int own = Cover("own" + name, "", seed).at("notes");
    EXPECT_GE(more, own);
    EXPECT_GE(own, fewer);
    apart += more - fewer;
  }
  EXPECT_GT(apart, 0);
  // A remix is ranked by it as well, and made anew.
  ConsentOfBoth("REMIX");
  const Json remix = Json::parse(
      Fine("ledgerline --json remix ledger --song songs/greensleeves.mid --recording rec-greensleeves --style piano "
           "--territory DE --tier premium --candidates 3 --seed 2 --section 'A A' --taste fewer.taste --out remix"));
  EXPECT_THAT(
      Fine("ledgerline regenerate ledger " + std::to_string(remix.at("entry").get<int>()) + " --taste fewer.taste"),
      HasSubstr("the same bytes"));
}

// Hearing is making: what was allowed for the cover must be allowed still. Training on what is heard needs more.
TEST_F(TasteCommandTest, HearingNeedsLeaveThatIsInForce) {
  Write("training.csv",
        "share_set_id,asset,right,territories,valid_from,valid_to,status,party_id,share_ppm,controller\n"
        "ss-t1,recording:rec-greensleeves,TRAINING,WW,2026-01-01,,ACCEPTED,demo-label,1000000,\n"
        "ss-t2,work:work-greensleeves,TRAINING,WW,2026-01-01,,ACCEPTED,demo-publisher,1000000,\n");
  Fine("ledgerline catalog import ledger training.csv");
  const std::string entry = std::to_string(Cover("made").at("entry").get<int>());
  const std::string hear = "ledgerline --json taste hear ledger " + entry + " --midi-only --out ";
  EXPECT_EQ(Json::parse(Fine(hear + "a")).at("train_leave"), false);
  Json grant;
  for (const std::string party : {"demo-label", "demo-publisher"}) {
    grant = Json::parse(
        Fine("ledgerline --json consent grant ledger --party " + party + " --key keys/" + party + ".key --use TRAIN"));
  }
  EXPECT_EQ(Json::parse(Fine(hear + "b")).at("train_leave"), true);
  Fine("ledgerline consent revoke ledger --party demo-publisher --key keys/demo-publisher.key --entry " +
       std::to_string(grant.at("index").get<int>()));
  EXPECT_EQ(Json::parse(Fine(hear + "c")).at("train_leave"), false);
  const Json list = Json::parse(Fine("ledgerline --json consent list ledger"));
  Fine("ledgerline consent revoke ledger --party demo-label --key keys/demo-label.key --entry " +
       std::to_string(list.at(0).at("entry").get<int>()));
  const Ran refused = Shell(hear + "d");
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_THAT(refused.err, HasSubstr("is no longer in force; nothing was made. Missing:"));
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/d"));
}

TEST_F(TasteCommandTest, WrongInputIsNamed) {
  const std::string entry = std::to_string(Cover("made").at("entry").get<int>());
  const std::string hear = "ledgerline taste hear ledger " + entry + " --midi-only --out heard ";
  EXPECT_THAT(Shell(hear + "--candidates 0,4").err, HasSubstr("--candidates 4 is outside 0 to 3"));
  EXPECT_THAT(Shell(hear + "--candidates 1,1").err, HasSubstr("names the same one twice"));
  EXPECT_EQ(Shell(hear + "--candidates 1").exit_status, 2);
  EXPECT_THAT(Shell("ledgerline taste hear ledger 0 --out heard").err, HasSubstr("entry 0 is a genesis"));
  Fine(hear);
  EXPECT_THAT(Shell(hear).err, HasSubstr("has a a.mid already"));
  EXPECT_EQ(Shell("ledgerline taste judge heard --prefers c --pairs p").exit_status, 2);
  EXPECT_THAT(Shell("ledgerline taste judge heard --prefers a --pairs p --listener me").err,
              HasSubstr("--listener 'me' is not 32 lower-case hex digits"));
  Write("p", "no pairs\n");
  EXPECT_THAT(Shell("ledgerline taste judge heard --prefers a --pairs p").err, HasSubstr("--pairs p: line 1"));
  EXPECT_EQ(Read("p"), "no pairs\n");
  EXPECT_THAT(Shell("ledgerline taste fit --pairs p -o t").err, HasSubstr("--pairs p: line 1"));
  Write("bad.taste", "ledgerline taste 1\n");
  EXPECT_THAT(Shell(CoverLine("b", "--taste bad.taste")).err, HasSubstr("--taste bad.taste: taste, line 2"));
  WriteTaste("unknown.taste", 1, "swing");
  const Ran unknown = Shell(CoverLine("c", "--taste unknown.taste"));
  EXPECT_EQ(unknown.exit_status, 1);
  EXPECT_THAT(unknown.err, HasSubstr("the taste weighs \"swing\", which this generator does not measure"));
}

}  // namespace
}  // namespace ledgerline
