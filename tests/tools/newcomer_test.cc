// What a newcomer, a hurried script and a machine in trouble meet: words that are wrong, files that cannot be read,
// disks that are full, two that write at once.
#include <fcntl.h>

#include <nlohmann/json.hpp>

#include "tests/tools/command_line.h"

namespace ledgerline {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

using NewcomerTest = CommandLineTest;

constexpr char kUsageHeader[] = "recording_id,period,territory,tier,plays,revenue,currency\n";

TEST_F(NewcomerTest, WrongWordsAreAnsweredWithTheRightOnes) {
  const struct {
    std::string command;
    std::string says;
  } kCases[] = {
      {"ledgerline key", "`ledgerline key` needs one of show, list, new, enrol, rotate, revoke"},
      {"ledgerline key frob", "'frob' is not a command of `ledgerline key`, which has show, list, new, enrol, rotate, revoke"},
      {"ledgerline init l", "--origin is required; see `ledgerline init --help`"},
      {"ledgerline init l --origin", "--origin needs a value"},
      {"ledgerline init l --origin a --origin b", "--origin may be given once only"},
      {"ledgerline init '' --origin a.b/c", "DIR: the value is empty"},
      {"ledgerline verify r.json --vkey \"$UNSET\"", "--vkey: the value is empty"},
      {"ledgerline show l -1", "INDEX: '-1': expected a whole number"},
      {"ledgerline show l 0x3", "INDEX: '0x3': expected a whole number"},
      {"ledgerline show l ''", "INDEX: '': expected a whole number"},
      {"ledgerline log l --from 99999999999999999999999", "--from: '99999999999999999999999': expected a whole number"},
      {"ledgerline consent revoke l --party p --entry -1", "--entry: '-1': expected a whole number"},
      {"ledgerline cover l --song s --record r --style s --seed -1 --territory DE --out o", "--seed"},
      {"ledgerline consent grant l extra --party p --use COVER", "extra"},
  };
  for (const auto& test : kCases) {
    const Ran ran = Shell(test.command);
    EXPECT_EQ(ran.exit_status, 2) << test.command << "\n" << ran.out << ran.err;
    EXPECT_THAT(ran.err, HasSubstr(test.says)) << test.command;
    EXPECT_EQ(ran.out, "") << test.command;
  }
  EXPECT_EQ(Fine("ls"), "") << "a command with wrong words has made something";
}

// Nothing that a file system or a terminal can hold may end a program with an abort.
TEST_F(NewcomerTest, NoNameOfAFileBringsItDown) {
  MakeLedger();
  const std::string long_name(5000, 'a');
  EXPECT_EQ(Shell("ledgerline log " + long_name).exit_status, 3);
  EXPECT_EQ(Shell("ledgerline verify " + long_name).exit_status, 3);
  EXPECT_EQ(Shell("ledgerline catalog import ledger " + long_name).exit_status, 3);
  // Latin-1, as old archives have it: the name is no UTF-8, and JSON must be.
  const std::string latin = "caf\xe9.csv";
  Write(latin, "work_id,title,iswc\nw-new,New,\n");
  const std::string out = Fine("ledgerline --json catalog import ledger " + latin);
  EXPECT_TRUE(Json::accept(out)) << out;
  EXPECT_TRUE(Json::accept(Fine("ledgerline --json receipt ledger 0 -o caf\xe9.json")));
  EXPECT_THAT(Fine("ledgerline --json verify caf\xe9.json --vkey ledger/operator.vkey"),
              HasSubstr("\"verified\": true"));
}

TEST_F(NewcomerTest, WhatMayNotBeReadIsAnErrorOfTheInput) {
  MakeLedger();
  Fine("chmod 755 . ledger ledger/db && mkdir closed && cp parties.csv closed && chmod 700 closed ledger/private");
  const bool root = ::geteuid() == 0;
  const auto as_nobody = [&](const std::string& command) {
    return Shell(root ? "setpriv --reuid=65534 --regid=65534 --clear-groups " + command : command);
  };
  if (!root) Fine("chmod 000 closed ledger/private ledger/keys/operator.key");
  EXPECT_EQ(as_nobody("ledgerline verify closed/parties.csv").exit_status, 3);
  EXPECT_EQ(as_nobody("ledgerline log closed").exit_status, 3);
  const Ran list = as_nobody("ledgerline catalog list ledger --parties");
  EXPECT_EQ(list.exit_status, 0) << list.err;
  EXPECT_THAT(list.out, HasSubstr("(sealed elsewhere)"));
  const Ran write = as_nobody("ledgerline rate ledger --recording rec-greensleeves --score 5");
  EXPECT_EQ(write.exit_status, 3);
  EXPECT_THAT(write.err, HasSubstr("the operator's key is needed to write"));
  EXPECT_EQ(as_nobody("ledgerline verify ledger --vkey ledger/operator.vkey").exit_status, 0);
  if (!root) Fine("chmod 700 closed ledger/private && chmod 600 ledger/keys/operator.key");
}

TEST_F(NewcomerTest, AnAnswerThatDidNotArriveIsNoSuccess) {
  MakeLedger();
  const Ran ran = Shell("ledgerline log ledger >/dev/full");
  EXPECT_EQ(ran.exit_status, 3);
  EXPECT_THAT(ran.err, HasSubstr("No space left on device"));
}

TEST_F(NewcomerTest, HalfALedgerDoesNotStayBehind) {
  // No file may grow: as on a full disk, every write fails.
  const Ran ran =
      Shell("mkdir there && trap '' XFSZ && ulimit -f 0 && ledgerline init there/ledger --origin a.b/c 2>&1 | cat");
  EXPECT_THAT(ran.out, HasSubstr("there/ledger"));
  EXPECT_EQ(Fine("ls -A there"), "") << ran.out;
  Fine("ledgerline init there/ledger --origin a.b/c");
  EXPECT_THAT(Shell("touch file && ledgerline init file --origin a.b/c").err, HasSubstr("'file' is a file"));
}

TEST_F(NewcomerTest, AnImportIsAllOrNothing) {
  MakeLedger();
  const std::string before = Fine("ledgerline log ledger");
  Write("more.csv", "work_id,title,iswc\nw-more,More,\n");
  Write("bad.csv", "work_id,title,iswc\nw-bad,,\n");
  const Ran ran = Shell("ledgerline catalog import ledger more.csv bad.csv");
  EXPECT_EQ(ran.exit_status, 3);
  EXPECT_THAT(ran.err, HasSubstr("bad.csv: line 2, title ''"));
  EXPECT_THAT(ran.err, HasSubstr("none of the files was imported"));
  EXPECT_EQ(Fine("ledgerline log ledger"), before);
}

TEST_F(NewcomerTest, TablesAsOtherProgramsWriteThem) {
  MakeLedger();
  Write("excel.csv",
        "\xef\xbb\xbfwork_id,title,iswc\r\nw-a,\"Die Zauberfl\xc3\xb6te, \"\"Arie\"\"\",T-034.524.680-2\r\n");
  const Ran ran = Shell("ledgerline catalog import ledger excel.csv");
  EXPECT_EQ(ran.exit_status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("1 row of works"));
  const size_t warned = ran.err.find("check digit is wrong");
  ASSERT_NE(warned, std::string::npos);
  EXPECT_EQ(ran.err.find("check digit is wrong", warned + 1), std::string::npos) << "said twice: " << ran.err;
  EXPECT_THAT(Fine("ledgerline catalog list ledger --works"), HasSubstr("Die Zauberflöte, \"Arie\""));
  Write("latin.csv", "work_id,title,iswc\nw-b,Zauberfl\xf6te,\n");
  EXPECT_THAT(Shell("ledgerline catalog import ledger latin.csv").err, HasSubstr("line 2: the text is not UTF-8"));
  Write("none.csv", "work_id,title,iswc\n");
  EXPECT_THAT(Shell("ledgerline catalog import ledger none.csv").err, HasSubstr("a header and no row"));
  EXPECT_THAT(Shell("ledgerline usage import ledger works.csv").err,
              HasSubstr("`ledgerline catalog import ledger works.csv`"));
}

TEST_F(NewcomerTest, OneUsageFileCountsOnceWhateverItIsCalled) {
  MakeLedger();
  Write("usage.csv", std::string(kUsageHeader) + "rec-greensleeves,2026-09,DE,premium,1,1,EUR\n");
  Fine("ledgerline usage import ledger usage.csv --originals");
  const Ran ran = Shell("ledgerline usage import ledger usage.csv");
  EXPECT_EQ(ran.exit_status, 3);
  EXPECT_THAT(ran.err, HasSubstr("already, as usage of originals, and the same file counts once"));
}

TEST_F(NewcomerTest, AClosedMonthAnswersEveryQuestion) {
  MakeLedger();
  Write("usage.csv", std::string(kUsageHeader) + "nobody-knows-it,2026-08,DE,premium,7,3.5,EUR\n");
  Fine("ledgerline usage import ledger usage.csv");
  EXPECT_THAT(Fine("ledgerline close ledger --period 2026-08"), HasSubstr("in 1 statement line."));
  // Known, and without money: empty, no mistake. Unknown: a mistake.
  EXPECT_THAT(Fine("ledgerline statement ledger --party demo-label --period 2026-08"), HasSubstr("Nothing"));
  EXPECT_THAT(Fine("ledgerline statement ledger --party '~held' --period 2026-08"), HasSubstr("Nothing"));
  EXPECT_EQ(Fine("ledgerline --json explain ledger --party demo-label --period 2026-08"), "[]\n");
  EXPECT_EQ(Shell("ledgerline statement ledger --party demo-labl --period 2026-08").exit_status, 3);
  EXPECT_EQ(Shell("ledgerline explain ledger --party demo-labl --period 2026-08").exit_status, 3);
  const std::string line = Fine("ledgerline explain ledger --party '~unmatched' --period 2026-08 --line 1");
  EXPECT_EQ(Fine("ledgerline explain ledger --party '~unmatched' --period 2026-08 --line M0001"), line);
  EXPECT_THAT(Shell("ledgerline explain ledger --party '~unmatched' --period 2026-08 --line 2").err,
              HasSubstr("M0001"));
  EXPECT_EQ(Fine("ledgerline statement ledger --period 2026-08 --format csv"),
            "currency,statement_of,amount\nEUR,~unmatched,3.5\n");
  // A month that is passed over is named, since it cannot be closed any more.
  EXPECT_THAT(Shell("ledgerline close ledger --period 2026-10").err,
              HasSubstr("the period after 2026-08 was never closed"));
  EXPECT_THAT(Fine("ledgerline statement ledger --period 2026-10"), HasSubstr("Nothing was used in 2026-10"));
  EXPECT_EQ(Shell("ledgerline close ledger --period 2026-09").exit_status, 1);
}

TEST_F(NewcomerTest, KeysThatCannotSpeakSayWhy) {
  MakeLedger();
  Fine("ledgerline key new --name demo-arranger -o a.key");
  const std::string grant = "ledgerline consent grant --party demo-arranger --key a.key --use COVER --use COVER ledger";
  EXPECT_THAT(Shell(grant).err, HasSubstr("`ledgerline key enrol ledger --party demo-arranger --key a.key`"));
  Fine("ledgerline key enrol ledger --party demo-arranger --key a.key --from 2999-01-01");
  EXPECT_THAT(Shell(grant).err, HasSubstr("is valid only from 2999-01-01T00:00:00Z on"));
  Fine("ledgerline key new --name demo-arranger -o b.key");
  Fine("ledgerline key enrol ledger --party demo-arranger --key b.key");
  EXPECT_THAT(Fine("ledgerline consent grant --party demo-arranger --key b.key --use COVER --use COVER --tier premium "
                   "--territory 'WW -US' ledger"),
              HasSubstr("allows COVER of"));
  const std::string list = Fine("ledgerline consent list ledger");
  EXPECT_THAT(list, HasSubstr("WW -US"));
  EXPECT_LT(list.size(), 500u) << list;
  // A secret is never repeated, whatever it is mistaken for.
  const Ran mistaken = Shell("ledgerline verify ledger --vkey ledger/keys/operator.key");
  EXPECT_EQ(mistaken.exit_status, 3);
  EXPECT_THAT(mistaken.err, HasSubstr("is a private key"));
  EXPECT_THAT(mistaken.err, Not(HasSubstr("seed")));
  EXPECT_EQ(Shell("ledgerline key enrol ledger --party demo-label --key parties.csv").exit_status, 3);
}

TEST_F(NewcomerTest, OneBadReceiptDoesNotHideTheOthers) {
  MakeLedger();
  Fine("ledgerline receipt ledger 1 -o r1.json && head -c 300 r1.json > cut.json && cp ledger/checkpoint kept");
  const Ran ran = Shell("ledgerline verify cut.json r1.json --vkey ledger/operator.vkey");
  EXPECT_EQ(ran.exit_status, 3);
  EXPECT_THAT(ran.out, HasSubstr("NOT READ: receipt: not a JSON object"));
  EXPECT_THAT(ran.out, HasSubstr("VERIFIED: 5 checks passed"));
  const Json json = Json::parse(Shell("ledgerline --json verify cut.json r1.json --vkey ledger/operator.vkey").out);
  EXPECT_FALSE(json.at(0).at("verified").get<bool>());
  EXPECT_TRUE(json.at(1).at("verified").get<bool>());
  // A kept checkpoint, also that of a receipt, holds the operator to it; it says nothing about a receipt.
  EXPECT_THAT(Fine("ledgerline verify ledger --vkey ledger/operator.vkey --checkpoint r1.json --checkpoint kept"),
              HasSubstr("extends the kept checkpoint"));
  EXPECT_THAT(Shell("ledgerline verify r1.json --vkey ledger/operator.vkey --checkpoint kept").err,
              HasSubstr("no TARGET is a ledger's directory"));
  // Another history under the same name and key.
  Fine("cp -r ledger other && ledgerline rate ledger --recording rec-greensleeves --score 1");
  Fine("ledgerline rate other --recording rec-greensleeves --score 2 && ledgerline receipt other 1 -o fork.json");
  Fine("ledgerline verify fork.json --vkey ledger/operator.vkey");
  const Ran fork = Shell("ledgerline verify ledger --vkey ledger/operator.vkey --checkpoint fork.json");
  EXPECT_EQ(fork.exit_status, 1);
  EXPECT_THAT(fork.out, HasSubstr("history was rewritten"));
}

TEST_F(NewcomerTest, TwoThatWriteAtOnceAreKeptApart) {
  MakeLedger();
  // The lock of RocksDB, held as another writer would hold it.
  const int lock = ::open((directory_ + "/ledger/db/LOCK").c_str(), O_RDWR);
  ASSERT_GE(lock, 0);
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  ASSERT_EQ(::fcntl(lock, F_SETLK, &whole), 0);
  const Ran ran = Shell("ledgerline rate ledger --recording rec-greensleeves --score 3");
  EXPECT_EQ(ran.exit_status, 3);
  EXPECT_THAT(ran.err, HasSubstr("ledger/db is in use by another process that writes: try again"));
  EXPECT_THAT(Fine("ledgerline log ledger"), HasSubstr("genesis")) << "reading works meanwhile";
  ::close(lock);
  Fine("ledgerline rate ledger --recording rec-greensleeves --score 3");
}

// Before, half of the checks made beside a writer reported lost entries, holes and damage that were not there.
TEST_F(NewcomerTest, NobodyWhoReadsBesideAWriterSeesDamage) {
  MakeLedger();
  const Ran ran = Shell(
      "{ for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do ledgerline rate ledger --recording "
      "rec-greensleeves --score 3 >/dev/null || echo 'not written'; done; touch done; } & "
      "while [ ! -e done ]; do ledgerline verify ledger --vkey ledger/operator.vkey --brief || echo 'not verified'; "
      "ledgerline log ledger >/dev/null || echo 'not read'; done; wait");
  EXPECT_THAT(ran.out, HasSubstr("VERIFIED"));
  EXPECT_THAT(ran.out, Not(HasSubstr("not "))) << ran.out << ran.err;
  EXPECT_THAT(Fine("ledgerline verify ledger --vkey ledger/operator.vkey"), HasSubstr("entries: 28 entries"));
}

}  // namespace
}  // namespace ledgerline
