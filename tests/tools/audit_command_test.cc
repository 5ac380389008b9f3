// ledgerline audit, as an auditor runs it: over HTTP, from a kept state, against a ledger that forks or falls behind.
#include "tests/tools/command_line.h"

namespace ledgerline {
namespace {

using testing::HasSubstr;

class AuditCommandTest : public CommandLineTest {
 protected:
  void SetUp() override {
    CommandLineTest::SetUp();
    MakeLedger();
    Fine("ledgerline close ledger --period 2026-10");
    Fine("ledgerline key show ledger --vkey > vkey");
    Fine("ledgerline log export ledger files");
  }
  // Runs `command` while `files` are served; $URL is where.
  Ran Served(const std::string& command) {
    return Shell(
        "rm -f serving; ledgerline log serve files > serving & server=$!; trap 'kill $server' EXIT; "
        "until grep -qs 'http://' serving; do sleep 0.02; done; "
        "URL=$(grep -o 'http://[^ ]*' serving | head -n 1); " +
        command);
  }
  // A copy of the ledger whose history differs from here on; both grow.
  void Fork() {
    Fine("cp -r ledger other");
    Fine("ledgerline rate ledger --recording rec-greensleeves --score 5");
    Fine("ledgerline rate other --recording rec-greensleeves --score 1");
  }
};

TEST_F(AuditCommandTest, FollowsALogOverHttpFromWhereItWasSeen) {
  const Ran first = Served("ledgerline audit $URL --vkey vkey --state seen");
  EXPECT_EQ(first.exit_status, 0) << first.out << first.err;
  EXPECT_THAT(first.out, HasSubstr("computed again"));
  Fine("ledgerline rate ledger --recording rec-greensleeves --score 5");
  Fine("ledgerline log export ledger files");
  const Ran second = Served("ledgerline audit $URL --vkey vkey --state seen");
  EXPECT_EQ(second.exit_status, 0) << second.out << second.err;
  EXPECT_THAT(second.out, HasSubstr("1 entry is new"));
  EXPECT_EQ(Shell("ledgerline audit http://127.0.0.1:1 --vkey vkey").exit_status, 1) << "nobody listens";
}

TEST_F(AuditCommandTest, AForkIsCaughtByTheKeptStateAndThePublicPartIsEvidence) {
  Fork();
  Fine("ledgerline log export ledger files");
  Fine("ledgerline log export other forked");
  Fine("ledgerline audit files --vkey vkey --state seen");
  const Ran replayed = Shell("ledgerline audit forked --vkey vkey --state seen");
  EXPECT_EQ(replayed.exit_status, 1);
  EXPECT_THAT(replayed.out, HasSubstr("FAILED extends the kept checkpoint"));
  EXPECT_THAT(Read("seen.refused"), HasSubstr("test.example/ledger"));

  Fine("ledgerline audit files --public --vkey vkey --state public");
  const Ran followed = Shell("ledgerline audit forked --public --vkey vkey --state public");
  EXPECT_EQ(followed.exit_status, 1);
  EXPECT_THAT(followed.out, HasSubstr("the log signed two histories"));
  EXPECT_THAT(Fine("ledgerline-verify public.evidence --vkey vkey"), HasSubstr("THE LOG SIGNED TWO HISTORIES"));
}

TEST_F(AuditCommandTest, ALogThatFallsBehindIsCaught) {
  Fine("cp -r files old");
  Fine("ledgerline rate ledger --recording rec-greensleeves --score 5");
  Fine("ledgerline log export ledger files");
  for (const std::string flags : {"", " --public"}) {
    Fine("rm -f seen && ledgerline audit files --vkey vkey --state seen" + flags);
    const std::string seen = Read("seen");
    EXPECT_EQ(Shell("ledgerline audit old --vkey vkey --state seen" + flags).exit_status, 1) << flags;
    EXPECT_EQ(Read("seen"), seen) << "what was seen is kept";
  }
}

TEST_F(AuditCommandTest, AnAttestationMakesAPackComplete) {
  Fine("ledgerline key new --name auditor.example -o auditor.key | sed -n 's/^ *verifier key *//p' > auditor.vkey");
  Fine("ledgerline key enrol ledger --role auditor --key auditor.key");
  Fine("ledgerline log export ledger files");
  Fine("ledgerline audit files --vkey vkey --state seen --key auditor.key -o attestation");
  Fine("ledgerline submit ledger attestation");
  Fine("ledgerline audit-pack ledger --party demo-publisher --period 2026-10 -o pack.json");
  EXPECT_THAT(Fine("ledgerline verify pack.json --vkey vkey --auditor auditor.vkey"),
              HasSubstr("complete, per auditor auditor.example"));
  EXPECT_THAT(Fine("ledgerline verify pack.json --vkey vkey"), HasSubstr("Complete only as the operator claims"));
  EXPECT_THAT(Fine("ledgerline audit ledger --vkey vkey --key auditor.key --submit"),
              HasSubstr("There is no close that this key has not attested."));
}

TEST_F(AuditCommandTest, WhatDoesNotGoTogetherIsSaid) {
  EXPECT_EQ(Shell("ledgerline audit files --vkey vkey --key vkey").exit_status, 3) << "where to?";
  EXPECT_EQ(Shell("ledgerline audit files --vkey vkey --submit").exit_status, 3) << "by whom?";
  EXPECT_EQ(Shell("ledgerline audit ledger --public --vkey vkey").exit_status, 3) << "not an export";
  EXPECT_EQ(Shell("ledgerline audit files --public").exit_status, 3) << "no key";
  EXPECT_EQ(Shell("ledgerline audit files --from 99 --vkey vkey").exit_status, 3) << "behind what was seen";
  EXPECT_EQ(Shell("ledgerline audit files").exit_status, 1) << "self-consistent, no trust anchor";
}

}  // namespace
}  // namespace ledgerline
