// What is open for a party: balances, money that is held, usage that no close has settled; and what settles each.
#include "ledger/royalty/open_amounts.h"

#include "tests/ledger/royalty/demo_close.h"

namespace ledgerline {
namespace {

using royalty::OpenAmounts;

class OpenAmountsTest : public ::testing::Test {
 protected:
  OpenAmountsTest() { AddDemo(ledger_, kProRata); }
  // A line for each.
  std::string Open(const std::string& party) {
    const auto open = OpenAmounts(ledger_.fold, *PartyId::Parse(party), ledger_.blobs);
    EXPECT_TRUE(open.ok()) << open.status().ToString();
    std::string text;
    for (const royalty::OpenAmount& each : open.value()) text += each.ToString() + "\n";
    return text;
  }
  LedgerBuilder ledger_;
};

TEST_F(OpenAmountsTest, UsageIsOpenUntilACloseSettlesItAndThenTheBalanceIs) {
  EXPECT_EQ(Open("ann"), "");
  ledger_.File(Usage("cov-1,2026-10,DE,premium,100,10,EUR\ncov-1,2026-10,DE,premium,10,2.5,USD\n"));
  EXPECT_EQ(Open("ann"),
            "10.00 EUR is the revenue of 1 usage row of its works or recordings that no close has settled\n"
            "2.50 USD is the revenue of 1 usage row of its works or recordings that no close has settled\n");
  EXPECT_EQ(Open("label"), Open("ann"));
  ledger_.File("party_id,role,name\nnobody,writer,Nobody\n");
  EXPECT_EQ(Open("nobody"), "");
  ledger_.Close("2026-10");
  // 10 EUR at 65 % is 6.50; half of it publishing, of which ann has 60 %; the USD row has no rate.
  EXPECT_EQ(Open("ann"), "1.95 EUR is the closing balance of 2026-10\n");
  EXPECT_EQ(Open("label"), "3.25 EUR is the closing balance of 2026-10\n");
  // A correction takes it back: open while it is not settled, and then nothing is.
  ledger_.File(Usage("cov-1,2026-10,DE,premium,0,-10,EUR\n"));
  EXPECT_NE(Open("ann").find("-10.00 EUR is the revenue of 1 usage row"), std::string::npos) << Open("ann");
  ledger_.Close("2026-11");
  EXPECT_EQ(Open("ann"), "");
  EXPECT_EQ(Open("label"), "");
}

TEST_F(OpenAmountsTest, HeldMoneyIsOpenForEverybodyWhoMayHaveAShareOfIt) {
  ledger_.Revoke("ann", 6);
  const uint64_t made = ledger_.Cover({"cov-2", {{"rec-1", kWholePpm}}});
  ASSERT_FALSE(ledger_.rights().Generation(EntryIndex{made})->verdict.authorised());
  ledger_.File(Usage("cov-2,2026-10,DE,premium,100,10,EUR\n"));
  ledger_.Close("2026-10");
  EXPECT_EQ(Open("ann"), "6.50 EUR is held on works or recordings that it has shares in\n");
  EXPECT_EQ(Open("label"), Open("ann"));
  ledger_.File("party_id,role,name\nnobody,writer,Nobody\n");
  EXPECT_EQ(Open("nobody"), "");
  ledger_.File(Usage("cov-2,2026-10,DE,premium,0,-10,EUR\n"));
  ledger_.Close("2026-11");
  EXPECT_EQ(Open("ann"), "");
}

// The tombstone in the fold.
TEST_F(OpenAmountsTest, ATombstoneNamesAllThatTheLedgerCommittedTo) {
  const auto erasure = [&](const std::string& party, std::vector<std::string> commitments) {
    v1::Payload payload;
    payload.mutable_erasure()->set_party_id(party);
    for (const std::string& each : commitments) payload.mutable_erasure()->add_commitments(each);
    return payload;
  };
  ledger_.File("party_id,role,name\nann,writer,Ann Again\n");
  const auto versions = ledger_.rights().PartyVersions(*PartyId::Parse("ann"));
  ASSERT_EQ(versions.size(), 2u);
  const std::string first = versions[0]->row.commitment.ToBytes(), second = versions[1]->row.commitment.ToBytes();
  const auto fault_of = [&](const v1::Payload& payload, const crypto::PrivateKey& key) {
    const size_t before = ledger_.rights().faults().size();
    ledger_.Add(payload, key);
    return ledger_.rights().faults().size() == before ? std::string() : ledger_.rights().faults().back().text;
  };
  const crypto::PrivateKey& op = ledger_.operator_key();
  EXPECT_NE(fault_of(erasure("ann", {first, second}), TestKey(9)).find("not signed by an operator's key"),
            std::string::npos);
  EXPECT_NE(fault_of(erasure("who", {first}), op).find("which is not known"), std::string::npos);
  EXPECT_NE(fault_of(erasure("ann", {first}), op).find("names 1 commitments, which are not the 2"), std::string::npos);
  EXPECT_NE(fault_of(erasure("ann", {first, first}), op).find("are not the 2"), std::string::npos);
  EXPECT_EQ(ledger_.rights().Erasure(*PartyId::Parse("ann"), ledger_.fold.size()), nullptr);
  const uint64_t entry = ledger_.next();
  EXPECT_EQ(fault_of(erasure("ann", {first, second}), op), "");
  EXPECT_EQ(ledger_.rights().Erasure(*PartyId::Parse("ann"), ledger_.fold.size())->entry, EntryIndex{entry});
  EXPECT_EQ(ledger_.rights().Erasure(*PartyId::Parse("ann"), TreeSize{entry}), nullptr) << "as of before";
  EXPECT_NE(fault_of(erasure("ann", {first, second}), op).find("was erased already"), std::string::npos);
}

}  // namespace
}  // namespace ledgerline
