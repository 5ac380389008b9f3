// `ledgerline covers health` from outside, with the committed model.
#include <nlohmann/json.hpp>

#include "tests/tools/command_line.h"

namespace ledgerline {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

class CoversCommandTest : public CommandLineTest {};

TEST_F(CoversCommandTest, HealthMakesCoversAnewAndSaysWhenTheyAreTooFew) {
  MakeLedger();
  EXPECT_THAT(Fine("ledgerline covers health ledger"), HasSubstr("No cover of this model is recorded."));
  Consent("demo-label");
  Consent("demo-publisher");
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
}

}  // namespace
}  // namespace ledgerline
