// Each check of VerifyJournal, broken once: the report must name what was touched.
#include "ledger/journal/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ledger/journal/journal_fixture.h"
#include "tests/ledger/journal/memory_storage.h"

namespace ledgerline::journal {
namespace {

using testing::HasSubstr;

class VerifyTest : public testing::Test {
 protected:
  void SetUp() override {
    auto journal = Journal::Create(std::make_unique<MemoryStorage>(held_), kTestOrigin, operator_, clock_,
                                   {.fold_entries_min = 256})
                       .value();
    options_.checkpoint_key = journal->checkpoint_key();
    const auto must = [&](SubmissionRequest request) { ASSERT_TRUE(journal->Submit(std::move(request)).ok()); };
    must(Request(operator_, "enrol", EnrolmentPayload(party_, v1::KEY_ROLE_PARTY, "party-1")));  // entry 1
    must(Request(party_, "consent", ConsentPayload("party-1")));                                 // entry 2
    must(Request(operator_, "usage", UsagePayload(kRows), {kRows}));                             // entry 3
    for (int i = 4; i < 300; ++i) must(RatingRequest(operator_, std::to_string(i)));
    ASSERT_TRUE(journal->SignCheckpoint().ok());  // of size 300
    for (int i = 300; i < 310; ++i) must(RatingRequest(operator_, std::to_string(i)));
  }
  VerifyReport Verify() {
    const MemoryStorage storage(held_);
    VerifyOptions options = options_;
    options.threads = 1;
    VerifyReport report = VerifyJournal(storage, options);
    // Whole or damaged: the report does not depend on the number of threads.
    options.progress = nullptr;
    for (const int threads : {2, 4}) {
      options.threads = threads;
      EXPECT_EQ(Text(VerifyJournal(storage, options)), Text(report)) << threads << " threads";
    }
    return report;
  }
  // Changes the records, verifies, and puts them back.
  VerifyReport After(const std::function<void()>& damage) {
    const auto records = held_->records;
    const auto published = held_->published;
    damage();
    VerifyReport report = Verify();
    EXPECT_FALSE(report.passed());
    held_->records = records;
    held_->published = published;
    return report;
  }
  // Each was submitted alone and is a run of its own.
  std::string& Run(uint64_t index) { return held_->records.at(keyspace::EntryRunKey(EntryIndex{index})); }
  std::string Entry(uint64_t index) { return std::string(ParseRun(Run(index))->front()); }

