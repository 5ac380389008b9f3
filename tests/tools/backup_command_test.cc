// ledgerline backup, restore, accept-restored and fsck, as an operator runs them.
#include "tests/tools/command_line.h"

namespace ledgerline {
namespace {

using testing::HasSubstr;

class BackupCommandTest : public CommandLineTest {
 protected:
  void SetUp() override {
    CommandLineTest::SetUp();
    MakeLedger();
    Fine("ledgerline key show ledger --vkey > vkey");
    Fine("ledgerline backup ledger backup");
  }
};

TEST_F(BackupCommandTest, WhatIsRestoredIsTheLedgerAndSignsNothingUntilItIsAccepted) {
  Fine("ledgerline rate ledger --recording rec-greensleeves --score 5");
  Fine("ledgerline backup ledger backup");
  Fine("ledgerline restore backup restored --vkey vkey");
  EXPECT_EQ(Fine("ledgerline log restored"), Fine("ledgerline log ledger"));
  Fine("ledgerline verify restored --vkey vkey --checkpoint ledger/checkpoint");
  // The operator's key is in no backup, and a restored copy must be accepted before it may sign.
  EXPECT_EQ(Fine("find backup -name '*.key'"), "");
  Fine("mkdir -p restored/keys && cp ledger/keys/operator.key restored/keys/");
  const std::string rate = "ledgerline rate restored --recording rec-greensleeves --score 1";
  const Ran refused = Shell(rate);
  EXPECT_NE(refused.exit_status, 0);
  EXPECT_THAT(refused.err, HasSubstr("accept-restored"));
  Fine("ledgerline accept-restored restored");
  Fine(rate);
  Fine("ledgerline verify restored --vkey vkey --checkpoint ledger/checkpoint");
}

TEST_F(BackupCommandTest, NothingIsOverwrittenAndADamagedBackupIsNamed) {
  const Ran onto = Shell("ledgerline restore backup ledger --vkey vkey");
  EXPECT_EQ(onto.exit_status, 3) << onto.err;
  const std::string bundle = Fine("find backup/log/tile/entries -type f | head -n 1 | tr -d '\\n'");
  std::string bytes = Read(bundle);
  bytes[bytes.size() / 2] ^= 1;
  Write(bundle, bytes);
  const Ran damaged = Shell("ledgerline restore backup restored --vkey vkey");
  EXPECT_EQ(damaged.exit_status, 1) << damaged.err;
  EXPECT_THAT(damaged.err, HasSubstr("tile/entries"));
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/restored")) << "never half a ledger";
}

TEST_F(BackupCommandTest, FsckFindsWhatIsDamagedAndRepairsWhatFollowsFromTheEntries) {
  EXPECT_THAT(Fine("ledgerline fsck ledger"), HasSubstr("ok"));
  Fine("ledgerline rate ledger --recording rec-greensleeves --score 5");
  Write("ledger/checkpoint", "no checkpoint\n");
  const Ran found = Shell("ledgerline fsck ledger");
  EXPECT_EQ(found.exit_status, 1);
  EXPECT_THAT(found.out + found.err, HasSubstr("checkpoint"));
  Fine("ledgerline fsck ledger --repair");
  Fine("ledgerline fsck ledger");
  Fine("ledgerline verify ledger --vkey vkey");
}

}  // namespace
}  // namespace ledgerline
