// How entries, the index by type and idempotency keys lie in storage and in memory.
#include "ledger/journal/entry_runs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/journal/derived_records.h"
#include "ledger/journal/recent_keys.h"
#include "tests/ledger/journal/journal_fixture.h"
#include "tests/ledger/journal/memory_storage.h"

namespace ledgerline::journal {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class EntryRunsTest : public testing::Test {
 protected:
  // One commit of entries, numbered on.
  void Commit(const std::vector<std::pair<v1::PayloadType, std::string>>& entries) {
    std::unique_ptr<Batch> batch = storage_.NewBatch();
    RunWriter writer(*batch);
    for (const auto& [type, bytes] : entries) writer.Append(EntryIndex{next_++}, type, bytes);
    writer.Flush();
    ASSERT_TRUE(storage_.Commit(std::move(batch)).ok());
  }
  std::vector<uint64_t> Indices(uint64_t from, uint64_t to) {
    std::vector<uint64_t> found;
    EntryCursor cursor(storage_, EntryIndex{from}, EntryIndex{to});
    for (; cursor.Valid(); cursor.Next()) {
      found.push_back(cursor.index().value);
      EXPECT_EQ(cursor.bytes(), ReadStoredEntry(storage_, cursor.index()).value());
    }
    EXPECT_TRUE(cursor.status().ok());
    return found;
  }
  size_t Records(char kind) const {
    size_t count = 0;
    for (const auto& [key, value] : held_->records) count += key[0] == kind ? 1 : 0;
    return count;
  }

