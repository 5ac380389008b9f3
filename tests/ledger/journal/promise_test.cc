// Promises: signed once a commit, true for each of its entries, and for nothing else.
#include "ledger/journal/promise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ledger/journal/journal_fixture.h"
#include "tests/ledger/journal/key_payloads.h"
#include "tests/ledger/journal/memory_storage.h"

namespace ledgerline::journal {
namespace {

using testing::HasSubstr;

// Counts signatures; may be away.
class CountingSigner : public crypto::Signer {
 public:
  crypto::PublicKey public_key() const override { return key_.public_key(); }
  Result<crypto::Signature> Sign(std::string_view message) const override {
    ++signatures;
    if (away) return Unavailable("the token is away");
    return key_.Sign(message);
  }
  mutable std::atomic<int> signatures{0};
  bool away = false;

 private:
  const crypto::KeySigner key_ = TestSigner('o');
};

class PromiseTest : public testing::Test {
 protected:
  void SetUp() override {
    journal_ = Journal::Create(std::make_unique<MemoryStorage>(std::make_shared<MemoryRecords>()), kTestOrigin, signer_,
                               clock_, {.own_thread = false})
                   .value();
  }
  void Queue(const std::string& key) {
    ASSERT_TRUE(journal_
                    ->SubmitAsync(RatingRequest(submitter_, key),
                                  [this, key](Result<Committed> result) { answers_[key] = std::move(result).value(); })
                    .ok());
  }