  static constexpr char kRows[] = "period,plays\n2026-10,7\n";
  const crypto::KeySigner operator_ = TestSigner('o');
  const crypto::KeySigner party_ = TestSigner('p');
  TestClock clock_;
  std::shared_ptr<MemoryRecords> held_ = std::make_shared<MemoryRecords>();
  VerifyOptions options_;
};

TEST_F(VerifyTest, AWholeJournalPassesAndSaysWhatItTookOnTrust) {
  uint64_t last_done = 0, last_total = 0;
  options_.progress = [&](uint64_t done, uint64_t total) {
    EXPECT_GE(done, last_done);
    last_done = done;
    last_total = total;
  };
  VerifyReport report = Verify();
  EXPECT_TRUE(report.passed()) << FailedChecks(report);
  EXPECT_EQ(last_done, 310u);
  EXPECT_EQ(last_total, 310u);
  EXPECT_EQ(report.size, TreeSize{310});
  EXPECT_EQ(report.checkpoint_size, TreeSize{300});
  EXPECT_EQ(report.origin, kTestOrigin);
  EXPECT_THAT(report.taken_on_trust, testing::Contains("The last 10 entries: no signed checkpoint covers them yet."));
  EXPECT_THAT(report.taken_on_trust, testing::Not(testing::Contains(HasSubstr("no trust anchor"))));
  options_.checkpoint_key.reset();
  options_.progress = nullptr;
  report = Verify();
  EXPECT_TRUE(report.passed());
  EXPECT_FALSE(report.key_from_outside);
  EXPECT_THAT(report.taken_on_trust, testing::Contains(HasSubstr("no trust anchor")));
}

TEST_F(VerifyTest, AnAlteredEntryIsNamedAndTheTilesAreNot) {
  const VerifyReport report = After([&] { Run(137) = EncodeRun({AlterRating(Entry(137), operator_, 5)}); });
  EXPECT_THAT(FailuresOf(report, "leaf hashes"), HasSubstr("entry 137 hashes to"));
  EXPECT_EQ(FailedChecks(report), "leaf hashes, hash chain");
}

TEST_F(VerifyTest, EveryFlippedByteOfAnEntryIsNamed) {
  const size_t size = Run(200).size();
  for (size_t at = 0; at < size; at += 7) {
    const VerifyReport report = After([&] { Run(200)[at] ^= 1; });
    // The first two bytes are the length: then the run is not whole.
    EXPECT_THAT(FailuresOf(report, at < 2 ? "entries" : "leaf hashes"),
                HasSubstr(at < 2 ? "entry 200 is missing" : "entry 200 hashes to"))
        << "byte " << at;
  }
}

TEST_F(VerifyTest, RewrittenHistoryFailsOnTheSignedCheckpointAlone) {
  const VerifyReport report = After([&] {
    MemoryStorage storage(held_);
    RewriteHistory(storage, 137, operator_);
  });
  EXPECT_EQ(FailedChecks(report), "checkpoints");
  EXPECT_THAT(FailuresOf(report, "checkpoints"), HasSubstr("the checkpoint of size 300 was signed for root"));
  EXPECT_THAT(FailuresOf(report, "checkpoints"), testing::Not(HasSubstr("size 1 was"))) << "genesis was not rewritten";
}

TEST_F(VerifyTest, RewritingAfterTheLastCheckpointIsWhatItDoesNotCover) {
  // The honest limit, stated in taken_on_trust: entries that no checkpoint covers can be rewritten by who holds the
  // key.
  MemoryStorage storage(held_);
  RewriteHistory(storage, 305, operator_);
  EXPECT_TRUE(Verify().passed());
}

TEST_F(VerifyTest, AForgerWithoutTheKeyFailsOnTheSignature) {
  const VerifyReport report = After([&] {
    MemoryStorage storage(held_);
    RewriteHistory(storage, 305, TestSigner('f'));
  });
  EXPECT_EQ(FailedChecks(report), "signatures");
  EXPECT_THAT(FailuresOf(report, "signatures"), HasSubstr("entry 305: submission.signature is not key"));
}

TEST_F(VerifyTest, MissingAndSurplusEntriesAreNamed) {
  VerifyReport report = After([&] { held_->records.erase(keyspace::EntryRunKey(EntryIndex{42})); });
  EXPECT_THAT(FailuresOf(report, "entries"), HasSubstr("entry 42 is missing"));
  report = After([&] { held_->records[keyspace::EntryRunKey(EntryIndex{310})] = Run(309); });
  EXPECT_THAT(FailuresOf(report, "entries"), HasSubstr("beyond the tree's size"));
  report = After([&] { std::swap(Run(50), Run(51)); });
  EXPECT_THAT(FailuresOf(report, "entries"), HasSubstr("entry 50 says that it is entry 51"));
}

TEST_F(VerifyTest, TilesAreNamed) {
  VerifyReport report = After([&] { held_->records.at(keyspace::TileKey(1, 0))[5] ^= 1; });
  EXPECT_THAT(FailuresOf(report, "tiles"), HasSubstr("tile/1/000.p/1 is not what the hashes below it give"));
  report = After([&] { held_->records.erase(keyspace::TileKey(0, 1)); });
  EXPECT_THAT(FailuresOf(report, "tiles"), HasSubstr("tile/0/001.p/54 is missing"));
  report = After([&] { held_->records.at(keyspace::TileKey(0, 0))[32 * 99] ^= 1; });
  EXPECT_THAT(FailuresOf(report, "leaf hashes"), HasSubstr("entry 99 hashes to"));
  report = After([&] { held_->records[keyspace::TileKey(3, 0)] = std::string(32, 'x'); });
  EXPECT_THAT(FailuresOf(report, "tiles"), HasSubstr("records of tiles"));
}

TEST_F(VerifyTest, DerivedRecordsMustBeExactlyThoseOfTheEntries) {
  const Hash256 id = KeyId(operator_.public_key());
  VerifyReport report = After([&] { held_->records.erase(keyspace::SubmissionKey(id, "77")); });
  EXPECT_THAT(FailuresOf(report, "idempotency"), HasSubstr("entry 77 has no idempotency record"));
  report = After(
      [&] { held_->records[keyspace::SubmissionKey(id, "77")] = held_->records[keyspace::SubmissionKey(id, "78")]; });
  EXPECT_THAT(FailuresOf(report, "idempotency"), HasSubstr("entry 77's idempotency record names another"));
  report = After([&] {
    held_->records[keyspace::SubmissionKey(id, "never")] = held_->records[keyspace::SubmissionKey(id, "78")];
  });
  EXPECT_THAT(FailuresOf(report, "idempotency"), HasSubstr("257 records of idempotency keys, the entries give 256"));
  report = After([&] {
    held_->records[keyspace::SubmissionKey(id, "300")] = keyspace::SubmissionRecord{EntryIndex{300}}.Encode();
  });
  EXPECT_THAT(FailuresOf(report, "idempotency"), HasSubstr("257 records of idempotency keys, the entries give 256"));
  report = After([&] { held_->records.erase(keyspace::FoldedKey()); });
  EXPECT_THAT(FailuresOf(report, "idempotency"), HasSubstr("256 records of idempotency keys, the entries give 0"));
  report = After([&] { held_->records[keyspace::FoldedKey()][7] = 1; });
  EXPECT_THAT(FailuresOf(report, "idempotency"), HasSubstr("entry 256 has no idempotency record"));
  report = After([&] { held_->records[keyspace::FoldedKey()][6] = 2; });
  EXPECT_THAT(FailuresOf(report, "idempotency"), HasSubstr("the mark of folded keys is 512, of 310 entries"));
  report = After([&] { held_->records[keyspace::FoldedKey()] = "x"; });
  EXPECT_THAT(FailuresOf(report, "idempotency"), HasSubstr("the mark of folded keys has 1 bytes, needs 8"));
  report = After([&] { held_->records.erase(keyspace::TypeRunKey(v1::PAYLOAD_TYPE_USAGE_FILE, EntryIndex{3})); });
  EXPECT_THAT(FailuresOf(report, "index by type"), HasSubstr("entry 3, a usage file, is not in the index by type"));
  report = After([&] {
    held_->records[keyspace::TypeRunKey(v1::PAYLOAD_TYPE_PERMIT, EntryIndex{3})] = keyspace::EncodeTypeRun(1);
  });
  EXPECT_THAT(FailuresOf(report, "index by type"), HasSubstr("has entry 3 as a permit, which it is not"));
  report = After([&] { held_->records[keyspace::TypeRunKey(v1::PAYLOAD_TYPE_PERMIT, EntryIndex{3})] = ""; });
  EXPECT_THAT(FailuresOf(report, "index by type"), HasSubstr("is not whole"));
  report = After([&] { held_->records["zebra"] = ""; });
  EXPECT_THAT(FailuresOf(report, "state"), HasSubstr("1 key of an unknown kind, 0x7a"));
}

TEST_F(VerifyTest, AKeyThatStandsForTwoEntriesIsNamed) {
  // An operator hides what a key stands for, and takes the submission a second time.
  const auto again = [&](const std::string& key) {
    auto journal = Journal::Open(std::make_unique<MemoryStorage>(held_), operator_, clock_).value();
    const Result<Committed> taken = journal->Submit(RatingRequest(operator_, key));
    ASSERT_TRUE(taken.ok() && !taken->already_existed) << taken.status().ToString();
  };
  const auto failures = [&](const std::function<void()>& damage) { return FailuresOf(After(damage), "idempotency"); };
  const std::string seventh = keyspace::SubmissionKey(KeyId(operator_.public_key()), "7");
  const std::string said = failures([&] {
    held_->records.erase(seventh);
    again("7");
    held_->records[seventh] = keyspace::SubmissionRecord{EntryIndex{7}}.Encode();
  });
  EXPECT_THAT(said, HasSubstr("entry 310 has the idempotency key of entry 7"));
  EXPECT_THAT(failures([&] {
                const std::string mark = held_->records.at(keyspace::FoldedKey());
                held_->records[keyspace::FoldedKey()] = std::string("\0\0\0\0\0\0\x01\x36", 8);  // 310
                again("305");
                held_->records[keyspace::FoldedKey()] = mark;
              }),
              HasSubstr("entry 310 has the idempotency key of entry 305"));
}

TEST_F(VerifyTest, StateAndTimes) {
  VerifyReport report = After([&] { held_->records.erase(keyspace::StateKey()); });
  EXPECT_THAT(FailuresOf(report, "state"), HasSubstr("the state record is missing"));
  report = After([&] { held_->records.at(keyspace::StateKey())[12] ^= 1; });
  EXPECT_THAT(FailuresOf(report, "state"), HasSubstr("the state record has"));
  // A journal whose clock went back, written by someone who ignores the rule.
  report = After([&] {
    v1::Entry entry;
    ASSERT_TRUE(entry.ParseFromString(Entry(309)));
    entry.set_recorded_at_us(5);
    Run(309) = EncodeRun({entry.SerializeAsString()});
  });
  EXPECT_THAT(FailuresOf(report, "times"), HasSubstr("entry 309 was recorded at 5, before"));
}

TEST_F(VerifyTest, BlobsAreNamed) {
  const std::string key = keyspace::BlobKey(crypto::Sha256(kRows));
  const std::string name = crypto::Sha256(kRows).ToHex();
  VerifyReport report = After([&] { held_->records.at(key)[0] ^= 1; });
  EXPECT_THAT(FailuresOf(report, "blobs"), HasSubstr("blob " + name + " has other content"));
  report = After([&] { held_->records.erase(key); });
  EXPECT_THAT(FailuresOf(report, "blobs"), HasSubstr("blob " + name + ", which entry 3 references, is missing"));
  report = After([&] { held_->records[keyspace::BlobKey(crypto::Sha256("x"))] = "x"; });
  EXPECT_THAT(FailuresOf(report, "blobs"), HasSubstr("is referenced by no entry"));
}

TEST_F(VerifyTest, CheckpointsAndKeys) {
  VerifyReport report = After([&] { held_->records.at(keyspace::CheckpointKey(TreeSize{300}))[25] ^= 1; });
  EXPECT_THAT(FailuresOf(report, "checkpoints"), HasSubstr("the checkpoint of size 300"));
  report = After([&] { held_->records.erase(keyspace::CheckpointKey(TreeSize{300})); });
  EXPECT_THAT(FailuresOf(report, "checkpoints"), HasSubstr("does not name the last one"));
  report = After([&] { held_->published.reset(); });
  EXPECT_THAT(FailuresOf(report, "checkpoints"), HasSubstr("no checkpoint is published"));
  report = After([&] { (*held_->published)[25] ^= 1; });
  EXPECT_THAT(FailuresOf(report, "checkpoints"), HasSubstr("published checkpoint"));
  // A checkpoint for more than there is.
  report = After([&] {
    held_->published = crypto::SignCheckpoint({kTestOrigin, TreeSize{311}, Hash256{}, {}}, operator_).value();
  });
  EXPECT_THAT(FailuresOf(report, "checkpoints"), HasSubstr("signed for size 311, the store has only 310 entries"));
  // The right ledger, the wrong anchor.
  options_.checkpoint_key = crypto::VerifierKey::Create(kTestOrigin, party_.public_key()).value();
  report = Verify();
  EXPECT_THAT(FailuresOf(report, "keys"), HasSubstr("is none of those that may sign here"));
}

TEST_F(VerifyTest, OnlyTheFirstFailuresAreKeptAndAllAreCounted) {
  const VerifyReport report = After([&] {
    for (uint64_t i = 100; i < 150; ++i) Run(i)[6] ^= 1;
  });
  for (const VerifyCheck& check : report.checks) {
    if (check.name != "leaf hashes") continue;
    EXPECT_EQ(check.failure_count, 50u);
    EXPECT_EQ(check.failures.size(), kFailuresKept);
  }
}

}  // namespace
}  // namespace ledgerline::journal