  std::shared_ptr<MemoryRecords> held_ = std::make_shared<MemoryRecords>();
  MemoryStorage storage_{held_};
  uint64_t next_ = 0;
};

TEST_F(EntryRunsTest, ARunHas64EntriesOr32KiBAndNeverTwoCommits) {
  const auto rating = [](size_t size) { return std::pair(v1::PAYLOAD_TYPE_RATING, std::string(size, 'r')); };
  Commit(std::vector(64, rating(10)));
  EXPECT_EQ(Records(keyspace::kEntry), 1u);
  Commit(std::vector(65, rating(10)));
  EXPECT_EQ(Records(keyspace::kEntry), 3u);
  Commit({rating(32'766), rating(1)});  // with its length the first fills the run
  EXPECT_EQ(Records(keyspace::kEntry), 5u);
  Commit({rating(32'765), rating(1)});
  EXPECT_EQ(Records(keyspace::kEntry), 6u);
  Commit({rating(65'535)});
  Commit({rating(1)});
  EXPECT_EQ(Records(keyspace::kEntry), 8u);
  EXPECT_EQ(Records(keyspace::kType), 6u);
  EXPECT_EQ(Indices(0, UINT64_MAX).size(), next_);
  for (uint64_t from = 0; from < next_; ++from) EXPECT_EQ(Indices(from, from + 2).front(), from);
}

TEST_F(EntryRunsTest, CursorsBeginAndEndInsideOfRuns) {
  std::vector<std::pair<v1::PayloadType, std::string>> entries;
  for (int i = 0; i < 10; ++i)
    entries.emplace_back(i % 4 == 3 ? v1::PAYLOAD_TYPE_PERMIT : v1::PAYLOAD_TYPE_RATING, "entry " + std::to_string(i));
  Commit(entries);
  Commit({{v1::PAYLOAD_TYPE_PERMIT, "entry 10"}});
  EXPECT_THAT(Indices(3, 6), ElementsAre(3, 4, 5));
  EXPECT_THAT(Indices(9, 11), ElementsAre(9, 10));
  EXPECT_THAT(Indices(10, 10), ElementsAre());
  EXPECT_THAT(Indices(11, 20), ElementsAre());
  EXPECT_EQ(ReadStoredEntry(storage_, EntryIndex{7}).value(), "entry 7");
  EXPECT_THAT(ReadStoredEntry(storage_, EntryIndex{11}).status().message(), HasSubstr("entry 11 is missing"));
  EXPECT_THAT(ReadTypeIndex(storage_, v1::PAYLOAD_TYPE_PERMIT, TreeSize{10}).value(),
              ElementsAre(EntryIndex{3}, EntryIndex{7}));
  EXPECT_EQ(ReadTypeIndex(storage_, v1::PAYLOAD_TYPE_RATING, TreeSize{11})->size(), 8u);
  // Damage is passed over and said.
  held_->records.at(keyspace::EntryRunKey(EntryIndex{9}))[1] ^= 1;
  EntryCursor cursor(storage_, EntryIndex{2});
  EXPECT_EQ(cursor.index(), EntryIndex{10});
  EXPECT_THAT(cursor.status().message(), HasSubstr("is not whole"));
  EXPECT_THAT(ReadStoredEntry(storage_, EntryIndex{7}).status().message(), HasSubstr("is not whole"));
}

TEST(EncodeEntryTest, IsWhatProtobufWrites) {
  for (const uint64_t index : {uint64_t{0}, uint64_t{127}, uint64_t{128}, UINT64_MAX}) {
    for (const int64_t time : {int64_t{0}, int64_t{-1}, INT64_MAX, int64_t{1'790'000'000'000'000}}) {
      for (const uint32_t offset : {0u, 1u, 1000u}) {
        const Hash256 previous = crypto::Sha256("previous"), key = crypto::Sha256("key");
        v1::Entry entry;
        entry.set_index(index);
        entry.set_recorded_at_us(time);
        entry.set_previous_leaf_hash(previous.ToBytes());
        entry.set_type(v1::PAYLOAD_TYPE_PERIOD_CLOSE);
        entry.set_submission(std::string(300, 's'));
        entry.set_submitter_key_id(key.ToBytes());
        entry.set_evidence(offset == 0 ? v1::SIGNATURE_EVIDENCE_SUBMISSION : v1::SIGNATURE_EVIDENCE_BATCH);
        entry.set_batch_offset(offset);
        EXPECT_EQ(
            EncodeEntry(EntryIndex{index}, time, previous, {entry.type(), key, entry.submission(), offset}).value(),
            entry.SerializeAsString());
      }
    }
  }
}

TEST(RecentKeysTest, ForgetsWholeFoldsAndSaysWhich) {
  RecentKeys recent;
  const auto key = [](uint64_t i) { return keyspace::DigestOf(Hash256{}, std::to_string(i)); };
  EXPECT_TRUE(recent.Covers(0));
  EXPECT_FALSE(recent.Find(key(0)).has_value());
  constexpr uint64_t kFold = 9'973;
  for (uint64_t i = 0; i < 60'000; ++i) {
    recent.Insert(key(i), EntryIndex{i});
    if (recent.unfolded() == kFold) {
      const std::vector<KeyedEntry> taken = recent.TakeUnfolded();
      ASSERT_EQ(taken.size(), kFold);
      EXPECT_EQ(taken.front().index, i + 1 - kFold);
      EXPECT_EQ(taken.back().index, i);
      EXPECT_EQ(taken.back().digest, key(i));
    }
    if (i % 777 != 0) continue;
    // Whatever it says that it covers is there: after so many folds, every key of the later ones.
    for (uint64_t k = 0; k <= i; k += 331) {
      if (!recent.Covers(k / kFold)) continue;
      EXPECT_EQ(recent.Find(key(k)), EntryIndex{k}) << k << " of " << i;
    }
  }
  EXPECT_EQ(recent.folds_begun(), 6u);
  EXPECT_FALSE(recent.Covers(4));
  EXPECT_TRUE(recent.Covers(5));
  EXPECT_FALSE(recent.Find(key(60'000)).has_value());
}

TEST(StoredSubmissionsTest, AnyDifferenceIsSeen) {
  const auto key = [](uint64_t i) { return keyspace::SubmissionKey(Hash256{}, std::to_string(i)); };
  const PairFingerprint fingerprint;
  const auto agree = [&](const std::vector<std::pair<uint64_t, uint64_t>>& stored) {
    // Expected in two parts, as two cores would have them.
    std::array<PairFingerprint::Product, 2> expected{PairFingerprint::kEmpty, PairFingerprint::kEmpty};
    for (uint64_t i = 0; i < 4; ++i)
      fingerprint.Add(expected[i % 2], keyspace::SubmissionHash(Hash256{}, std::to_string(i)).view(), i);
    StoredSubmissions records;
    for (const auto& [k, index] : stored)
      records.Take(fingerprint, key(k), keyspace::SubmissionRecord{EntryIndex{index}}.Encode());
    EXPECT_EQ(records.count, stored.size());
    EXPECT_EQ(records.malformed_count, 0u);
    return records.product == PairFingerprint::Join(expected[1], expected[0]);
  };
  EXPECT_TRUE(agree({{2, 2}, {0, 0}, {3, 3}, {1, 1}}));
  EXPECT_FALSE(agree({{2, 0}, {0, 2}, {3, 3}, {1, 1}}));  // two that were exchanged
  EXPECT_FALSE(agree({{2, 2}, {0, 0}, {3, 3}}));
  EXPECT_FALSE(agree({{2, 2}, {0, 0}, {3, 3}, {1, 1}, {9, 1}}));
  EXPECT_FALSE(agree({{2, 2}, {0, 0}, {3, 3}, {9, 1}}));
}

TEST(StoredSubmissionsTest, MalformedRecordsAgreeWithNothing) {
  const PairFingerprint fingerprint;
  StoredSubmissions records;
  const std::string key = keyspace::SubmissionKey(Hash256{}, "key");
  for (size_t i = 0; i < 30; ++i) records.Take(fingerprint, i % 2 == 0 ? key : key + "longer", "short");
  EXPECT_EQ(records.malformed_count, 30u);
  ASSERT_EQ(records.malformed.size(), StoredSubmissions::kMalformedKept);
  EXPECT_EQ(records.malformed[0].message(), "the idempotency record under key " + HexEncode(key) + " is not whole");
  EXPECT_NE(records.product, PairFingerprint::kEmpty);
}

TEST(StoredSubmissionsTest, TheRangesHoldEveryKeyOnce) {
  const std::vector<std::string> bounds = SubmissionRanges();
  EXPECT_EQ(bounds.front(), "k");
  EXPECT_EQ(bounds.back(), "l");
  for (size_t i = 1; i < bounds.size(); ++i) EXPECT_LT(bounds[i - 1], bounds[i]);
}

}  // namespace
}  // namespace ledgerline::journal
