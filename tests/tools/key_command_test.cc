// Keys as an operator meets them: rotation of a ledger's key with everything after it still working, roles, revocation,
// and an operator key on a token.
#include <nlohmann/json.hpp>

#include "tests/crypto/soft_token.h"
#include "tests/tools/command_line.h"

namespace ledgerline {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

class KeyCommandTest : public CommandLineTest {
 protected:
  size_t CheckpointSignatures() const {
    const std::string note = Read("ledger/checkpoint");
    size_t count = 0;
    for (size_t at = note.find("\n\xE2\x80\x94"); at != std::string::npos; at = note.find("\n\xE2\x80\x94", at + 1))
      ++count;
    return count;
  }
  std::string KeyFiles() { return Fine("ls ledger/keys | tr '\\n' ' '"); }
};

TEST_F(KeyCommandTest, AnOperatorsKeyIsReplacedAndEveryCommandGoesOn) {
  MakeLedger();
  Fine("cp ledger/operator.vkey old.vkey");
  Fine("ledgerline receipt ledger 2 -o before.json");
  Fine("ledgerline key new --name next -o next.key");
  EXPECT_THAT(Fine("ledgerline key rotate ledger --new next.key"), HasSubstr("both are accepted"));
  Fine("cp ledger/operator.vkey new.vkey && ! cmp -s old.vkey new.vkey");
  EXPECT_EQ(CheckpointSignatures(), 2u);
  EXPECT_THAT(KeyFiles(), testing::MatchesRegex("operator-[0-9a-f]{8}.key operator.key "));
  Consent("demo-label");
  Fine("ledgerline verify ledger --vkey old.vkey && ledgerline verify ledger --vkey new.vkey");
  // The same file is the same entry, whichever of the operator's keys recorded it.
  EXPECT_THAT(Fine("ledgerline catalog import ledger works.csv"), HasSubstr("ntry 2"));
  // A crash between the renames: the names do not matter.
  Fine("cd ledger/keys && mv operator.key operator-00000000.key");
  Consent("demo-publisher");
  EXPECT_THAT(KeyFiles(), testing::EndsWith(" operator.key "));
  // Without one of the two nobody signs.
  Fine("mkdir away && mv ledger/keys/operator-*.key away/");
  const Ran alone =
      Shell("ledgerline key new --name p -o p.key && ledgerline key enrol ledger --party demo-label --key p.key");
  EXPECT_EQ(alone.exit_status, 1);
  EXPECT_THAT(alone.err, HasSubstr("missing is the operator key test.example/ledger+"));
  Fine("mv away/* ledger/keys/");

  Fine("ledgerline key revoke ledger --key old.vkey --reason rotated");
  EXPECT_EQ(KeyFiles(), "operator.key ");
  EXPECT_EQ(CheckpointSignatures(), 1u);
  Fine("ledgerline key enrol ledger --party demo-label --key p.key && ledgerline receipt ledger 2 -o after.json");
  for (const char* vkey : {"old.vkey", "new.vkey"}) {
    Fine("ledgerline verify ledger after.json --vkey " + std::string(vkey));
    Fine("ledgerline verify ledger --brief --checkpoint before.json --vkey " + std::string(vkey));
  }
  Fine("ledgerline verify before.json --vkey old.vkey");
  const Ran newer = Shell("ledgerline verify before.json --vkey new.vkey");
  EXPECT_EQ(newer.exit_status, 1);
  EXPECT_THAT(newer.out, HasSubstr("get a proof under a newer checkpoint"));
  const Ran last = Shell("ledgerline key revoke ledger --key new.vkey --reason retired");
  EXPECT_EQ(last.exit_status, 1);
  EXPECT_THAT(last.err, HasSubstr("is the last that signs checkpoints"));
}

TEST_F(KeyCommandTest, RolesAreEnrolledListedAndRevoked) {
  MakeLedger();
  for (const std::string role : {"service", "witness", "auditor"}) {
    Fine("ledgerline key new --name " + role + ".example -o " + role + ".key");
    Fine("ledgerline key enrol ledger --role " + role + " --key " + role + ".key");
  }
  EXPECT_EQ(Shell("ledgerline key enrol ledger --role king --key service.key").exit_status, 3);
  EXPECT_THAT(Shell("ledgerline key enrol ledger --key service.key").err, HasSubstr("--party is required"));
  EXPECT_THAT(Shell("ledgerline key enrol ledger --role service --party demo-label --key service.key").err,
              HasSubstr("speaks for no party"));
  Consent("demo-label");
  const Json before = Json::parse(Fine("ledgerline --json key list ledger"));
  std::string label_key, states;
  for (const Json& key : before["keys"]) {
    if (key["speaks_for"] == "demo-label") label_key = key["key_id"];
    states += key["role"].get<std::string>() + " ";
  }
  EXPECT_EQ(states, "OPERATOR PARTY PARTY SERVICE WITNESS AUDITOR ");
  const Ran future = Shell("ledgerline key revoke ledger --key " + label_key + " --reason lost --from-size 99");
  EXPECT_EQ(future.exit_status, 3);
  EXPECT_THAT(future.err, HasSubstr("--from-size 99 is above the ledger's size, 12"));
  Fine("ledgerline key revoke ledger --key " + label_key.substr(0, 12) + " --reason compromised --from-size 11");
  const Ran refused = Shell("ledgerline consent grant ledger --party demo-label --key keys/demo-label.key --use REMIX");
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_THAT(refused.err, HasSubstr("was revoked by entry 12"));
  EXPECT_THAT(Fine("ledgerline verify ledger --vkey ledger/operator.vkey"),
              HasSubstr("entry 11, a consent grant of party demo-label, by entry 12 (COMPROMISED)"));
  EXPECT_THAT(Fine("ledgerline consent list ledger"), HasSubstr("repudiated"));
  // A party's key ends itself.
  Fine(
      "ledgerline key revoke ledger --reason retired --signed-by keys/demo-publisher.key --key $(ledgerline --json key "
      "list ledger | sed -n '/demo-publisher/,/public/s/.*\"key_id\": \"\\(.*\\)\".*/\\1/p')");
  EXPECT_THAT(Fine("ledgerline key list ledger"), HasSubstr("revoked by entry 13 (RETIRED)"));
}

TEST_F(KeyCommandTest, TheOperatorsKeyIsOnAToken) {
  SoftToken token(directory_ + "/token");
  token.MakeKey("operator", "01");
  token.MakeKey("label", "02");
  std::filesystem::copy("tools/demo", directory_, std::filesystem::copy_options::recursive);
  Fine("ledgerline key new --name op -o op.key --pkcs11 '" + token.Uri("operator") + "'");
  Fine("ledgerline init ledger --origin test.example/token --key op.key");
  EXPECT_THAT(Read("ledger/keys/operator.key"), HasSubstr("\npkcs11:token=ledger;object=operator?"));
  EXPECT_THAT(Read("ledger/keys/operator.key"), testing::Not(HasSubstr("seed")));
  Fine("ledgerline catalog import ledger parties.csv works.csv recordings.csv shares.csv rates.csv");
  Fine("ledgerline key new --name demo-label -o label.key --pkcs11 '" + token.Uri("label") + "'");
  Fine("ledgerline key enrol ledger --party demo-label --key label.key");
  Fine("ledgerline consent grant ledger --party demo-label --key label.key --use COVER");
  Fine("ledgerline verify ledger --vkey ledger/operator.vkey");
  // The wrong PIN, from a file as from the environment.
  Fine("sed -i 's#/pin$#/wrong_pin#' ledger/keys/operator.key");
  const Ran wrong = Shell("ledgerline consent grant ledger --party demo-label --use COVER");
  EXPECT_EQ(wrong.exit_status, 3);
  EXPECT_THAT(wrong.err, HasSubstr("C_Login says CKR_PIN_INCORRECT"));
  Fine("sed -i 's/&pin-source=.*//' ledger/keys/operator.key");
  Fine("LEDGERLINE_PKCS11_PIN=271828 ledgerline consent grant ledger --party demo-label --use COVER");
  // From the token to a key file, and the ledger goes on.
  Fine("ledgerline key new --name next -o next.key");
  Fine("LEDGERLINE_PKCS11_PIN=271828 ledgerline key rotate ledger --new next.key");
  Fine(
      "LEDGERLINE_PKCS11_PIN=271828 ledgerline key revoke ledger --reason rotated --key $(ledgerline --json key list "
      "ledger | sed -n 's/.*\"key_id\": \"\\(.*\\)\".*/\\1/p' | head -1)");
  Fine("ledgerline verify ledger --vkey ledger/operator.vkey");
}

}  // namespace
}  // namespace ledgerline
