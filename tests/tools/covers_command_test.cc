// `ledgerline covers health` from outside, with the committed model.
#include <nlohmann/json.hpp>

#include "tests/tools/command_line.h"

namespace ledgerline {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

class CoversCommandTest : public CommandLineTest {};

TEST_F(CoversCommandTest, HealthMakesCoversAnewAndAlarmsByItsExitStatus) {
  MakeLedger();
  EXPECT_THAT(Fine("ledgerline covers health ledger"), HasSubstr("No cover of this model is recorded."));
  ConsentOfBoth();
  Fine("'" LEDGERLINE_DEMO_SONGS "' songs");
  Fine(
      "ledgerline cover ledger --song songs/greensleeves.mid --recording rec-greensleeves --style mazurka --seed 7"
      " --territory DE --tier premium --out a --candidates 1");
  const Json health = Json::parse(Fine("ledgerline --json covers health ledger"));
  ASSERT_EQ(health.at("styles").size(), 1u);
  EXPECT_EQ(health.at("styles")[0].at("style"), "mazurka");
  EXPECT_EQ(health.at("styles")[0].at("covers"), 1);
  EXPECT_TRUE(health.at("styles")[0].at("measures").empty());  // one cover says nothing
  EXPECT_EQ(health.at("not_made_anew"), 0);
  EXPECT_EQ(health.at("alarms"), 0);
  EXPECT_THAT(Fine("ledgerline covers health ledger"), HasSubstr("too few to say"));

  // A profile that asks for more than covers have: the alarm is said, and is the exit status.
  for (int seed = 1; seed <= 4; ++seed) {
    Fine(
        "ledgerline cover ledger --song songs/greensleeves.mid --recording rec-greensleeves --style mazurka --bars 16"
        " --territory DE --tier premium --candidates 3 --seed " +
        std::to_string(seed) + " --out cover" + std::to_string(seed));
  }
  std::ifstream installed("inference/weights/styles.profile");
  const std::string profile{std::istreambuf_iterator<char>(installed), {}};
  ASSERT_FALSE(profile.empty());
  const auto with_chroma_distance = [&](const std::string& value) {
    const size_t style = profile.find("style mazurka\n"), at = profile.find("chroma_distance ", style);
    EXPECT_NE(at, std::string::npos);
    std::string changed = profile;
    return changed.replace(at, profile.find('\n', at) - at, "chroma_distance " + value);
  };
  const auto alarm_of = [](const Json& health) {
    for (const Json& row : health.at("styles").at(0).at("measures")) {
      if (row.at("measure") == "chroma distance") return row.at("alarm").get<bool>();
    }
    ADD_FAILURE() << "no row";
    return false;
  };
  Write("easy.profile", with_chroma_distance("1"));
  Write("strict.profile", with_chroma_distance("1000000"));
  const Json easy = Json::parse(Shell("ledgerline --json covers health ledger --profiles easy.profile").out);
  EXPECT_FALSE(alarm_of(easy));
  const Ran strict = Shell("ledgerline --json covers health ledger --profiles strict.profile");
  EXPECT_EQ(strict.exit_status, 1);
  EXPECT_TRUE(alarm_of(Json::parse(strict.out)));
  EXPECT_EQ(Json::parse(strict.out).at("alarms").get<int>(), easy.at("alarms").get<int>() + 1);
  EXPECT_THAT(strict.err, HasSubstr("below 80 % of what the corpus shows"));
  EXPECT_EQ(Shell("ledgerline covers health ledger --profiles none.profile").exit_status, 3);
}

}  // namespace
}  // namespace ledgerline
