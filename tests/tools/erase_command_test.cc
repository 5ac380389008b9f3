// Erasing a party: nothing of it is left in any byte of the ledger, the key store or a backup, and every proof of
// before still verifies.
#include <nlohmann/json.hpp>

#include "tests/tools/command_line.h"

namespace ledgerline {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using Json = nlohmann::json;

class EraseCommandTest : public CommandLineTest {
 protected:
  static constexpr char kName[] = "Zyx Quintessa Unverwechselbar";
  static constexpr char kOther[] = "Bartholomaeus Nochda";

  void SetUp() override {
    CommandLineTest::SetUp();
    fs::copy("tools/demo", directory_, fs::copy_options::recursive);
    Write("persons.csv",
          std::string("party_id,role,name,ipi\np-1,writer,") + kName + ",00000000199\np-2,writer," + kOther + ",\n");
    Fine("ledgerline init ledger --origin test.example/erase");
    Fine("ledgerline catalog import ledger persons.csv");
    Fine("cp ledger/operator.vkey .");
  }
  // The only file whose name starts so.
  std::string OnlyFile(const std::string& in, const std::string& prefix) const {
    std::string found;
    for (const auto& entry : fs::directory_iterator(directory_ + "/" + in)) {
      if (!entry.path().filename().string().starts_with(prefix)) continue;
      EXPECT_EQ(found, "");
      found = in + "/" + entry.path().filename().string();
    }
    return found;
  }
  std::string KeyOf(const std::string& party) {
    return "ledger/private/keys/" + Fine("printf %s " + party + " | sha256sum | cut -d' ' -f1 | tr -d '\\n'") + ".key";
  }
  // Every file under `in` that holds `bytes`, the names of files included.
  std::vector<std::string> FilesWith(const std::string& in, const std::string& bytes) const {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(directory_ + "/" + in)) {
      const std::string path = entry.path().string().substr(directory_.size() + 1);
      if (path.find(bytes) != std::string::npos) found.push_back(path);
      if (entry.is_regular_file() && Read(path).find(bytes) != std::string::npos) found.push_back(path);
    }
    return found;
  }
};

TEST_F(EraseCommandTest, NothingIsLeftAnywhereAndEveryProofStillVerifies) {
  Fine("ledgerline receipt ledger 1 -o before.json && cp ledger/checkpoint kept.checkpoint");
  // A data backup of before: the log, without private parts and keys.
  Fine("ledgerline backup ledger backup");
  const std::string key = Read(KeyOf("p-1")), sealed = Read(OnlyFile("ledger/private/records", "p-1."));
  ASSERT_EQ(key.size(), 32u);
  ASSERT_GT(sealed.size(), 100u);
  const std::string nonce = sealed.substr(4, 12), body = sealed.substr(16, 32), tag = sealed.substr(sealed.size() - 16);
  // The search finds what is there.
  EXPECT_THAT(FilesWith("ledger", key), testing::SizeIs(1));
  EXPECT_THAT(FilesWith("ledger", body), testing::SizeIs(1));
  EXPECT_THAT(FilesWith(".", kName), testing::Contains("./persons.csv"));
  EXPECT_THAT(Fine("ledgerline catalog list ledger --parties"), HasSubstr(kName));

  const Json erased = Json::parse(Fine("ledgerline --json erase ledger p-1"));
  EXPECT_EQ(erased["records_destroyed"], 1);
  EXPECT_EQ(erased["key_destroyed"], true);
  for (const std::string& place : {std::string("ledger"), std::string("backup")}) {
    for (const std::string& secret :
         {std::string(kName), std::string("Unverwechselbar"), key, nonce, body, tag, sealed}) {
      EXPECT_THAT(FilesWith(place, secret), IsEmpty()) << secret;
    }
    EXPECT_THAT(FilesWith(place, kOther), IsEmpty()) << "sealed, not in the clear";
  }
  const std::string list = Fine("ledgerline catalog list ledger --parties");
  EXPECT_THAT(list, testing::AllOf(HasSubstr("(erased)"), HasSubstr(kOther), testing::Not(HasSubstr(kName))));
  EXPECT_THAT(Fine("ledgerline log ledger"), HasSubstr("the private records of p-1 are destroyed"));
  const std::string verified =
      Fine("ledgerline verify ledger before.json --vkey operator.vkey --checkpoint kept.checkpoint");
  EXPECT_THAT(verified, HasSubstr("erasures: 1 party erased"));
  EXPECT_THAT(verified, HasSubstr("no copy of the private records and keys of erased parties was kept elsewhere"));
  Fine("ledgerline restore backup restored --vkey operator.vkey && ledgerline verify restored --vkey operator.vkey");

  // It is said once, and the id does not come back.
  EXPECT_EQ(Json::parse(Fine("ledgerline --json erase ledger p-1"))["already_erased"], true);
  Write("again.csv", "party_id,role,name\np-1,writer,Somebody\n");
  EXPECT_THAT(Shell("ledgerline catalog import ledger again.csv").err, HasSubstr("party p-1 was erased by entry"));
  EXPECT_EQ(Shell("ledgerline erase ledger p-9").exit_status, 3);

  // A tombstone that is not true is found.
  Write("ledger/private/records/p-1." + std::string(32, 'a'), sealed);
  const Ran lie = Shell("ledgerline verify ledger --vkey operator.vkey");
  EXPECT_EQ(lie.exit_status, 1);
  EXPECT_THAT(lie.out, HasSubstr("says that p-1 is erased, but ledger/private/records/p-1."));
}

