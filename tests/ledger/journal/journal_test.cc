#include "ledger/journal/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "crypto/cosignature.h"
#include "tests/ledger/journal/journal_fixture.h"
#include "tests/ledger/journal/memory_storage.h"

namespace ledgerline::journal {
namespace {

using testing::HasSubstr;

class JournalTest : public testing::Test {
 protected:
  void SetUp() override {
    journal_ =
        Journal::Create(std::make_unique<MemoryStorage>(held_), kTestOrigin, operator_, clock_, options_).value();
  }
  Result<std::unique_ptr<Journal>> Reopen() {
    journal_.reset();
    return Journal::Open(std::make_unique<MemoryStorage>(held_), operator_, clock_, options_);
  }
  Committed Must(const SubmissionRequest& request) {
    Result<Committed> committed = journal_->Submit(request);
    EXPECT_TRUE(committed.ok()) << committed.status().ToString();
    return committed.ok() ? *committed : Committed{};
  }
  Status Refused(const SubmissionRequest& request) { return journal_->Submit(request).status(); }

  const crypto::KeySigner operator_ = TestSigner('o');
  const crypto::KeySigner party_ = TestSigner('p');
  TestClock clock_;
  JournalOptions options_;
  std::shared_ptr<MemoryRecords> held_ = std::make_shared<MemoryRecords>();
  std::unique_ptr<Journal> journal_;
};

TEST_F(JournalTest, ANewJournalHoldsGenesisUnderASignedCheckpoint) {
  EXPECT_EQ(journal_->size(), TreeSize{1});
  EXPECT_EQ(journal_->origin(), kTestOrigin);
  EXPECT_EQ(journal_->operator_key(), operator_.public_key());
  const ParsedEntry genesis = ParseEntry(journal_->ReadEntry(EntryIndex{0}).value()).value();
  EXPECT_EQ(genesis.type, v1::PAYLOAD_TYPE_GENESIS);
  EXPECT_TRUE(genesis.previous_leaf_hash.IsZero());
  const crypto::Checkpoint checkpoint =
      crypto::OpenCheckpoint(journal_->LatestCheckpoint(), journal_->checkpoint_key()).value();
  EXPECT_EQ(checkpoint.size, TreeSize{1});
  EXPECT_EQ(checkpoint.root, journal_->root());
  EXPECT_EQ(held_->published, journal_->LatestCheckpoint());
  EXPECT_EQ(Journal::Create(std::make_unique<MemoryStorage>(held_), kTestOrigin, operator_, clock_).status().code(),
            StatusCode::kAlreadyExists);
  EXPECT_EQ(
      Journal::Create(std::make_unique<MemoryStorage>(std::make_shared<MemoryRecords>()), "a b", operator_, clock_)
          .status()
          .code(),
      StatusCode::kInvalidArgument);
}

TEST_F(JournalTest, EntriesAreChainedHashedAndKeptVerbatim) {
  Hash256 previous = crypto::LeafHash(journal_->ReadEntry(EntryIndex{0}).value());
  for (uint64_t i = 1; i <= 600; ++i) {
    clock_.now_us += 10;
    const SubmissionRequest request = RatingRequest(operator_, std::to_string(i));
    const Committed committed = Must(request);
    ASSERT_EQ(committed.index, EntryIndex{i});
    EXPECT_FALSE(committed.already_existed);
    EXPECT_EQ(committed.recorded_at_us, clock_.now_us);
    const std::string bytes = journal_->ReadEntry(committed.index).value();
    const ParsedEntry entry = ParseEntry(bytes).value();
    EXPECT_EQ(entry.index, committed.index);
    EXPECT_EQ(entry.submission_bytes, request.submission);
    EXPECT_EQ(entry.previous_leaf_hash, previous);
    EXPECT_EQ(committed.leaf_hash, crypto::LeafHash(bytes));
    previous = committed.leaf_hash;
  }
  const auto [size, root, time] = journal_->head();
  EXPECT_EQ(time, clock_.now_us);
  for (const uint64_t i : {0, 1, 255, 256, 300, 600}) {
    const Hash256 leaf = crypto::LeafHash(journal_->ReadEntry(EntryIndex{i}).value());
    const crypto::Proof proof = journal_->InclusionProof(EntryIndex{i}, size).value();
    EXPECT_TRUE(crypto::VerifyInclusion(leaf, EntryIndex{i}, size, proof, root).ok()) << i;
    const TreeSize old_size{i + 1};
    EXPECT_TRUE(crypto::VerifyConsistency(old_size, size, journal_->RootAt(old_size).value(), root,
                                          journal_->ConsistencyProof(old_size, size).value())
                    .ok());
  }
  EXPECT_EQ(journal_->ReadEntry(EntryIndex{601}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(journal_->InclusionProof(EntryIndex{0}, TreeSize{602}).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(journal_->EntriesOfType(v1::PAYLOAD_TYPE_RATING)->size(), 600u);
  EXPECT_EQ(journal_->EntriesOfType(v1::PAYLOAD_TYPE_GENESIS).value(), std::vector<EntryIndex>{EntryIndex{0}});
  const std::vector<std::string> bundle = crypto::ParseEntryBundle(journal_->ReadEntryBundle(2, 89).value()).value();
  ASSERT_EQ(bundle.size(), 89u);
  EXPECT_EQ(bundle[88], journal_->ReadEntry(EntryIndex{600}).value());
  EXPECT_EQ(journal_->ReadEntryBundle(2, 90).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(journal_->ReadTile({1, 0, 2})->size(), 64u);
  EXPECT_EQ(journal_->ReadTile({1, 0, 3}).status().code(), StatusCode::kNotFound);
  const std::string note = journal_->SignCheckpoint().value();
  EXPECT_EQ(journal_->CheckpointAt(TreeSize{601}).value(), note);
  EXPECT_EQ(journal_->CheckpointAt(TreeSize{600}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(journal_->SignCheckpoint().value(), note);
  const VerifyReport report =
      VerifyJournal(*journal_->storage().Snapshot(), {.checkpoint_key = journal_->checkpoint_key(), .progress = {}});
  EXPECT_TRUE(report.passed()) << FailedChecks(report);
  // And the same after opening again.
  ASSERT_TRUE(Reopen().ok());
  journal_ = Reopen().value();
  EXPECT_EQ(journal_->root(), root);
  EXPECT_EQ(Must(RatingRequest(operator_, "after")).index, EntryIndex{601});
}

TEST_F(JournalTest, TheSameSubmissionIsOneEntryAndOtherBytesAreAConflict) {
  const SubmissionRequest request = RatingRequest(operator_, "key");
  const Committed first = Must(request);
  clock_.now_us += 1'000'000;
  Committed again = Must(request);
  EXPECT_TRUE(again.already_existed);
  EXPECT_EQ(again.index, first.index);
  EXPECT_EQ(again.leaf_hash, first.leaf_hash);
  EXPECT_EQ(again.recorded_at_us, first.recorded_at_us);
  const Status conflict = Refused(Request(operator_, "key", RatingPayload("another")));
  EXPECT_EQ(conflict.code(), StatusCode::kAlreadyExists);
  EXPECT_THAT(conflict.message(), HasSubstr("already stands for entry 1"));
  // Keys are each submitter's own.
  Must(Request(operator_, "enrol", EnrolmentPayload(party_, v1::KEY_ROLE_PARTY, "party-1")));
  EXPECT_FALSE(Must(Request(party_, "key", ConsentPayload("party-1"))).already_existed);
  EXPECT_EQ(journal_->FindSubmission(KeyId(operator_.public_key()), "key").value(), first.index);
  EXPECT_EQ(journal_->FindSubmission(KeyId(operator_.public_key()), "no").value(), std::nullopt);
  journal_ = Reopen().value();
  EXPECT_TRUE(Must(request).already_existed) << "remembered after opening again";
  EXPECT_EQ(journal_->size(), TreeSize{4});
}

TEST_F(JournalTest, ManyThreadsWithTheSameKeyGetOneEntry) {
  for (int round = 0; round < 20; ++round) {
    const SubmissionRequest request = RatingRequest(operator_, "round " + std::to_string(round));
    const SubmissionRequest other = Request(operator_, "round " + std::to_string(round), RatingPayload("x"));
    std::vector<Result<Committed>> results(8, Internal("not run"));
    std::vector<std::thread> threads;
    for (size_t t = 0; t < results.size(); ++t) {
      threads.emplace_back([&, t] { results[t] = journal_->Submit(t == 7 ? other : request); });
    }
    for (std::thread& thread : threads) thread.join();
    int created = 0, conflicts = 0;
    for (const Result<Committed>& result : results) {
      if (result.ok() && !result->already_existed) ++created;
      if (!result.ok()) {
        EXPECT_EQ(result.status().code(), StatusCode::kAlreadyExists);
        ++conflicts;
      } else {
        EXPECT_EQ(result->index.value, static_cast<uint64_t>(round) + 1);
      }
    }
    EXPECT_EQ(created, 1);
    EXPECT_TRUE(conflicts == 1 || conflicts == 7) << conflicts;
  }
  EXPECT_EQ(journal_->size(), TreeSize{21});
}

TEST_F(JournalTest, TheClockMayGoBackTheJournalDoesNot) {
  const int64_t late = clock_.now_us += 5'000'000;
  EXPECT_EQ(Must(RatingRequest(operator_, "1")).recorded_at_us, late);
  clock_.now_us -= 60'000'000;
  EXPECT_EQ(Must(RatingRequest(operator_, "2")).recorded_at_us, late);
  journal_ = Reopen().value();
  EXPECT_EQ(Must(RatingRequest(operator_, "3")).recorded_at_us, late) << "also across an opening";
  clock_.now_us += 60'000'001;
  EXPECT_EQ(Must(RatingRequest(operator_, "4")).recorded_at_us, late + 1);
}

TEST_F(JournalTest, AdmissionRefusesAndSaysWhy) {
  const crypto::KeySigner stranger = TestSigner('s');
  Status status = Refused(RatingRequest(stranger, "1"));
  EXPECT_EQ(status.code(), StatusCode::kPermissionDenied);
  EXPECT_THAT(status.message(), HasSubstr("is not enrolled"));
  // A signature by another key than the one that is named.
  v1::Submission submission;
  ASSERT_TRUE(submission.ParseFromString(RatingRequest(operator_, "1").submission));
  submission.set_payload(RatingPayload("changed after signing"));
  status = Refused({submission.SerializeAsString(), {}});
  EXPECT_EQ(status.code(), StatusCode::kPermissionDenied);
  EXPECT_THAT(status.message(), HasSubstr("submission.signature"));
  // Every field is under the signature.
  ASSERT_TRUE(submission.ParseFromString(RatingRequest(operator_, "1").submission));
  submission.set_idempotency_key("2");
  EXPECT_EQ(Refused({submission.SerializeAsString(), {}}).code(), StatusCode::kPermissionDenied);
  // Another ledger's.
  status = Refused({SignSubmission("other.example", "1", RatingPayload("x"), operator_).value(), {}});
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("\"other.example\" is not this ledger's, \"ledger.example/test\""));
  // A second genesis.
  v1::Payload genesis;
  genesis.mutable_genesis()->set_origin(kTestOrigin);
  genesis.mutable_genesis()->set_operator_public_key(operator_.public_key().ToBytes());
  genesis.mutable_genesis()->set_format_version(1);
  EXPECT_EQ(Refused(Request(operator_, "g", genesis.SerializeAsString())).code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(journal_->size(), TreeSize{1}) << "nothing of this was recorded";
}

TEST_F(JournalTest, APartysKeyMaySpeakForConsentsOnlyAndOnlyWhileItIsValid) {
  EXPECT_EQ(Refused(Request(party_, "1", ConsentPayload("party-1"))).code(), StatusCode::kPermissionDenied);
  const int64_t now = clock_.now_us;
  Must(Request(operator_, "enrol", EnrolmentPayload(party_, v1::KEY_ROLE_PARTY, "party-1", now + 10, now + 20)));
  clock_.now_us = now + 9;
  EXPECT_THAT(Refused(Request(party_, "1", ConsentPayload("party-1"))).message(), HasSubstr("is valid from"));
  clock_.now_us = now + 10;
  const SubmissionRequest consent = Request(party_, "1", ConsentPayload("party-1"));
  Must(consent);
  const Status rating = Refused(RatingRequest(party_, "2"));
  EXPECT_EQ(rating.code(), StatusCode::kPermissionDenied);
  EXPECT_THAT(rating.message(), HasSubstr("may submit consents and their revocations, not a rating"));
  clock_.now_us = now + 19;
  Must(Request(party_, "3", ConsentPayload("party-1")));
  clock_.now_us = now + 20;
  EXPECT_EQ(Refused(Request(party_, "4", ConsentPayload("party-1"))).code(), StatusCode::kPermissionDenied);
  EXPECT_TRUE(Must(consent).already_existed) << "a repetition gets its receipt after the key has run out";
  // Enrolled twice, and enrolled by someone who does not hold it.
  EXPECT_EQ(Refused(Request(operator_, "again", EnrolmentPayload(party_, v1::KEY_ROLE_PARTY, "party-2"))).code(),
            StatusCode::kAlreadyExists);
  const crypto::KeySigner other = TestSigner('x');
  v1::Payload stolen;
  ASSERT_TRUE(stolen.ParseFromString(EnrolmentPayload(other, v1::KEY_ROLE_PARTY, "party-2")));
  stolen.mutable_key_enrolment()->set_party_id("party-3");
  const Status possession = Refused(Request(operator_, "stolen", stolen.SerializeAsString()));
  EXPECT_EQ(possession.code(), StatusCode::kPermissionDenied);
  EXPECT_THAT(possession.message(), HasSubstr("possession_signature"));
  // What counts is the entry's time, which does not go back with the clock.
  journal_ = Reopen().value();
  clock_.now_us = now + 5;
  EXPECT_EQ(Must(Request(party_, "5", ConsentPayload("party-1"))).recorded_at_us, now + 19);
}

TEST_F(JournalTest, BlobsComeWithTheirReferenceAndOnlyThen) {
  const std::string rows = "period,plays\n2026-10,7\n";
  Status status = Refused(Request(operator_, "1", UsagePayload(rows)));
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr(crypto::Sha256(rows).ToHex()));
  status = Refused(Request(operator_, "1", UsagePayload(rows), {rows, "more"}));
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("is not one that the usage file references"));
  Must(Request(operator_, "1", UsagePayload(rows), {rows}));
  EXPECT_EQ(journal_->ReadBlob(crypto::Sha256(rows)).value(), rows);
  EXPECT_EQ(journal_->ReadBlob(crypto::Sha256("no")).status().code(), StatusCode::kNotFound);
  Must(Request(operator_, "2", UsagePayload(rows)));  // it is there by now
  EXPECT_EQ(Refused(Request(operator_, "3", UsagePayload(rows), std::vector<std::string>(17, rows))).code(),
            StatusCode::kInvalidArgument);
  held_->records[keyspace::BlobKey(crypto::Sha256(rows))] = "other";
  EXPECT_EQ(journal_->ReadBlob(crypto::Sha256(rows)).status().code(), StatusCode::kDataLoss);
}

TEST_F(JournalTest, TheLargestSubmissionFitsAndTheNextIsRefused) {
  const size_t overhead = RatingRequest(operator_, "k").submission.size();
  size_t fill = kSubmissionBytesMax - overhead - 16;
  SubmissionRequest request = Request(operator_, "k", RatingPayload(std::string(fill, 'r')));
  fill += kSubmissionBytesMax - request.submission.size();
  request = Request(operator_, "k", RatingPayload(std::string(fill, 'r')));
  ASSERT_EQ(request.submission.size(), kSubmissionBytesMax);
  const std::string entry = journal_->ReadEntry(Must(request).index).value();
  EXPECT_LE(entry.size(), crypto::kEntryBytesMax);
  const Status status = Refused(Request(operator_, "l", RatingPayload(std::string(fill + 1, 'r'))));
  EXPECT_EQ(status.code(), StatusCode::kOutOfRange);
  EXPECT_EQ(status.message(), "submission of 65408 bytes, at most 65407");
}

// A gate in front of the store: commits wait until it opens.
class Gate {
 public:
  Status Wait() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    return Status::Ok();
  }
  void AwaitWaiter() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
  }
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};

TEST_F(JournalTest, AFullQueueSaysTryAgainAndABusyOneCommitsInOneBatch) {
  options_.queued_submissions_max = 4;
  journal_ = Reopen().value();
  Gate gate;
  held_->before_commit = [&gate] { return gate.Wait(); };
  std::thread first([this] { Must(RatingRequest(operator_, "first")); });
  gate.AwaitWaiter();  // the sequencer is in its commit: what comes now queues up
  std::vector<std::thread> threads;
  std::atomic<int> full{0}, committed{0};
  for (int i = 0; i < 12; ++i) {
    threads.emplace_back([&, i] {
      SubmissionRequest request = RatingRequest(operator_, std::to_string(i));
      Result<Committed> result = journal_->Submit(request);
      if (result.ok()) {
        ++committed;
      } else {
        EXPECT_EQ(result.status().code(), StatusCode::kResourceExhausted);
        EXPECT_THAT(result.status().message(), HasSubstr("try again"));
        if (++full == 8) gate.Open();
        while (!result.ok()) {
          result = journal_->Submit(request);
          std::this_thread::yield();
        }
      }
    });
  }
  first.join();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(full, 8);
  EXPECT_EQ(committed, 4);
  EXPECT_EQ(journal_->size(), TreeSize{14});
  EXPECT_LT(journal_->batches_committed(), 13u) << "the four that queued together were one batch";
}

TEST_F(JournalTest, AQueueIsBoundedInBytesAsWell) {
  options_.queued_bytes_max = 3000;
  journal_ = Reopen().value();
  Gate gate;
  held_->before_commit = [&gate] { return gate.Wait(); };
  std::thread first([this] { Must(Request(operator_, "first", RatingPayload(std::string(5000, 'r')))); });
  gate.AwaitWaiter();
  // One submission may queue alone although it is above the bound; with it there, the other two may not.
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] {
      const SubmissionRequest request = Request(operator_, std::to_string(i), RatingPayload(std::string(5000, 'r')));
      const Result<Committed> result = journal_->Submit(request);
      if (result.ok()) return;
      EXPECT_EQ(result.status().code(), StatusCode::kResourceExhausted);
      if (++refused == 2) gate.Open();
    });
  }
  first.join();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(refused, 2);
  EXPECT_EQ(journal_->size(), TreeSize{3});
}

TEST_F(JournalTest, SessionsSubmitWithoutBlockingAndHearExactlyOnce) {
  options_.queued_submissions_max = 8;
  journal_ = Reopen().value();
  Gate gate;
  held_->before_commit = [&gate] { return gate.Wait(); };
  std::mutex mutex;
  std::condition_variable heard;
  std::map<std::string, std::vector<Result<Committed>>> results;
  const auto start = [&](const std::string& key, const std::string& payload) {
    return journal_->SubmitAsync(Request(operator_, key, payload), [&, key](Result<Committed> result) {
      const std::lock_guard lock(mutex);
      results[key + (result.ok() ? "" : " refused")].push_back(std::move(result));
      heard.notify_all();
    });
  };
  ASSERT_TRUE(start("first", RatingPayload("r")).ok());
  gate.AwaitWaiter();
  for (int i = 0; i < 7; ++i) ASSERT_TRUE(start(std::to_string(i), RatingPayload("r")).ok());
  ASSERT_TRUE(start("first", RatingPayload("other")).ok()) << "a conflict shows only when it is sequenced";
  EXPECT_EQ(start("full", RatingPayload("r")).code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(start("form", "not a payload").code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(results.empty());
  gate.Open();
  std::unique_lock lock(mutex);
  heard.wait(lock, [&] { return results.size() == 9; });
  for (const auto& [key, answers] : results) EXPECT_EQ(answers.size(), 1u) << key;
  EXPECT_EQ(results.at("6")[0]->index, EntryIndex{8});
  EXPECT_EQ(results.at("first refused")[0].status().code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(journal_->batches_committed(), 2u);
}

TEST_F(JournalTest, AFailedWriteStopsTheJournalUntilItIsOpenedAgain) {
  held_->before_commit = [] { return ResourceExhausted("disk full"); };
  Status status = Refused(RatingRequest(operator_, "1"));
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(status.message(), HasSubstr("disk full"));
  EXPECT_THAT(status.message(), HasSubstr("open it again, then retry with the same idempotency key"));
  held_->before_commit = nullptr;
  EXPECT_EQ(Refused(RatingRequest(operator_, "2")).code(), StatusCode::kUnavailable);
  EXPECT_EQ(journal_->SignCheckpoint().ok(), true) << "the last checkpoint still covers everything durable";
  journal_ = Reopen().value();
  EXPECT_EQ(Must(RatingRequest(operator_, "1")).index, EntryIndex{1});
}

TEST_F(JournalTest, ReadOnlyNeedsNoKeyAndWritesNothing) {
  Must(RatingRequest(operator_, "1"));
  journal_.reset();
  const auto before = held_->records;
  journal_ = Journal::OpenReadOnly(std::make_unique<MemoryStorage>(held_)).value();
  EXPECT_EQ(journal_->size(), TreeSize{2});
  EXPECT_TRUE(journal_->ReadEntry(EntryIndex{1}).ok());
  EXPECT_EQ(Refused(RatingRequest(operator_, "2")).code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(journal_->SignCheckpoint().status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(held_->records, before);
}

TEST_F(JournalTest, OpeningRefusesAnotherKeyAndWhatIsNotWhole) {
  for (int i = 0; i < 300; ++i) Must(RatingRequest(operator_, std::to_string(i)));
  ASSERT_TRUE(journal_->SignCheckpoint().ok());
  journal_.reset();
  const crypto::KeySigner stranger = TestSigner('s');
  EXPECT_EQ(Journal::Open(std::make_unique<MemoryStorage>(held_), stranger, clock_).status().code(),
            StatusCode::kPermissionDenied);
  const auto good = held_->records;
  const auto good_published = held_->published;
  const auto broken = [&](const std::function<void()>& damage) {
    held_->records = good;
    held_->published = good_published;
    damage();
    const Status status = Journal::Open(std::make_unique<MemoryStorage>(held_), operator_, clock_).status();
    EXPECT_EQ(status.code(), StatusCode::kDataLoss) << status.ToString();
    EXPECT_EQ(Journal::OpenReadOnly(std::make_unique<MemoryStorage>(held_)).status().code(), StatusCode::kDataLoss);
    return status.message();
  };
  EXPECT_THAT(broken([&] { held_->records[keyspace::EntryRunKey(EntryIndex{300})][10] ^= 1; }),
              HasSubstr("entry 300 hashes to"));
  EXPECT_THAT(broken([&] { held_->records.erase(keyspace::EntryRunKey(EntryIndex{280})); }),
              HasSubstr("entry 280 is missing"));
  EXPECT_THAT(broken([&] { held_->records[keyspace::EntryRunKey(EntryIndex{301})] = EncodeRun({"x"}); }),
              HasSubstr("beyond the tree's size 301"));
  EXPECT_THAT(broken([&] { held_->records[keyspace::TileKey(0, 1)][3] ^= 1; }), HasSubstr("root at size 301"));
  EXPECT_THAT(broken([&] { held_->records[keyspace::TileKey(0, 0)][3] ^= 1; }), HasSubstr("tile/0/000 hashes to"));
  EXPECT_THAT(broken([&] { held_->records.erase(keyspace::TileKey(1, 0)); }), HasSubstr("tile/1/000"));
  EXPECT_THAT(broken([&] { held_->records.erase(keyspace::StateKey()); }), HasSubstr("state record is missing"));
  EXPECT_THAT(broken([&] { held_->records[keyspace::StateKey()] += "x"; }), HasSubstr("state record has 82 bytes"));
  EXPECT_THAT(broken([&] { held_->records.erase(keyspace::CheckpointKey(TreeSize{301})); }), HasSubstr("checkpoint"));
  EXPECT_THAT(broken([&] { held_->records.clear(); }), HasSubstr("the store is empty, but a checkpoint was published"));
  EXPECT_THAT(broken([&] { (*held_->published)[30] ^= 1; }), HasSubstr("published checkpoint"));
  EXPECT_THAT(broken([&] {
                MemoryStorage storage(held_);
                RewriteHistory(storage, 290, operator_);
              }),
              HasSubstr("checkpoint was signed for"));
}

TEST_F(JournalTest, OpeningRefusesAStoreBehindItsOwnCheckpoint) {
  Must(RatingRequest(operator_, "1"));
  ASSERT_TRUE(journal_->SignCheckpoint().ok());
  journal_.reset();
  const auto old_copy = held_->records;
  journal_ = Reopen().value();
  Must(RatingRequest(operator_, "2"));
  ASSERT_TRUE(journal_->SignCheckpoint().ok());
  journal_.reset();
  held_->records = old_copy;  // the database was restored, the published checkpoint was not
  const Status status = Journal::Open(std::make_unique<MemoryStorage>(held_), operator_, clock_).status();
  EXPECT_EQ(status.code(), StatusCode::kDataLoss);
  EXPECT_THAT(status.message(),
              HasSubstr("the store has 2 entries, behind the published checkpoint, which was signed for 3"));
}

TEST_F(JournalTest, ACrashBetweenTheTwoWritesOfACheckpointIsRepaired) {
  const std::string first = journal_->LatestCheckpoint();
  Must(RatingRequest(operator_, "1"));
  const std::string second = journal_->SignCheckpoint().value();
  held_->published = first;
  journal_ = Reopen().value();
  EXPECT_EQ(held_->published, second);
  held_->published.reset();
  journal_ = Reopen().value();
  EXPECT_EQ(held_->published, second);
}

TEST_F(JournalTest, ACheckpointThatCouldNotBePublishedIsPublishedWhenItIsAskedForAgain) {
  Must(RatingRequest(operator_, "1"));
  held_->before_publish = [] { return ResourceExhausted("no space left on device"); };
  EXPECT_EQ(journal_->SignCheckpoint().status().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(journal_->SignCheckpoint().status().code(), StatusCode::kResourceExhausted) << "it is not published yet";
  held_->before_publish = nullptr;
  const std::string note = journal_->SignCheckpoint().value();
  EXPECT_EQ(held_->published, note);
}

TEST_F(JournalTest, CosignaturesAreKeptPublishedAndRecovered) {
  const crypto::KeySigner witness = TestSigner('w');
  const auto cosigned = [&](const std::string& bytes, uint64_t at) {
    crypto::SignedNote note = crypto::SignedNote::Parse(bytes).value();
    note.signatures.push_back(crypto::Cosign(note.text, "witness.example", witness, at).value());
    return note.Serialize();
  };
  const std::string first = journal_->LatestCheckpoint();
  Must(RatingRequest(operator_, "1"));
  const std::string second = journal_->SignCheckpoint().value();
  const std::string with_one = cosigned(second, 1), with_two = cosigned(with_one, 2);
  ASSERT_TRUE(journal_->AddCosignatures(with_one).ok());
  EXPECT_EQ(journal_->LatestCheckpoint(), with_one);
  EXPECT_EQ(held_->published, with_one);
  EXPECT_EQ(journal_->SignCheckpoint().value(), with_one) << "signed already";
  // An older one is kept under its size and not published.
  ASSERT_TRUE(journal_->AddCosignatures(cosigned(first, 3)).ok());
  EXPECT_EQ(journal_->CheckpointAt(TreeSize{1}).value(), cosigned(first, 3));
  EXPECT_EQ(held_->published, with_one);
  // What takes a signature away, is of another text, or of no size that was signed.
  EXPECT_EQ(journal_->AddCosignatures(second).code(), StatusCode::kInvalidArgument);
  crypto::Checkpoint other = crypto::OpenCheckpoint(second, journal_->checkpoint_key()).value();
  other.root = Hash256{};
  EXPECT_EQ(journal_->AddCosignatures(crypto::SignCheckpoint(other, operator_).value()).code(),
            StatusCode::kInvalidArgument);
  other.size = TreeSize{7};
  EXPECT_EQ(journal_->AddCosignatures(crypto::SignCheckpoint(other, operator_).value()).code(), StatusCode::kNotFound);
  // A crash between the store and the published file: opening publishes what is in the store.
  ASSERT_TRUE(journal_->AddCosignatures(with_two).ok());
  held_->published = with_one;
  journal_ = Reopen().value();
  EXPECT_EQ(held_->published, with_two);
  EXPECT_EQ(journal_->LatestCheckpoint(), with_two);
  const VerifyReport report =
      VerifyJournal(*journal_->storage().Snapshot(), {.checkpoint_key = journal_->checkpoint_key(), .progress = {}});
  EXPECT_TRUE(report.passed());
  journal_.reset();
  journal_ = Journal::OpenReadOnly(std::make_unique<MemoryStorage>(held_)).value();
  EXPECT_EQ(journal_->AddCosignatures(with_two).code(), StatusCode::kFailedPrecondition);
}

TEST_F(JournalTest, AnEmptyStoreIsNoJournal) {
  const auto empty = std::make_shared<MemoryRecords>();
  EXPECT_EQ(Journal::Open(std::make_unique<MemoryStorage>(empty), operator_, clock_).status().code(),
            StatusCode::kNotFound);
}

}  // namespace
}  // namespace ledgerline::journal
