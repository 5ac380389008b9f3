// Entries come out in the order of the store and complete, whatever the number of threads, also if nobody takes them
// all.
#include "ledger/journal/entry_pipeline.h"

#include <gtest/gtest.h>

#include "ledger/journal/signed_batch.h"
#include "tests/ledger/journal/journal_fixture.h"
#include "tests/ledger/journal/memory_storage.h"

namespace ledgerline::journal {
namespace {

class EntryPipelineTest : public testing::Test {
 protected:
  void SetUp() override {
    auto journal = Journal::Create(std::make_unique<MemoryStorage>(held_), kTestOrigin, operator_, clock_).value();
    for (int batch = 0; batch < 9; ++batch) {
      std::vector<ItemContent> items;
      for (int i = 0; i < 700; ++i) {
        const std::string key = std::to_string(batch) + "/" + std::to_string(i);
        // Some chunks are closed by their bytes.
        items.push_back({key, RatingPayload(key + std::string(batch == 5 ? 5000 : 0, 'x'))});
      }
      ASSERT_TRUE(
          journal->SubmitBatch({SignBatch(kTestOrigin, std::to_string(batch), items, operator_).value(), {}}).ok());
    }
    report_ = Text(Verify(1));
  }
  VerifyReport Verify(int threads) {
    return VerifyJournal(MemoryStorage(held_), {.checkpoint_key = {}, .threads = threads, .progress = {}});
  }
  static constexpr TreeSize kSize{1 + 9 * 701};
  const crypto::KeySigner operator_ = TestSigner('o');
  TestClock clock_;
  std::shared_ptr<MemoryRecords> held_ = std::make_shared<MemoryRecords>();
  std::string report_;
};

TEST_F(EntryPipelineTest, EveryEntryOnceAndInOrder) {
  const MemoryStorage storage(held_);
  const PairFingerprint fingerprint;
  for (const size_t threads : {1, 2, 4, 7}) {
    WorkCrew crew(threads);
    EntryPipeline pipeline(storage, kSize, fingerprint, crew);
    uint64_t next = 0;
    while (const std::optional<EntryStretch> stretch = pipeline.Next()) {
      EXPECT_EQ(stretch->from.value, next);
      EXPECT_EQ(stretch->tiles.size(), (stretch->to.value - next + 255) / 256);
      EXPECT_EQ(stretch->tile_records, stretch->tiles.size());
      for (const CheckedEntry& entry : stretch->entries) {
        ASSERT_EQ(entry.stored_at.value, next);
        ASSERT_TRUE(entry.form.ok());
        ASSERT_EQ(entry.step.index.value, next++);
      }
      EXPECT_EQ(stretch->to.value, next);
    }
    EXPECT_EQ(next, kSize.value);
    EXPECT_FALSE(pipeline.Next().has_value());
  }
}

TEST_F(EntryPipelineTest, StopsBeforeTheEnd) {
  const MemoryStorage storage(held_);
  const PairFingerprint fingerprint;
  WorkCrew crew(4);
  EntryPipeline pipeline(storage, kSize, fingerprint, crew);
  EXPECT_EQ(pipeline.Next()->entries.size(), kStretchEntries);
}

// Enrolments are kept until the keys have taken them in, so a stretch that has a megabyte of them ends early.
TEST_F(EntryPipelineTest, LargeEnrolmentsDoNotPileUp) {
  const auto held = std::make_shared<MemoryRecords>();
  constexpr uint64_t kEnrolments = 40;
  {
    auto journal = Journal::Create(std::make_unique<MemoryStorage>(held), kTestOrigin, operator_, clock_).value();
    for (uint64_t i = 0; i < kEnrolments; ++i) {
      const crypto::KeySigner party = TestSigner(static_cast<char>('A' + i));
      const std::string id = std::to_string(i) + std::string(60'000, 'p');
      ASSERT_TRUE(
          journal->Submit(Request(operator_, id.substr(0, 3), EnrolmentPayload(party, v1::KEY_ROLE_PARTY, id))).ok());
    }
  }
  const MemoryStorage storage(held);
  const PairFingerprint fingerprint;
  WorkCrew crew(2);
  EntryPipeline pipeline(storage, TreeSize{1 + kEnrolments}, fingerprint, crew);
  uint64_t next = 0;
  size_t parts = 0;
  while (const std::optional<EntryStretch> stretch = pipeline.Next()) {
    EXPECT_EQ(stretch->tiles.empty(), parts++ != 0) << "tiles come with the first part";
    EXPECT_LE(stretch->entries.size(), 1 + kStretchBytesKept / 60'000 + 1);
    for (const CheckedEntry& entry : stretch->entries) ASSERT_EQ(entry.stored_at.value, next++);
    if (stretch->stopped_at) {
      EXPECT_EQ(stretch->stopped_at->value, next);
    }
  }
  EXPECT_EQ(next, 1 + kEnrolments);
  EXPECT_GE(parts, 3u);
  const VerifyReport report = VerifyJournal(storage);
  EXPECT_EQ(FailedChecks(report), "");
}

TEST_F(EntryPipelineTest, TheReportIsTheSameWithAnyNumberOfThreads) {
  EXPECT_TRUE(Verify(1).passed());
  for (const int threads : {0, 2, 4}) EXPECT_EQ(Text(Verify(threads)), report_);
  // Damage in items, in a header, a lost run, a run that is not whole, one twice and one beyond the end.
  const auto run_of = [&](uint64_t index) {
    return held_->records.lower_bound(keyspace::EntryRunKey(EntryIndex{index}));
  };
  for (uint64_t index = 90; index < 6000; index += 517) run_of(index)->second[40] ^= 1;
  held_->records.erase(run_of(2500));
  run_of(4000)->second.resize(3);
  run_of(702)->second[100] ^= 1;
  const std::string copied = run_of(3000)->second;
  held_->records[keyspace::EntryRunKey(EntryIndex{3001})] = copied;
  held_->records[keyspace::EntryRunKey(EntryIndex{7000})] = copied;
  const VerifyReport damaged = Verify(1);
  EXPECT_FALSE(damaged.passed());
  EXPECT_NE(FailuresOf(damaged, "entries"), "");
  EXPECT_NE(FailuresOf(damaged, "leaf hashes"), "");
  for (const int threads : {0, 2, 4}) EXPECT_EQ(Text(Verify(threads)), Text(damaged));
}

}  // namespace
}  // namespace ledgerline::journal
