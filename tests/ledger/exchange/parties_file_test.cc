#include "ledger/exchange/parties_file.h"

#include <gtest/gtest.h>

#include "crypto/sha256.h"
#include "ledger/exchange/catalogue_file.h"

namespace ledgerline::exchange {
namespace {

class CountingRandom : public crypto::RandomSource {
 public:
  Status Fill(std::span<uint8_t> out) override {
    for (uint8_t& byte : out) byte = next_++;
    return Status::Ok();
  }

 private:
  uint8_t next_ = 0;
};

class NoRandom : public crypto::RandomSource {
 public:
  Status Fill(std::span<uint8_t>) override { return Internal("no randomness"); }
};

constexpr char kParties[] =
    "party_id,role,name,ipi,isni,dpid\nben,publisher,\"Ben, Ltd\",,,PA-DPIDA-3897722461-G\nann,writer,Ann "
    "\xc3\x84,00014107338,0000 0001 2103 2683,\n";

TEST(PartiesFileTest, NamesStayOutOfThePublicPart) {
  CountingRandom random;
  const auto split = SplitPartiesFile(kParties, random);
  ASSERT_TRUE(split.ok()) << split.status().ToString();
  ASSERT_EQ(split->records.size(), 2u);
  EXPECT_EQ(split->records[0].id.text(), "ann");
  for (const char* secret : {"Ann", "Ben", "14107338", "2103", "PADPIDA"})
    EXPECT_EQ(split->public_csv.find(secret), std::string::npos) << secret;
  const auto file = ParseCatalogueFile(split->public_csv);
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  const auto& rows = std::get<std::vector<PartyRow>>(file->rows);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].commitment, split->records[0].Commitment());
  EXPECT_EQ(rows[1].role, PartyRole::kPublisher);
}

TEST(PartiesFileTest, CommitmentIsTheDocumentedHashAndBindsEveryField) {
  PartyRecord record;
  record.id = *PartyId::Parse("ann");
  record.role = PartyRole::kWriter;
  record.name = "Ann";
  record.ipi = "00014107338";
  record.salt = std::string(kPartySaltBytes, 's');
  std::string expected = "ledgerline/party/v1\n" + record.salt;
  for (const std::string part : {"ann", "writer", "Ann", "00014107338", "", ""})
    expected += std::string(3, '\0') + static_cast<char>(part.size()) + part;
  EXPECT_EQ(record.Commitment(), crypto::Sha256(expected));
  std::vector<PartyRecord> others(7, record);
  others[0].id = *PartyId::Parse("anna");
  others[1].role = PartyRole::kLabel;
  others[2].name = "Anna";
  others[3].ipi = "";
  others[4].isni = "0000000121032683";
  others[5].dpid = "PADPIDA3897722461G";
  others[6].salt[0] = 'x';
  for (const PartyRecord& other : others) EXPECT_NE(other.Commitment(), record.Commitment());
}

TEST(PartiesFileTest, RecordsGoThereAndBackAndNothingElseDoes) {
  CountingRandom random;
  const auto split = SplitPartiesFile(kParties, random);
  for (const PartyRecord& record : split->records) {
    const std::string json = record.Serialize();
    const auto read = PartyRecord::Parse(json);
    ASSERT_TRUE(read.ok()) << read.status().ToString();
    EXPECT_EQ(read->Commitment(), record.Commitment());
    EXPECT_EQ(PartyRecord::Parse(json + " ").status().code(), StatusCode::kInvalidArgument);
  }
  for (const char* wrong : {"", "[]", "{}", "{\"party_id\":\"ann\"}", "nul", "{\"party_id\":7}"})
    EXPECT_EQ(PartyRecord::Parse(wrong).status().code(), StatusCode::kInvalidArgument) << wrong;
}

TEST(PartiesFileTest, TwoPartiesOfOneNameDoNotLookAlike) {
  CountingRandom random;
  const auto split = SplitPartiesFile("party_id,role,name\np1,writer,Ann\np2,writer,Ann\n", random);
  EXPECT_NE(split->records[0].salt, split->records[1].salt);
}

TEST(PartiesFileTest, WarnsRefusesAndNeverGoesOnWithoutRandomness) {
  CountingRandom random;
  const auto warned = SplitPartiesFile("party_id,role,name,ipi\nann,writer,Ann,00014107339\n", random);
  ASSERT_TRUE(warned.ok());
  ASSERT_EQ(warned->warnings.size(), 1u);
  EXPECT_EQ(warned->records[0].ipi, "00014107339");
  EXPECT_EQ(SplitPartiesFile("party_id,role,name\nann,singer,Ann\n", random).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(SplitPartiesFile("party_id,role,name\nann,writer,\n", random).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(SplitPartiesFile("party_id,role,name\nann,writer,A\nann,writer,B\n", random).status().code(),
            StatusCode::kInvalidArgument);
  NoRandom none;
  EXPECT_EQ(SplitPartiesFile("party_id,role,name\nann,writer,A\n", none).status().code(), StatusCode::kInternal);
}

}  // namespace
}  // namespace ledgerline::exchange
