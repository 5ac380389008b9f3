// Durability: the power goes at a random change of a file or a directory while 16 submitters write; after each cut
// nothing that was acknowledged may be missing. The same with sync turned off must lose something, or this test could
// not tell.
#include <gtest/gtest.h>
#include <rocksdb/env.h>
#include <unistd.h>

#include <filesystem>
#include <mutex>
#include <random>
#include <thread>

#include "ledger/store/rocks_storage.h"
#include "tests/ledger/journal/journal_fixture.h"
#include "tests/ledger/store/fault_file_system.h"
#include "tests/under_sanitizers.h"

namespace ledgerline::store {
namespace {

using journal::Committed;
using journal::Journal;

constexpr int kSubmitters = 16;

struct Acknowledged {
  std::string key;
  Committed committed;
};

constexpr journal::JournalOptions kOptions{.fold_entries_min = 50};  // many folds of idempotency keys

class PowerCutTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "power_cut." + std::to_string(::getpid());
    Clear();
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  void Clear() {
    std::filesystem::remove_all(directory_);
    acknowledged_.clear();
  }

  RocksStorageOptions Options(bool sync) const {
    return {.directory = directory_, .env = env_.get(), .sync_commits = sync};
  }
  // A journal that exists durably before anything is cut.
  void Create(bool sync) {
    auto storage = CreateRocksStorage(Options(sync)).value();
    ASSERT_TRUE(Journal::Create(std::move(storage), journal::kTestOrigin, operator_, clock_, kOptions).ok());
    std::unique_ptr<rocksdb::FSDirectory> directory;
    ASSERT_TRUE(file_system_->NewDirectory(directory_ + "/db", {}, &directory, nullptr).ok());
    ASSERT_TRUE(directory->Fsync({}, nullptr).ok());
  }

  // Submits from 16 threads until the power goes at the n-th change of the file system.
  void SubmitUntilCut(bool sync, uint64_t operations) {
    file_system_->FailChange(operations, Fault::kCutBefore);
    Result<std::unique_ptr<journal::Storage>> storage = OpenRocksStorage(Options(sync));
    if (!storage.ok()) return;  // cut while opening
    Result<std::unique_ptr<Journal>> journal = Journal::Open(std::move(*storage), operator_, clock_, kOptions);
    if (!journal.ok()) {
      ASSERT_TRUE(file_system_->cut()) << journal.status().ToString();
      return;
    }
    std::mutex mutex;
    std::vector<std::thread> threads;
    for (int t = 0; t < kSubmitters; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0;; ++i) {
          const std::string key = std::to_string(round_) + "/" + std::to_string(t) + "/" + std::to_string(i);
          const Result<Committed> committed = (*journal)->Submit(journal::RatingRequest(operator_, key));
          if (!committed.ok()) return;
          {
            const std::lock_guard lock(mutex);
            acknowledged_.push_back({key, *committed});
          }
          if (t == 0 && sign_checkpoints_ && !(*journal)->SignCheckpoint().ok()) return;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

  // How many acknowledged entries are not there, or are not what was acknowledged. Nothing: the journal does not open.
  std::optional<size_t> Lost(bool sync) {
    Result<std::unique_ptr<journal::Storage>> storage = OpenRocksStorage(Options(sync));
    if (!storage.ok()) {
      why_ = storage.status().ToString();
      return std::nullopt;
    }
    Result<std::unique_ptr<Journal>> journal = Journal::Open(std::move(*storage), operator_, clock_, kOptions);
    if (!journal.ok()) {
      why_ = journal.status().ToString();
      return std::nullopt;
    }
    size_t lost = 0;
    for (const Acknowledged& ack : acknowledged_) {
      const Result<std::string> bytes = (*journal)->ReadEntry(ack.committed.index);
      const auto found = (*journal)->FindSubmission(journal::KeyId(operator_.public_key()), ack.key);
      if (!bytes.ok() || crypto::LeafHash(*bytes) != ack.committed.leaf_hash || !found.ok() ||
          *found != ack.committed.index) {
        ++lost;
      }
    }
    const journal::VerifyReport report =
        VerifyJournal((*journal)->storage(), {.checkpoint_key = (*journal)->checkpoint_key(), .progress = {}});
    EXPECT_TRUE(report.passed()) << journal::FailedChecks(report);
    return lost;
  }

  // `cuts` cuts; a new journal every ten.
  void Run(bool sync, int cuts, bool torn, uint64_t seed, size_t& lost, size_t& refused) {
    std::mt19937_64 random(seed);
    SCOPED_TRACE("seed " + std::to_string(seed));
    for (round_ = 0; round_ < cuts; ++round_) {
      if (round_ % 10 == 0) {
        Clear();
        Create(sync);
      }
      SubmitUntilCut(sync, 1 + random() % 200);
      ASSERT_TRUE(file_system_->cut());
      file_system_->Restart(torn ? &random : nullptr);
      const std::optional<size_t> missing = Lost(sync);
      if (!missing) {
        ++refused;
        round_ += 9 - round_ % 10;  // what does not open cannot go on
        continue;
      }
      lost += *missing;
      if (*missing > 0) acknowledged_.clear();
      total_ += acknowledged_.size();
    }
  }

  const crypto::KeySigner operator_ = journal::TestSigner('o');
  journal::TestClock clock_;
  std::shared_ptr<FaultFileSystem> file_system_ = std::make_shared<FaultFileSystem>();
  std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(file_system_);
  std::string directory_;
  std::string why_;
  bool sign_checkpoints_ = true;
  int round_ = 0;
  size_t total_ = 0;
  std::vector<Acknowledged> acknowledged_;
};

TEST_F(PowerCutTest, CutsLoseNothingThatWasAcknowledged) {
  size_t lost = 0, refused = 0;
  Run(/*sync=*/true, /*cuts=*/kUnderSanitizers ? 50 : 200, /*torn=*/false, /*seed=*/20261024, lost, refused);
  EXPECT_EQ(lost, 0u);
  EXPECT_EQ(refused, 0u) << why_;
  EXPECT_GT(total_, kUnderSanitizers ? 500u : 2000u) << "too little was acknowledged for this to say anything";
}

TEST_F(PowerCutTest, TornTailsLoseNothingThatWasAcknowledged) {
  size_t lost = 0, refused = 0;
  Run(/*sync=*/true, /*cuts=*/kUnderSanitizers ? 20 : 60, /*torn=*/true, /*seed=*/20261025, lost, refused);
  EXPECT_EQ(lost, 0u);
  EXPECT_EQ(refused, 0u) << why_;
}

TEST_F(PowerCutTest, WithoutSyncTheSameTestFindsLosses) {
  size_t lost = 0, refused = 0;
  sign_checkpoints_ = false;
  Run(/*sync=*/false, /*cuts=*/30, /*torn=*/false, /*seed=*/20261026, lost, refused);
  EXPECT_GT(lost, 0u) << "entries that were acknowledged and are not there";
}

TEST_F(PowerCutTest, WithoutSyncThePublishedCheckpointRefusesWhatIsLeft) {
  size_t lost = 0, refused = 0;
  Run(/*sync=*/false, /*cuts=*/30, /*torn=*/false, /*seed=*/20261026, lost, refused);
  EXPECT_GT(refused, 0u);
  EXPECT_NE(why_.find("behind the published checkpoint"), std::string::npos) << why_;
}

}  // namespace
}  // namespace ledgerline::store
