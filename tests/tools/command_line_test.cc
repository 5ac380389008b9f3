// The command line from outside: what it does, what it says when it cannot, and what it returns.
#include "tests/tools/command_line.h"

#include <nlohmann/json.hpp>

namespace ledgerline {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

constexpr char kUsage[] =
    "recording_id,period,territory,tier,plays,revenue,currency\n"
    "nobody-knows-it,2026-09,DE,premium,7,3.000000001,EUR\n";

TEST_F(CommandLineTest, FromAnEmptyDirectoryToAVerifiedClose) {
  MakeLedger();
  Consent("demo-label");
  Write("usage.csv", kUsage);
  EXPECT_THAT(Fine("ledgerline usage import ledger usage.csv"), HasSubstr("3.000000001 EUR for 7 plays"));
  EXPECT_THAT(Fine("ledgerline close ledger --period 2026-09"), HasSubstr("= pool     3.000000001"));
  EXPECT_THAT(Fine("ledgerline statement ledger --party '~unmatched' --period 2026-09"), HasSubstr("3.000000001"));
  EXPECT_THAT(Fine("ledgerline explain ledger --party '~unmatched' --period 2026-09 --line 1"),
              HasSubstr("row 0 (line 2 of the file)"));
  EXPECT_THAT(Fine("ledgerline verify ledger --vkey ledger/operator.vkey"), HasSubstr("VERIFIED"));
  EXPECT_THAT(Fine("ledgerline verify ledger --vkey \"$(ledgerline key show ledger --vkey)\""), HasSubstr("VERIFIED"));
}

TEST_F(CommandLineTest, VerifyWithoutAnAnchorIsAFailedCheck) {
  MakeLedger();
  const Ran ran = Shell("ledgerline verify ledger");
  EXPECT_EQ(ran.exit_status, 1);
  EXPECT_THAT(ran.out, HasSubstr("SELF-CONSISTENT, NO TRUST ANCHOR"));
  Write("policy", "# ours\nlog " + Fine("ledgerline key show ledger --vkey") + "quorum none\n");
  EXPECT_THAT(Fine("ledgerline verify ledger --policy policy"), HasSubstr("VERIFIED"));
  Write("policy", "log " + Fine("ledgerline key show ledger --vkey") + "witness w " +
                      Fine("ledgerline key show ledger --vkey") + "quorum w\n");
  EXPECT_THAT(Shell("ledgerline verify ledger --policy policy").err, HasSubstr("line 2: verifier key"));
}

TEST_F(CommandLineTest, AnotherOperatorsKeyDoesNotVerify) {
  MakeLedger();
  Fine("ledgerline init other --origin test.example/ledger");
  const Ran ran = Shell("ledgerline verify ledger --vkey other/operator.vkey");
  EXPECT_EQ(ran.exit_status, 1);
  EXPECT_THAT(ran.out, HasSubstr("NOT VERIFIED"));
}

TEST_F(CommandLineTest, BothForgeriesAreCaughtAndTheEntryIsNamed) {
  MakeLedger();
  Write("usage.csv", kUsage);
  Fine("ledgerline usage import ledger usage.csv");
  const Json close = Json::parse(Fine("ledgerline close ledger --period 2026-09 --json"));
  const std::string index = std::to_string(close.at("index").get<int>());
  Fine("cp ledger/checkpoint kept");
  Fine("cp -r ledger naive && cp -r ledger thorough");
  Fine("ledgerline-forge naive --entry " + index + " --amount 1.5");
  Fine("ledgerline-forge thorough --entry " + index + " --amount 1.5 --cover-up");
  const Ran naive = Shell("ledgerline verify naive --vkey ledger/operator.vkey");
  EXPECT_EQ(naive.exit_status, 1);
  EXPECT_THAT(naive.out, HasSubstr("FAILED leaf hashes: entry " + index));
  const Ran thorough = Shell("ledgerline verify thorough --vkey ledger/operator.vkey");
  EXPECT_EQ(thorough.exit_status, 1);
  EXPECT_THAT(thorough.out, HasSubstr("ok     leaf hashes"));
  EXPECT_THAT(thorough.out, HasSubstr("FAILED checkpoints"));
  EXPECT_THAT(thorough.out, HasSubstr("history before it was rewritten"));
  EXPECT_EQ(Shell("ledgerline verify ledger --vkey ledger/operator.vkey --checkpoint kept").exit_status, 0);
}

TEST_F(CommandLineTest, ACoverWithoutLeaveIsRefusedNamingWhoseIsMissing) {
  MakeLedger();
  Write("song.mid", "no MIDI needed: leave comes first");
  const std::string cover =
      "ledgerline cover ledger --song song.mid --recording rec-stille-nacht --style hymn --seed 1 --territory DE --out "
      "made";
  const Ran nobody = Shell(cover);
  EXPECT_EQ(nobody.exit_status, 1);
  EXPECT_THAT(nobody.err, HasSubstr("party demo-label, recording:rec-stille-nacht: no consent was ever given"));
  EXPECT_THAT(nobody.err, HasSubstr("party demo-publisher, work:work-stille-nacht"));
  EXPECT_THAT(nobody.err, HasSubstr("party demo-second-publisher, work:work-stille-nacht"));
  ConsentOfBoth();
  const Ran one_left = Shell(cover);
  EXPECT_EQ(one_left.exit_status, 1);
  EXPECT_THAT(one_left.err, HasSubstr("demo-second-publisher"));
  EXPECT_THAT(one_left.err, Not(HasSubstr("demo-label")));
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/made"));
  EXPECT_THAT(Fine("ledgerline log ledger"), Not(HasSubstr("permit")));
}

TEST_F(CommandLineTest, ARevokedConsentCountsNoMore) {
  MakeLedger();
  ConsentOfBoth();
  const Json consents = Json::parse(Fine("ledgerline consent list ledger --json"));
  ASSERT_EQ(consents.size(), 2u);
  EXPECT_EQ(consents[0].at("attested_by"), "PARTY");
  const std::string entry = std::to_string(consents[1].at("entry").get<int>());
  Fine("ledgerline consent revoke ledger --party demo-publisher --key keys/demo-publisher.key --entry " + entry);
  EXPECT_THAT(Fine("ledgerline consent list ledger"), HasSubstr("revoked"));
  Write("song.mid", "x");
  const Ran refused = Shell(
      "ledgerline cover ledger --song song.mid --recording rec-greensleeves --style hymn --seed 1 --territory DE --out "
      "made");
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_THAT(refused.err, HasSubstr("consent of entry " + entry + " was revoked by entry"));
}

TEST_F(CommandLineTest, TheSameFileTwiceIsOneEntry) {
  MakeLedger();
  Write("usage.csv", kUsage);
  const Json first = Json::parse(Fine("ledgerline usage import ledger usage.csv --json"));
  const Json second = Json::parse(Fine("ledgerline usage import ledger usage.csv --json"));
  EXPECT_EQ(first.at("index"), second.at("index"));
  EXPECT_TRUE(second.at("already_there").get<bool>());
  EXPECT_THAT(Fine("ledgerline catalog import ledger parties.csv"), HasSubstr("is there already"));
}

// Names of parties are sealed beside the ledger, never in it.
TEST_F(CommandLineTest, NoFileOfTheLedgerHoldsAPartysName) {
  MakeLedger();
  EXPECT_THAT(Fine("ledgerline catalog list ledger --parties"), HasSubstr("Demo Second Publisher"));
  EXPECT_EQ(Shell("grep -rql 'Demo Second Publisher' ledger").exit_status, 1) << "a name lies in the clear";
  Fine("rm -r ledger/private");
  EXPECT_THAT(Fine("ledgerline catalog list ledger --parties"), HasSubstr("(sealed elsewhere)"));
  EXPECT_THAT(Fine("ledgerline verify ledger --vkey ledger/operator.vkey"), HasSubstr("VERIFIED"));
}

TEST_F(CommandLineTest, PrivateKeysAreForTheirOwnerAlone) {
  MakeLedger();
  EXPECT_EQ(Fine("stat -c %a ledger/keys/operator.key keys/demo-label.key"), "600\n600\n");
  Fine("chmod 644 ledger/keys/operator.key");
  EXPECT_THAT(Shell("ledgerline rate ledger --recording rec-greensleeves --score 5").err,
              HasSubstr("ledger/keys/operator.key"));
}

TEST_F(CommandLineTest, EveryErrorSaysWhatIsWrongAndReturnsItsStatus) {
  MakeLedger();
  Write("bad.csv",
        "recording_id,period,territory,tier,plays,revenue,currency\nrec-greensleeves,2026-13,DE,premium,1,1,EUR\n");
  Write("notes.txt", "neither,a,known\nfile,at,all\n");
  Write("short.json", "{\"format\": \"ledgerline-receipt/1\"}");
  const struct {
    std::string command;
    int exit_status;
    std::string says;
  } kCases[] = {
      {"ledgerline", 2, "Usage"},
      {"ledgerline frobnicate --json", 2, "'frobnicate' is not a command"},
      {"ledgerline init", 2, "DIR"},
      {"ledgerline init new --origin 'has blank'", 3, "--origin"},
      {"ledgerline init ledger --origin test.example/again", 3, "is not empty"},
      {"ledgerline log nowhere", 3, "there is no ledger in 'nowhere': make one with `ledgerline init"},
      {"ledgerline show ledger 999", 3, "entries 0 to"},
      {"ledgerline show ledger minus", 2, "INDEX"},
      {"ledgerline catalog list ledger", 2, "--recordings"},
      {"ledgerline catalog list ledger --parties --works", 2, "2 were given"},
      {"ledgerline catalog import ledger absent.csv", 3, "there is no file 'absent.csv'"},
      {"ledgerline catalog import ledger notes.txt", 3, "notes.txt"},
      {"ledgerline catalog import ledger bad.csv", 3, "usage import"},
      {"ledgerline usage import ledger bad.csv", 3, "2026-13"},
      {"ledgerline usage import ledger parties.csv", 3, "parties.csv"},
      {"ledgerline key enrol ledger --party nobody --key keys/demo-label.key", 3, "'nobody' is not in the catalogue"},
      {"ledgerline key enrol ledger --party demo-label --key keys/demo-label.key", 3, "enrolled already, by entry"},
      {"ledgerline key new --name demo-label -o keys/demo-label.key", 3, "keys/demo-label.key"},
      {"ledgerline consent grant ledger --party demo-publisher --key keys/demo-label.key --use COVER", 1,
       "speaks for demo-label, not for demo-publisher"},
      {"ledgerline consent grant ledger --party demo-label --key keys/demo-label.key --use DANCE", 3, "DANCE"},
      {"ledgerline consent grant ledger --party demo-label --key keys/demo-label.key --use COVER --territory XX", 3,
       "'XX' is neither"},
      {"ledgerline consent grant ledger --party demo-label --key keys/demo-label.key --use COVER --asset work:nothing",
       3, "not in the catalogue"},
      {"ledgerline consent grant ledger --party demo-label --key keys/demo-label.key --use COVER --from 2026-10-01 "
       "--to 2026-09-01",
       3, "--to 2026-09-01 is not after"},
      {"ledgerline consent revoke ledger --party demo-label --key keys/demo-label.key --entry 1", 3,
       "--entry 1 is no consent"},
      {"ledgerline cover ledger --song a.mid --recording rec-none --style hymn --seed 1 --territory DE --out o", 3,
       "--recording 'rec-none' is not in the catalogue"},
      {"ledgerline cover ledger --song a.mid --recording rec-greensleeves --style hymn --seed 1 --territory Germany "
       "--out o",
       3, "--territory 'Germany'"},
      {"ledgerline cover ledger --song a.mid --recording rec-greensleeves --style hymn --seed 1 --territory DE --out o "
       "--candidates 17",
       2, "candidates"},
      {"ledgerline rate ledger --recording rec-greensleeves --score 6", 2, "score"},
      {"ledgerline rate ledger --recording rec-greensleeves --score 5 --requester me", 3, "32 hex digits"},
      {"ledgerline close ledger --period October", 3, "expected a month like 2026-10"},
      {"ledgerline close ledger --period 2999-01", 1, "has not begun"},
      {"ledgerline statement ledger --party demo-label --period 2026-09", 3, "2026-09 is not closed"},
      {"ledgerline receipt ledger 0 -o parties.csv", 3, "'parties.csv' exists"},
      {"ledgerline verify short.json --vkey ledger/operator.vkey", 3, "no 'checkpoint'"},
      {"ledgerline verify absent.json --vkey ledger/operator.vkey", 3, "no file 'absent.json'"},
      {"ledgerline verify ledger --vkey nonsense", 3, "--vkey"},
      {"ledgerline verify ledger --vkey a+b+c", 3, "--vkey"},
  };
  for (const auto& test : kCases) {
    const Ran ran = Shell(test.command);
    EXPECT_EQ(ran.exit_status, test.exit_status) << test.command << "\n" << ran.out << ran.err;
    EXPECT_THAT(ran.err + ran.out, HasSubstr(test.says)) << test.command;
  }
}

TEST_F(CommandLineTest, EveryCommandSpeaksJson) {
  MakeLedger();
  Consent("demo-label");
  Write("usage.csv", kUsage);
  for (const std::string command : {"usage import ledger usage.csv",
                                    "close ledger --period 2026-09",
                                    "statement ledger --party '~unmatched' --period 2026-09",
                                    "explain ledger --party '~unmatched' --period 2026-09",
                                    "log ledger",
                                    "show ledger 3",
                                    "receipt ledger 3 -o r.json",
                                    "verify r.json --vkey ledger/operator.vkey",
                                    "verify ledger --vkey ledger/operator.vkey",
                                    "catalog list ledger --parties",
                                    "catalog list ledger --works",
                                    "catalog list ledger --recordings",
                                    "catalog list ledger --shares",
                                    "catalog list ledger --rates",
                                    "consent list ledger",
                                    "key show ledger",
                                    "key show ledger --vkey",
                                    "rate ledger --recording rec-greensleeves --score 4",
                                    "init other --origin other.example/log",
                                    "key new --name a -o a.key"}) {
    const std::string out = Fine("ledgerline --json " + command);
    EXPECT_TRUE(Json::accept(out)) << command << "\n" << out;
    EXPECT_FALSE(out.empty()) << command;
  }
}

TEST_F(CommandLineTest, ReceiptsOfEveryEntryVerify) {
  MakeLedger();
  Consent("demo-label");
  const size_t entries = Json::parse(Fine("ledgerline log ledger --json")).size();
  for (size_t i = 0; i < entries; ++i) {
    const std::string number = std::to_string(i);
    Fine("ledgerline receipt ledger " + number + " -o r" + number + ".json");
    Fine("ledgerline receipt ledger " + number + " -o r" + number + ".proof --format tlog-proof");
  }
  const std::string out = Fine("ledgerline verify r*.json r*.proof --vkey ledger/operator.vkey");
  size_t verified = 0;
  for (size_t at = 0; (at = out.find("VERIFIED:", at)) != std::string::npos; ++at) ++verified;
  EXPECT_EQ(verified, 2 * entries);
  std::string text = Read("r3.json");
  text.replace(text.find("\"entry\": \"") + 60, 1, text[text.find("\"entry\": \"") + 60] == 'A' ? "B" : "A");
  Write("r3.json", text);
  EXPECT_EQ(Shell("ledgerline verify r3.json --vkey ledger/operator.vkey").exit_status, 1);
}

TEST_F(CommandLineTest, HelpIsEverywhereAndNothingLinksLibTorch) {
  for (const std::string command :
       {"",        "init",      "catalog",      "catalog import", "catalog list",   "key",          "key show",
        "key new", "key enrol", "consent",      "consent grant",  "consent revoke", "consent list", "cover",
        "rate",    "usage",     "usage import", "close",          "statement",      "explain",      "log",
        "show",    "receipt",   "verify"}) {
    EXPECT_THAT(Fine("ledgerline " + command + " --help"), HasSubstr("Usage:")) << command;
  }
  const std::string libraries = Fine("ldd '" LEDGERLINE_BIN "/ledgerline'");
  EXPECT_THAT(libraries, HasSubstr("librocksdb"));
  EXPECT_THAT(libraries, Not(HasSubstr("torch")));
}

}  // namespace
}  // namespace ledgerline