TEST_F(EraseCommandTest, WhatWasCutOffIsFinishedByRepeatingIt) {
  // After the mark; after the key; after everything; after the tombstone.
  const std::string mark =
      "mkdir -p ledger/private/erasing && : > ledger/private/erasing/p-1 && chmod 600 ledger/private/erasing/p-1";
  const std::string cuts[] = {mark, mark + " && rm " + KeyOf("p-1"),
                              mark + " && rm " + KeyOf("p-1") + " ledger/private/records/p-1.*"};
  for (const std::string& cut : cuts) {
    Fine("rm -rf copy && cp -a ledger copy && cd copy/.. && mv ledger whole && mv copy ledger");
    Fine(cut);
    const Json erased = Json::parse(Fine("ledgerline --json erase ledger p-1"));
    EXPECT_EQ(erased["already_erased"], false) << cut;
    EXPECT_THAT(FilesWith("ledger/private", "p-1"), IsEmpty());
    Fine("ledgerline verify ledger --vkey operator.vkey");
    Fine(mark);
    EXPECT_EQ(Json::parse(Fine("ledgerline --json erase ledger p-1"))["index"], erased["index"]);
    EXPECT_THAT(FilesWith("ledger/private", "p-1"), IsEmpty());
    Fine("rm -rf ledger && mv whole ledger");
  }
}

TEST_F(EraseCommandTest, AnOpenBalanceRefusesAndIsNamed) {
  // p-1 has a share in a recording that is used.
  Fine("ledgerline catalog import ledger parties.csv works.csv recordings.csv rates.csv");
  Write("set.csv",
        "share_set_id,asset,right,territories,valid_from,valid_to,status,party_id,share_ppm,controller\n"
        "set-p1,recording:rec-greensleeves,MASTER,WW,2020-01-01,,ACCEPTED,p-1,1000000,\n");
  Fine("ledgerline catalog import ledger set.csv");
  Write(
      "usage.csv",
      "recording_id,period,territory,tier,plays,revenue,currency\nrec-greensleeves,2026-09,DE,premium,10,12.50,EUR\n");
  Fine("ledgerline usage import ledger usage.csv");
  const Ran open = Shell("ledgerline erase ledger p-1");
  EXPECT_EQ(open.exit_status, 1);
  EXPECT_THAT(open.err, HasSubstr("p-1 is not erased, something is open:"));
  EXPECT_THAT(open.err, HasSubstr("12.5"));
  EXPECT_THAT(open.err,
              HasSubstr("EUR is the revenue of 1 usage row of its works or recordings that no close has settled"));
  EXPECT_THAT(Fine("ledgerline catalog list ledger --parties"), HasSubstr(kName));
  // Somebody without a share has nothing open.
  Fine("ledgerline erase ledger p-2");
}

}  // namespace
}  // namespace ledgerline