  CountingSigner signer_;
  const crypto::KeySigner submitter_ = TestSigner('o');
  TestClock clock_;
  std::unique_ptr<Journal> journal_;
  std::map<std::string, Committed> answers_;
};

TEST_F(PromiseTest, OneSignatureACommitAndAPathForEachEntry) {
  for (int i = 0; i < 7; ++i) Queue(std::to_string(i));
  signer_.signatures = 0;
  ASSERT_EQ(journal_->CommitQueued().value(), 7u);
  EXPECT_EQ(signer_.signatures, 1);
  for (const auto& [key, committed] : answers_) {
    const Promise promise = committed.promise().value();
    EXPECT_EQ(promise.index, committed.index);
    EXPECT_EQ(promise.leaf_hash, committed.leaf_hash);
    EXPECT_EQ(Promise::Parse(promise.Serialize())->Serialize(), promise.Serialize());
    const PromisedCommit commit = promise.Verify(journal_->checkpoint_key()).value();
    EXPECT_EQ(commit.first, EntryIndex{1});
    EXPECT_EQ(commit.count, 7u);
    EXPECT_EQ(commit.recorded_at_us, clock_.now_us);
  }
  EXPECT_EQ(signer_.signatures, 1);
  // Sent again: a promise over the entry alone.
  Queue("3");
  ASSERT_EQ(journal_->CommitQueued().value(), 1u);
  const PromisedCommit again = answers_["3"].promise()->Verify(journal_->checkpoint_key()).value();
  EXPECT_EQ(again.first, EntryIndex{4});
  EXPECT_EQ(again.count, 1u);
}

TEST_F(PromiseTest, NothingElseIsPromised) {
  for (int i = 0; i < 5; ++i) Queue(std::to_string(i));
  ASSERT_TRUE(journal_->CommitQueued().ok());
  const Promise promise = answers_["2"].promise().value();
  const crypto::VerifierKey key = journal_->checkpoint_key();
  const auto refused = [&](const std::function<void(Promise&)>& alter) {
    Promise altered = promise;
    alter(altered);
    return altered.Verify(key).status();
  };
  EXPECT_EQ(refused([](Promise& p) { p.index = EntryIndex{2}; }).code(), StatusCode::kDataLoss);
  EXPECT_THAT(refused([](Promise& p) { p.index = EntryIndex{6}; }).message(), HasSubstr("promises entries 1 to 5"));
  EXPECT_THAT(refused([](Promise& p) { p.index = EntryIndex{0}; }).message(), HasSubstr("promises entries 1 to 5"));
  EXPECT_EQ(refused([](Promise& p) { p.leaf_hash.bytes[0] ^= 1; }).code(), StatusCode::kDataLoss);
  EXPECT_EQ(refused([](Promise& p) { p.path[1].bytes[0] ^= 1; }).code(), StatusCode::kDataLoss);
  EXPECT_EQ(refused([](Promise& p) { p.path.pop_back(); }).code(), StatusCode::kDataLoss);
  EXPECT_EQ(refused([](Promise& p) { p.note.replace(p.note.find("\n5\n"), 3, "\n6\n"); }).code(),
            StatusCode::kPermissionDenied);
  const crypto::VerifierKey other = crypto::VerifierKey::Create(kTestOrigin, TestSigner('x').public_key()).value();
  EXPECT_EQ(promise.Verify(other).status().code(), StatusCode::kPermissionDenied);
  // Neither note passes for the other.
  EXPECT_FALSE(crypto::OpenCheckpoint(promise.note, key).ok());
  Promise checkpoint = promise;
  checkpoint.note = journal_->LatestCheckpoint();
  EXPECT_THAT(checkpoint.Verify(key).status().message(), HasSubstr("ledgerline/promise/v1"));
}

TEST_F(PromiseTest, EveryChangedByteIsRefused) {
  for (int i = 0; i < 3; ++i) Queue(std::to_string(i));
  ASSERT_TRUE(journal_->CommitQueued().ok());
  const std::string text = answers_["1"].promise()->Serialize();
  for (size_t i = 0; i < text.size(); ++i) {
    std::string altered = text;
    altered[i] ^= 1;
    const Result<Promise> promise = Promise::Parse(altered);
    EXPECT_FALSE(promise.ok() && promise->Verify(journal_->checkpoint_key()).ok()) << "byte " << i;
  }
  EXPECT_EQ(Promise::Parse(std::string(kPromiseBytesMax + 1, 'x')).status().code(), StatusCode::kOutOfRange);
  EXPECT_THAT(Promise::Parse("x\n").status().message(), HasSubstr("\"x\" is not ledgerline-promise/1"));
  EXPECT_THAT(Promise::Parse("ledgerline-promise/1\n01\n").status().message(), HasSubstr("the entry's index"));
  EXPECT_THAT(Promise::Parse("ledgerline-promise/1\n1\nAA==\n").status().message(), HasSubstr("the leaf hash"));
}

TEST_F(PromiseTest, ATokenThatIsAwayTakesThePromiseAndNotTheEntry) {
  Queue("1");
  signer_.away = true;
  ASSERT_TRUE(journal_->CommitQueued().ok());
  EXPECT_EQ(answers_["1"].index, EntryIndex{1});
  EXPECT_EQ(journal_->size(), TreeSize{2});
  EXPECT_THAT(answers_["1"].promise().status().message(), HasSubstr("the token is away"));
}

// Who asks again after a rotation gets a promise under the keys of today: the old one may be gone.
TEST_F(PromiseTest, AnOldEntryIsPromisedAgainByTheKeysOfToday) {
  const crypto::KeySigner next = TestSigner('n');
  const auto commit = [&](const std::string& key, const std::string& payload) {
    ASSERT_TRUE(journal_
                    ->SubmitAsync(Request(submitter_, key, payload),
                                  [this, key](Result<Committed> result) { answers_[key] = std::move(result).value(); })
                    .ok());
    ASSERT_TRUE(journal_->CommitQueued().ok());
  };
  const auto old_key = crypto::VerifierKey::Create(kTestOrigin, signer_.public_key()).value();
  const auto new_key = crypto::VerifierKey::Create(kTestOrigin, next.public_key()).value();
  const auto signed_by = [&](const crypto::VerifierKey& key) { return answers_["old"].promise()->Verify(key).ok(); };
  journal_->AddOperatorSigner(next);
  commit("old", RatingPayload("old"));
  EXPECT_TRUE(signed_by(old_key) && !signed_by(new_key)) << "before the rotation";
  commit("rotate", RotationPayload(signer_, next));
  commit("old", RatingPayload("old"));
  EXPECT_TRUE(signed_by(old_key) && signed_by(new_key)) << "during the overlap";
  commit("revoke", RevocationPayload(signer_, 3, v1::KEY_REVOCATION_REASON_ROTATED));
  signer_.away = true;
  commit("old", RatingPayload("old"));
  EXPECT_TRUE(answers_["old"].already_existed && answers_["old"].index == EntryIndex{1});
  EXPECT_TRUE(!signed_by(old_key) && signed_by(new_key)) << "after it";
}

TEST(PromiseOfBatchTest, HeaderAndItems) {
  const crypto::KeySigner signer = TestSigner('o');
  TestClock clock;
  const auto journal =
      Journal::Create(std::make_unique<MemoryStorage>(std::make_shared<MemoryRecords>()), kTestOrigin, signer, clock)
          .value();
  const std::vector<ItemContent> items{{"a", RatingPayload("a")}, {"b", RatingPayload("b")}};
  const std::string batch = SignBatch(kTestOrigin, "header", items, signer).value();
  for (const bool again : {false, true}) {
    const CommittedBatch committed = journal->SubmitBatch({batch, {}}).value();
    EXPECT_EQ(committed.header.already_existed, again);
    EXPECT_EQ(committed.header.promise()->Verify(journal->checkpoint_key())->count, 3u);
    EXPECT_EQ(committed.items[1].promise()->Verify(journal->checkpoint_key())->first, EntryIndex{1});
  }
}

}  // namespace
}  // namespace ledgerline::journal
