// Adapters from outside: an artist's is used with leave alone, the record names it, and the cover is made anew with it.
#include <nlohmann/json.hpp>

#include "tests/inference/kernel/sample_adapter.h"
#include "tests/tools/command_line.h"

namespace ledgerline {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

class AdapterCommandTest : public CommandLineTest {
 protected:
  void SetUp() override {
    CommandLineTest::SetUp();
    MakeLedgerForCovers(LEDGERLINE_DEMO_SONGS);
    base_ = model::ReadFileBytes("inference/weights/ledgerline.model").value();
    metadata_ = model::ParseModelFile(base_).value().metadata;
  }
  std::string Adapter(const std::string& style, const std::string& artist) {
    model::AdapterFile adapter =
        kernel::SampleAdapter(model::ModelConfig::FromMetadata(metadata_).value(), base_, 0.05f);
    adapter.card.style = style;
    adapter.card.artist = artist;
    if (!style.empty()) {
      adapter.card.notes["texture." + style] = metadata_.at("texture.piano");
      adapter.card.notes["melody." + style] = metadata_.at("melody.piano");
    }
    return model::SerialiseAdapterFile(adapter);
  }
  std::string CoverLine(const std::string& style, const std::string& out) const {
    return "ledgerline --json cover ledger --song songs/ode_to_joy.mid --recording rec-ode-to-joy --style " + style +
           " --seed 1 --territory DE --tier premium --candidates 1 --out " + out;
  }
  std::string base_;
  std::map<std::string, std::string> metadata_;
};

TEST_F(AdapterCommandTest, AnArtistsAdapterNeedsTheArtistsLeave) {
  Write("label.adapter", Adapter("", "demo-label"));
  const std::string line = CoverLine("piano", "made") + " --adapter label.adapter";
  const Ran refused = Shell(line);
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_THAT(refused.err, HasSubstr("Missing: demo-label's consent for TRAIN and STYLE"));
  const std::string grant = "ledgerline consent grant ledger --party demo-label --key keys/demo-label.key --use ";
  Fine(grant + "STYLE");
  EXPECT_THAT(Shell(line).err, HasSubstr("Missing: demo-label's consent for TRAIN of everything"));
  Fine(grant + "TRAIN --territory FR");
  EXPECT_THAT(Shell(line).err, HasSubstr("consent for TRAIN of everything"));
  const Json train = Json::parse(Fine("ledgerline --json " + (grant + "TRAIN").substr(11)));
  const Json made = Json::parse(Fine(line));
  EXPECT_EQ(made.at("adapter_sha256"), crypto::Sha256(Read("label.adapter")).ToHex());

  // The event rests on the consents, and a revocation ends the use.
  const std::string entry = std::to_string(made.at("entry").get<int>());
  const std::string event = Fine("ledgerline show ledger " + entry);
  EXPECT_THAT(event, HasSubstr(made.at("adapter_sha256").get<std::string>()));
  EXPECT_THAT(Fine("ledgerline verify ledger --vkey ledger/operator.vkey"), HasSubstr("0 unauthorised"));
  Fine("ledgerline consent revoke ledger --party demo-label --key keys/demo-label.key --entry " +
       std::to_string(train.at("index").get<int>()));
  EXPECT_THAT(Shell(CoverLine("piano", "again") + " --adapter label.adapter").err, HasSubstr("consent for TRAIN"));

  const Ran without = Shell("ledgerline regenerate ledger " + entry);
  EXPECT_EQ(without.exit_status, 1);
  EXPECT_THAT(without.err, HasSubstr(made.at("adapter_sha256").get<std::string>()));
  EXPECT_THAT(Fine("ledgerline regenerate ledger " + entry + " --adapter label.adapter -o again.mid"),
              HasSubstr("the same bytes"));
  EXPECT_EQ(Read("again.mid"), Read("made/cover.mid"));
}

TEST_F(AdapterCommandTest, AStylesAdapterBesideTheModelOffersTheStyle) {
  model::ModelFile untaught = model::ParseModelFile(base_).value();
  untaught.metadata.erase("texture.ragtime");
  base_ = model::SerialiseModelFile(untaught);
  Write("ledgerline.model", base_);
  EXPECT_THAT(Fine("ledgerline styles --model ledgerline.model"), Not(HasSubstr("ragtime")));
  Write("ragtime.adapter", Adapter("ragtime", ""));
  EXPECT_THAT(Fine("ledgerline styles --model ledgerline.model"), HasSubstr("an adapter  2       1"));
  const std::string environment = "export LEDGERLINE_WEIGHTS=ledgerline.model; ";
  const Json made = Json::parse(Fine(environment + CoverLine("ragtime", "made")));
  EXPECT_EQ(made.at("adapter_sha256"), crypto::Sha256(Read("ragtime.adapter")).ToHex());
  EXPECT_THAT(Fine(environment + "ledgerline regenerate ledger " + std::to_string(made.at("entry").get<int>())),
              HasSubstr("adapter " + made.at("adapter_sha256").get<std::string>()));
  // Of another base: the style is not offered, and why is said.
  model::AdapterFile other = model::ParseAdapterFile(Read("ragtime.adapter")).value();
  other.card.base = crypto::Sha256("another");
  Write("ragtime.adapter", model::SerialiseAdapterFile(other));
  const Ran listed = Shell("ledgerline styles --model ledgerline.model");
  EXPECT_EQ(listed.exit_status, 0);
  EXPECT_THAT(listed.err, HasSubstr("was made for the base model " + crypto::Sha256("another").ToHex()));
  EXPECT_THAT(listed.out, Not(HasSubstr("ragtime")));
}

}  // namespace
}  // namespace ledgerline
