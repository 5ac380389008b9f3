// `ledgerline-train influence` from outside, with the committed model and three songs as its training pieces: from a
// recorded cover to an entry that the ledger holds against the rule.
#include <nlohmann/json.hpp>

#include "inference/model/model_file.h"
#include "tests/inference/learning/sample_corpus.h"
#include "tests/tools/command_line.h"

namespace ledgerline {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

class InfluenceCommandTest : public CommandLineTest {
 protected:
  InfluenceCommandTest() : corpus_(5) {}
  void SetUp() override {
    CommandLineTest::SetUp();
    model_ = std::filesystem::absolute("inference/weights/ledgerline.model").string();
    MakeLedgerForCovers(LEDGERLINE_DEMO_SONGS);
    const Json cover = Json::parse(
        Fine("ledgerline --json cover ledger --song songs/greensleeves.mid --recording rec-greensleeves --style "
             "mazurka --seed 7 --territory DE --tier premium --out made --candidates 1"));
    entry_ = std::to_string(cover.at("entry").get<int>());
    Fine(Train("index --corpus '" + corpus_.dir() + "' --rank 2 --rows 200 --out songs.influence"));
  }
  // A quantised model is read as floats, too.
  std::string Train(const std::string& arguments) const {
    const bool shares = arguments.rfind("shares", 0) == 0;
    return "'" LEDGERLINE_TRAIN "' influence " + arguments + (shares ? "" : " --model '" + model_ + "'");
  }
  std::string Of(const std::string& what) const { return Train("of --index songs.influence " + what); }

  learning::SampleCorpus corpus_;
  std::string model_, entry_;
};

TEST_F(InfluenceCommandTest, FromARecordedCoverToSharesInTheLedger) {
  EXPECT_THAT(Fine(Of("--cover ledger " + entry_ + " --served '" + model_ + "' --out cover.csv")),
              HasSubstr("4 pieces"));
  const Json grant = Json::parse(
      Fine("ledgerline --json consent grant ledger --party demo-label --key keys/demo-label.key --use TRAIN"));
  const std::string consent = std::to_string(grant.at("index").get<int>());
  Write("owners.csv",
        "match,owner,consent_index\npiece:p0,party:demo-label," + consent + "\ncollection:,collection:songs,\n");
  const std::string shares =
      "shares --index songs.influence --influences cover.csv --owners owners.csv --period 2026-11 ";
  const std::string table = Fine(Train(shares + "--statement pool.csv --event pool.jsonl"));
  EXPECT_THAT(table, HasSubstr("Influence weighs 0 ppm: no validation is named"));
  EXPECT_THAT(table, HasSubstr("party:demo-label"));
  const Json event = Json::parse(Fine(Train(shares + "--json")))["training_shares"];
  EXPECT_EQ(event["owners"].size(), 2u);
  EXPECT_EQ(event["owners"][0]["share_ppm"].get<int>() + event["owners"][1]["share_ppm"].get<int>(), 1'000'000);

  const std::string batch =
      "ledgerline batch EVENTS.jsonl --origin test.example/ledger --key ledger/keys/operator.key "
      "-o EVENTS.batch && ledgerline submit ledger EVENTS.batch --blob pool.csv";
  const auto record = [&](const std::string& events) {
    std::string command = batch;
    for (size_t at; (at = command.find("EVENTS")) != std::string::npos;) command.replace(at, 6, events);
    Fine(command);
  };
  record("pool");
  EXPECT_THAT(Fine("ledgerline log ledger"), HasSubstr("shares of 2026-11's training pool for 2 owners"));
  EXPECT_THAT(Fine("ledgerline verify ledger --vkey ledger/operator.vkey"), Not(HasSubstr("training shares")));
  // One millionth moved, with the operator's own signature: it stays in the log, and everybody is told.
  Json altered = Json::parse(Read("pool.jsonl"));
  Json& owners = altered["training_shares"]["owners"];
  owners[0]["share_ppm"] = owners[0]["share_ppm"].get<int>() + 1;
  owners[1]["share_ppm"] = owners[1]["share_ppm"].get<int>() - 1;
  altered["idempotency_key"] = "0102";
  Write("forged.jsonl", altered.dump() + "\n");
  record("forged");
  EXPECT_THAT(Fine("ledgerline verify ledger --vkey ledger/operator.vkey"),
              HasSubstr("does not count: training shares: share_ppm of collection:songs is"));
}

TEST_F(InfluenceCommandTest, AScoreIsAskedAboutAndWhatCannotBeAskedIsSaid) {
  // The first training piece, asked about as a score, is the piece itself.
  const Json of = Json::parse(Fine(Of("--midi '" + corpus_.dir() + "/midi/0.mid' --genre art-song --json")));
  EXPECT_EQ(of.size(), 4u);
  uint64_t sum = 0;
  for (const Json& piece : of) sum += piece["influence"].get<uint64_t>();
  EXPECT_EQ(sum, 1'000'000'000u);
  const auto refused = [&](const std::string& arguments, int status) {
    const Ran ran = Shell(Of(arguments));
    EXPECT_EQ(ran.exit_status, status) << ran.err;
    return ran.err;
  };
  EXPECT_THAT(refused("", 3), HasSubstr("give one of --cover and --midi"));
  EXPECT_THAT(refused("--cover ledger 0 --served '" + model_ + "'", 3), HasSubstr("entry 0 is a genesis"));
  EXPECT_THAT(refused("--cover ledger x --served '" + model_ + "'", 3), HasSubstr("not an entry's index"));
  EXPECT_THAT(refused("--cover ledger " + entry_, 3), HasSubstr("--served"));
  std::string other = model::ReadFileBytes(model_).value();
  other.back() = static_cast<char>(other.back() ^ 1);
  Write("other.model", other);
  EXPECT_THAT(refused("--cover ledger " + entry_ + " --served other.model", 3), HasSubstr("was made by model"));
  EXPECT_THAT(refused("--by year --midi x", 2), HasSubstr("--by"));
}

}  // namespace
}  // namespace ledgerline
