// Golden files of every format that the journal writes: with a fixed key, clock and submissions the bytes are fixed. If
// one of these changes, ledgers that exist can no longer be read or proved as before; see docs/formats/.
// LEDGERLINE_WRITE_GOLDEN=1 writes them anew, for a commit that changes a format on purpose.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "crypto/key_file.h"
#include "crypto/sealed_record.h"
#include "ledger/journal/tlog_proof.h"
#include "tests/ledger/journal/journal_fixture.h"
#include "tests/ledger/journal/memory_storage.h"

namespace ledgerline::journal {
namespace {

// Tests run in the repository's root.
void ExpectGolden(const std::string& name, const std::string& bytes) {
  const std::string path = "tests/golden/journal/" + name;
  if (std::getenv("LEDGERLINE_WRITE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << bytes;
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path;
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), bytes) << path;
}

class CountingRandom : public crypto::RandomSource {
 public:
  Status Fill(std::span<uint8_t> out) override {
    for (uint8_t& byte : out) byte = next_++;
    return Status::Ok();
  }

 private:
  uint8_t next_ = 0;
};

TEST(GoldenTest, AJournalOfFourEntries) {
  const crypto::KeySigner signer = TestSigner('o'), party = TestSigner('p');
  TestClock clock;
  const auto held = std::make_shared<MemoryRecords>();
  auto journal =
      Journal::Create(std::make_unique<MemoryStorage>(held), kTestOrigin, signer, clock, {.fold_entries_min = 3})
          .value();
  const std::string rows = "period,plays\n2026-10,7\n";
  clock.now_us += 1;
  ASSERT_TRUE(
      journal->Submit(Request(signer, "enrol", EnrolmentPayload(party, v1::KEY_ROLE_PARTY, "party-1", 5, 0))).ok());
  ASSERT_TRUE(journal->Submit(Request(party, "consent", ConsentPayload("party-1"))).ok());
  ASSERT_TRUE(journal->Submit(Request(signer, "usage", UsagePayload(rows), {rows})).ok());
  ASSERT_TRUE(journal->SignCheckpoint().ok());
  const std::string verifier_key = journal->checkpoint_key().ToString();
  const std::string receipt = MakeReceipt(*journal, EntryIndex{2})->Serialize();
  const std::string bundle = journal->ReadEntryBundle(0, 4).value();
  journal.reset();  // the fold of the first three keys is done
  // Entries and submissions, checkpoints, tiles, indices and the state record: every record of the store.
  std::string records;
  for (const auto& [key, value] : held->records) records += HexEncode(key) + " " + HexEncode(value) + "\n";
  ExpectGolden("records.hex", records);
  ExpectGolden("checkpoint", *held->published);
  ExpectGolden("verifier_key", verifier_key + "\n");
  ExpectGolden("receipt.tlog-proof", receipt);
  ExpectGolden("entry_bundle.hex", HexEncode(bundle) + "\n");
}

TEST(GoldenTest, KeyFileAndSealedRecord) {
  const crypto::NamedKey key{kTestOrigin, crypto::PrivateKey::FromSeed(std::string(32, 'o')).value()};
  ExpectGolden("private_key", crypto::FormatPrivateKey(key));
  CountingRandom random;
  const crypto::SealKey seal_key = crypto::SealKey::Generate(random).value();
  ExpectGolden("sealed_record.hex",
               HexEncode(crypto::Seal(seal_key, "party-1", "Erika Mustermann", random).value()) + "\n");
}

}  // namespace
}  // namespace ledgerline::journal
