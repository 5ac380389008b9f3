// The two forgeries of the quickstart, written through RocksDB itself into a copy of a ledger.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <unistd.h>

#include <filesystem>

#include "ledger/store/journal_directory.h"
#include "ledger/store/rocks_storage.h"
#include "tests/ledger/journal/journal_fixture.h"

namespace ledgerline::store {
namespace {

using testing::HasSubstr;

class ForgeryTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "forgery." + std::to_string(::getpid());
    std::filesystem::remove_all(directory_);
    auto storage = CreateRocksStorage({.directory = directory_, .sync_commits = false}).value();
    auto journal = journal::Journal::Create(std::move(storage), journal::kTestOrigin, operator_, clock_).value();
    for (int i = 1; i <= 400; ++i) {
      ASSERT_TRUE(journal->Submit(journal::RatingRequest(operator_, std::to_string(i))).ok());
    }
    ASSERT_TRUE(journal->SignCheckpoint().ok());
    options_.checkpoint_key = journal->checkpoint_key();
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  const crypto::KeySigner operator_ = journal::TestSigner('o');
  journal::TestClock clock_;
  std::string directory_;
  journal::VerifyOptions options_;
};

TEST_F(ForgeryTest, AnUntouchedLedgerPasses) {
  const journal::VerifyReport report = VerifyDirectory(directory_, options_);
  EXPECT_TRUE(report.passed()) << journal::FailedChecks(report);
  EXPECT_EQ(report.size, TreeSize{401});
  EXPECT_EQ(report.checkpoint_size, TreeSize{401});
  EXPECT_TRUE(report.key_from_outside);
}

TEST_F(ForgeryTest, OneEntryRewrittenThroughRocksDbIsNamed) {
  rocksdb::DB* raw = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open({}, directory_ + "/db", &raw).ok());
  std::unique_ptr<rocksdb::DB> db(raw);
  std::string bytes;
  const std::string key = journal::keyspace::EntryRunKey(EntryIndex{137});  // submitted alone: a run of its own
  ASSERT_TRUE(db->Get({}, key, &bytes).ok());
  ASSERT_TRUE(
      db->Put({}, key,
              journal::EncodeRun({journal::AlterRating(std::string(journal::ParseRun(bytes)->front()), operator_, 5)}))
          .ok());
  db.reset();
  const journal::VerifyReport report = VerifyDirectory(directory_, options_);
  EXPECT_FALSE(report.passed());
  EXPECT_THAT(journal::FailuresOf(report, "leaf hashes"), HasSubstr("entry 137 hashes to"));
  EXPECT_THAT(journal::FailuresOf(report, "hash chain"), HasSubstr("entry 138 names"));
  EXPECT_EQ(journal::FailedChecks(report), "leaf hashes, hash chain") << "and nothing else";
}

TEST_F(ForgeryTest, HistoryRewrittenWithEveryLaterHashIsCaughtByTheSignedCheckpoint) {
  {
    auto storage = OpenRocksStorage({.directory = directory_}).value();
    journal::RewriteHistory(*storage, 137, operator_);
  }
  const journal::VerifyReport report = VerifyDirectory(directory_, options_);
  EXPECT_EQ(journal::FailedChecks(report), "checkpoints") << "everything else is consistent";
  EXPECT_THAT(journal::FailuresOf(report, "checkpoints"), HasSubstr("history before it was rewritten"));
  EXPECT_EQ(OpenJournal(directory_, operator_, clock_).status().code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace ledgerline::store
