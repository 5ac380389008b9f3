// C2SP tlog-proof.
#include "ledger/journal/tlog_proof.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ledger/journal/journal_fixture.h"
#include "tests/ledger/journal/memory_storage.h"

namespace ledgerline::journal {
namespace {

using testing::HasSubstr;

class TlogProofTest : public testing::Test {
 protected:
  void SetUp() override {
    journal_ = Journal::Create(std::make_unique<MemoryStorage>(std::make_shared<MemoryRecords>()), kTestOrigin,
                               operator_, clock_)
                   .value();
    for (int i = 1; i < 9; ++i) ASSERT_TRUE(journal_->Submit(RatingRequest(operator_, std::to_string(i))).ok());
    ASSERT_TRUE(journal_->SignCheckpoint().ok());
  }
  const crypto::KeySigner operator_ = TestSigner('o');
  TestClock clock_;
  std::unique_ptr<Journal> journal_;
};

TEST_F(TlogProofTest, AReceiptVerifiesOfflineFromItsTextAlone) {
  for (uint64_t i = 0; i < 9; ++i) {
    const std::string text = MakeReceipt(*journal_, EntryIndex{i})->Serialize();
    const TlogProof proof = TlogProof::Parse(text).value();
    EXPECT_EQ(proof.Serialize(), text);
    EXPECT_EQ(proof.extra, journal_->ReadEntry(EntryIndex{i}).value());
    const crypto::Checkpoint checkpoint = proof.Verify(*proof.extra, journal_->checkpoint_key()).value();
    EXPECT_EQ(checkpoint.size, TreeSize{9});
    EXPECT_EQ(checkpoint.root, journal_->root());
  }
}

TEST_F(TlogProofTest, TheTextIsTheSpecifications) {
  TlogProof proof = MakeReceipt(*journal_, EntryIndex{8}).value();
  proof.extra = "extra bytes";
  ASSERT_EQ(proof.hashes.size(), 1u) << "entry 8 of 9 hangs on the right of the root";
  EXPECT_EQ(proof.Serialize(), "c2sp.org/tlog-proof@v1\nextra ZXh0cmEgYnl0ZXM=\nindex 8\n" +
                                   Base64Encode(proof.hashes[0].view()) + "\n\n" + journal_->LatestCheckpoint());
  proof.extra.reset();
  EXPECT_EQ(TlogProof::Parse(proof.Serialize())->extra, std::nullopt);
}

TEST_F(TlogProofTest, EveryChangedByteIsRefused) {
  const std::string text = MakeReceipt(*journal_, EntryIndex{3})->Serialize();
  for (size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] ^= 1;
    const Result<TlogProof> proof = TlogProof::Parse(changed);
    EXPECT_FALSE(proof.ok() && proof->extra && proof->Verify(*proof->extra, journal_->checkpoint_key()).ok())
        << "byte " << at;
  }
}

TEST_F(TlogProofTest, MalformedTextsAreRefused) {
  const std::string hash = Base64Encode(Hash256{}.view()) + "\n";
  const std::string note = journal_->LatestCheckpoint();
  const std::string head = "c2sp.org/tlog-proof@v1\n";
  EXPECT_TRUE(TlogProof::Parse(head + "index 0\n\n" + note).ok());
  for (const std::string& bad :
       {std::string(), std::string("c2sp.org/tlog-proof@v2\nindex 0\n\n") + note, head + "\n" + note,
        head + "index 00\n\n" + note, head + "index -1\n\n" + note, head + "index \n\n" + note,
        head + "index 99999999999999999999\n\n" + note, head + "extra !\nindex 0\n\n" + note,
        head + "index 0\nextra AAAA\n\n" + note, head + "index 0\nAAAA\n\n" + note, head + "index 0\n" + hash + note,
        head + "index 0\n\n", head + "index 0\n\nnot a note\n", head + "index 0\n\n" + note + "\n",
        std::string("c2sp.org/tlog-proof@v1")}) {
    EXPECT_EQ(TlogProof::Parse(bad).status().code(), StatusCode::kInvalidArgument) << bad;
  }
  std::string deep = head + "index 0\n";
  for (int i = 0; i < 60; ++i) deep += hash;
  EXPECT_TRUE(TlogProof::Parse(deep + "\n" + note).ok());
  EXPECT_FALSE(TlogProof::Parse(deep + hash + "\n" + note).ok());
  EXPECT_FALSE(TlogProof::Parse(std::string(kTlogProofBytesMax + 1, 'x')).ok());
}

TEST_F(TlogProofTest, ReceiptsNeedACheckpointThatCoversTheEntry) {
  ASSERT_TRUE(journal_->Submit(RatingRequest(operator_, "9")).ok());
  const Status status = MakeReceipt(*journal_, EntryIndex{9}).status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("the last covers 9 entries"));
  EXPECT_EQ(MakeReceipt(*journal_, EntryIndex{10}).status().code(), StatusCode::kNotFound);
  ASSERT_TRUE(journal_->SignCheckpoint().ok());
  const TlogProof proof = MakeReceipt(*journal_, EntryIndex{9}).value();
  const crypto::KeySigner stranger = TestSigner('s');
  const crypto::VerifierKey other = crypto::VerifierKey::Create(kTestOrigin, stranger.public_key()).value();
  EXPECT_EQ(proof.Verify(*proof.extra, other).status().code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(proof.Verify("another entry", journal_->checkpoint_key()).status().code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace ledgerline::journal
