// Signed batches: their form, their admission as a whole, and what verify and opening find when one is not whole.
#include "ledger/journal/signed_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "ledger/journal/payload_check.h"
#include "tests/ledger/journal/journal_fixture.h"
#include "tests/ledger/journal/memory_storage.h"

namespace ledgerline::journal {
namespace {

using testing::HasSubstr;

std::vector<ItemContent> Ratings(size_t count, const std::string& name = "rating ") {
  std::vector<ItemContent> items;
  for (size_t i = 1; i <= count; ++i) {
    const std::string key = name + std::to_string(i);
    items.push_back({key, RatingPayload(key)});
  }
  return items;
}

std::string Batch(const crypto::Signer& signer, const std::string& key, const std::vector<ItemContent>& items) {
  const Result<std::string> batch = SignBatch(kTestOrigin, key, items, signer);
  EXPECT_TRUE(batch.ok()) << batch.status().ToString();
  return batch.ok() ? *batch : "";
}

TEST(SignedBatchTest, OneToAThousandItemsUnderOneRoot) {
  const crypto::KeySigner signer = TestSigner('o');
  for (const size_t count : {size_t{1}, size_t{2}, size_t{3}, size_t{1000}}) {
    const ParsedBatch batch = ParseBatch(Batch(signer, "header", Ratings(count))).value();
    ASSERT_EQ(batch.items.size(), count);
    EXPECT_EQ(batch.items.back().idempotency_key, "rating " + std::to_string(count));
    std::vector<Hash256> hashes;
    for (const ParsedItem& item : batch.items) hashes.push_back(crypto::LeafHash(item.bytes));
    EXPECT_EQ(batch.header.payload.batch_header().items_root(), ItemsRoot(hashes).ToBytes());
    for (const uint32_t number : {uint32_t{1}, static_cast<uint32_t>(count)}) {
      const crypto::Proof path = ItemPath(hashes, number).value();
      EXPECT_TRUE(
          crypto::VerifyInclusion(hashes[number - 1], EntryIndex{number - 1}, TreeSize{count}, path, ItemsRoot(hashes))
              .ok());
    }
    EXPECT_EQ(ItemPath(hashes, 0).status().code(), StatusCode::kOutOfRange);
    EXPECT_EQ(ItemPath(hashes, static_cast<uint32_t>(count) + 1).status().code(), StatusCode::kOutOfRange);
  }
  EXPECT_EQ(SignBatch(kTestOrigin, "header", {}, signer).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(SignBatch(kTestOrigin, "header", Ratings(1001), signer).status().code(), StatusCode::kOutOfRange);
}

TEST(SignedBatchTest, FormIsCheckedAndTheItemNamed) {
  const crypto::KeySigner signer = TestSigner('o');
  const auto refused = [&](std::vector<ItemContent> items, const std::string& key = "header") {
    return SignBatch(kTestOrigin, key, items, signer).status().message();
  };
  std::vector<ItemContent> items = Ratings(3);
  items[1].idempotency_key = "";
  EXPECT_THAT(refused(items), HasSubstr("batch item 2: item.idempotency_key has 0 bytes, needs 1 to 64"));
  items[1].idempotency_key = std::string(65, 'k');
  EXPECT_THAT(refused(items), HasSubstr("batch item 2: item.idempotency_key has 65 bytes"));
  items[1].idempotency_key = items[2].idempotency_key;
  EXPECT_THAT(refused(items), HasSubstr("batch item 2 and batch item 3 have the same idempotency key"));
  EXPECT_THAT(refused(Ratings(3), "rating 2"), HasSubstr("the header and batch item 2 have the same idempotency key"));
  items = Ratings(3);
  items[0].payload = "x";
  EXPECT_THAT(refused(items), HasSubstr("batch item 1: item.payload is not a serialised Payload"));
  items[0].payload = std::string(kSubmissionBytesMax, 'x');
  EXPECT_THAT(refused(items), HasSubstr("batch item 1: item of "));
  items[0].payload = EnrolmentPayload(TestSigner('p'), v1::KEY_ROLE_PARTY, "party-1");
  EXPECT_THAT(refused(items), HasSubstr("item.payload is a key enrolment, which only stands alone"));
  for (const v1::PayloadType type : {v1::PAYLOAD_TYPE_GENESIS, v1::PAYLOAD_TYPE_KEY_ROTATION,
                                     v1::PAYLOAD_TYPE_KEY_REVOCATION, v1::PAYLOAD_TYPE_BATCH_HEADER}) {
    EXPECT_FALSE(MayBeItem(type)) << type;
  }
  const auto altered = [&](const std::function<void(v1::SignedBatch&)>& change) {
    v1::SignedBatch batch;
    EXPECT_TRUE(batch.ParseFromString(Batch(signer, "header", Ratings(3))));
    change(batch);
    return ParseBatch(batch.SerializeAsString()).status().message();
  };
  EXPECT_THAT(altered([](v1::SignedBatch& b) { b.mutable_items()->RemoveLast(); }), HasSubstr("item_count 3, but 2"));
  EXPECT_THAT(altered([](v1::SignedBatch& b) { b.mutable_items()->SwapElements(0, 1); }), HasSubstr("items_root"));
  EXPECT_THAT(altered([&](v1::SignedBatch& b) { b.set_header(RatingRequest(signer, "1").submission); }),
              HasSubstr("batch header is a rating"));
  EXPECT_THAT(altered([](v1::SignedBatch& b) { b.mutable_header()->pop_back(); }), HasSubstr("batch header"));
  EXPECT_THAT(altered([](v1::SignedBatch& b) { *b.mutable_items(2) += std::string("\xf8\x3f\x01", 3); }),
              HasSubstr("batch item 3"));
  EXPECT_EQ(ParseBatch(std::string(kBatchBytesMax + 1, 'x')).status().code(), StatusCode::kOutOfRange);
}

TEST(SignedBatchTest, HoweverItIsWrittenItIsReadTheSame) {
  const crypto::KeySigner signer = TestSigner('o');
  // The second item's fields in the other order, the first one's key twice: the last counts.
  const auto field = [](char number, const std::string& bytes) {
    return std::string({static_cast<char>(number << 3 | 2), static_cast<char>(bytes.size())}) + bytes;
  };
  const std::string payload = RatingPayload("r");
  const std::vector<std::string> items = {field(1, "not this") + field(1, "one") + field(2, payload),
                                          field(2, payload) + field(1, "two"), field(1, "three") + field(2, payload)};
  std::vector<Hash256> hashes;
  for (const std::string& item : items) hashes.push_back(crypto::LeafHash(item));
  v1::Payload header;
  header.mutable_batch_header()->set_items_root(ItemsRoot(hashes).ToBytes());
  header.mutable_batch_header()->set_item_count(3);
  v1::SignedBatch plain;
  plain.set_header(SignSubmission(kTestOrigin, "header", header.SerializeAsString(), signer).value());
  for (const std::string& item : items) plain.add_items(item);
  const std::string first_items = plain.SerializeAsString();
  v1::SignedBatch headless = plain;
  headless.clear_header();
  v1::SignedBatch alone;
  alone.set_header(plain.header());
  for (const std::string& bytes : {first_items, headless.SerializeAsString() + alone.SerializeAsString()}) {
    const Result<ParsedBatch> parsed = ParseBatch(bytes);
    ASSERT_TRUE(parsed.ok()) << parsed.status().ToString();
    EXPECT_EQ(parsed->header_bytes, plain.header());
    ASSERT_EQ(parsed->items.size(), 3u);
    for (size_t i = 0; i < 3; ++i) {
      const std::string key = i == 0 ? "one" : i == 1 ? "two" : "three";
      EXPECT_EQ(parsed->items[i].bytes, items[i]);
      EXPECT_EQ(parsed->items[i].idempotency_key, key);
      EXPECT_EQ(parsed->items[i].digest, keyspace::DigestOf(KeyId(signer.public_key()), key));
    }
  }
}

class BatchJournalTest : public testing::Test {
 protected:
  void SetUp() override { Open(JournalOptions{}); }
  void Open(const JournalOptions& options) {
    journal_.reset();
    auto storage = std::make_unique<MemoryStorage>(held_);
    journal_ = held_->records.empty()
                   ? Journal::Create(std::move(storage), kTestOrigin, operator_, clock_, options).value()
                   : Journal::Open(std::move(storage), operator_, clock_, options).value();
  }
  CommittedBatch Must(const std::string& batch, std::vector<std::string> blobs = {}) {
    Result<CommittedBatch> committed = journal_->SubmitBatch({batch, std::move(blobs)});
    EXPECT_TRUE(committed.ok()) << committed.status().ToString();
    return committed.ok() ? *committed : CommittedBatch{};
  }
  Status Refused(const std::string& batch, std::vector<std::string> blobs = {}) {
    const TreeSize before = journal_->size();
    const Status status = journal_->SubmitBatch({batch, std::move(blobs)}).status();
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(journal_->size(), before);
    return status;
  }
  ParsedEntry EntryAt(uint64_t index) { return ParseEntry(journal_->ReadEntry(EntryIndex{index}).value()).value(); }
  VerifyReport Verify() { return VerifyJournal(MemoryStorage(held_), {}); }

  const crypto::KeySigner operator_ = TestSigner('o');
  const crypto::KeySigner party_ = TestSigner('p');
  TestClock clock_;
  std::shared_ptr<MemoryRecords> held_ = std::make_shared<MemoryRecords>();
  std::unique_ptr<Journal> journal_;
};

TEST_F(BatchJournalTest, AHeaderThenItsItemsInOrder) {
  const std::string bytes = Batch(operator_, "header", Ratings(3));
  const CommittedBatch committed = Must(bytes);
  EXPECT_EQ(committed.header.index, EntryIndex{1});
  ASSERT_EQ(committed.items.size(), 3u);
  const ParsedBatch batch = ParseBatch(bytes).value();
  const ParsedEntry header = EntryAt(1);
  EXPECT_EQ(header.submission_bytes, batch.header_bytes);
  std::vector<Hash256> hashes;
  for (const ParsedItem& item : batch.items) hashes.push_back(crypto::LeafHash(item.bytes));
  for (uint32_t number = 1; number <= 3; ++number) {
    const ParsedEntry entry = EntryAt(1 + number);
    EXPECT_EQ(committed.items[number - 1].index, entry.index);
    EXPECT_EQ(committed.items[number - 1].leaf_hash, crypto::LeafHash(journal_->ReadEntry(entry.index).value()));
    EXPECT_EQ(entry.batch_offset, number);
    EXPECT_EQ(entry.type, v1::PAYLOAD_TYPE_RATING);
    EXPECT_EQ(entry.submission_bytes, batch.items[number - 1].bytes);
    EXPECT_EQ(entry.submission.key_id, KeyId(operator_.public_key()));
    EXPECT_EQ(entry.submission.submission.idempotency_key(), "rating " + std::to_string(number));
    EXPECT_EQ(entry.submission.payload.rating().recording_id(), "rating " + std::to_string(number));
    EXPECT_EQ(VerifyItem(entry, header, ItemPath(hashes, number).value()).ToString(), "ok");
    EXPECT_EQ(journal_->FindSubmission(entry.submission.key_id, "rating " + std::to_string(number)).value(),
              entry.index);
  }
  EXPECT_THAT(VerifyItem(EntryAt(2), header, ItemPath(hashes, 2).value()).message(), HasSubstr("another root"));
  EXPECT_THAT(VerifyItem(EntryAt(2), EntryAt(3), ItemPath(hashes, 1).value()).message(),
              HasSubstr("not a batch header"));
  EXPECT_TRUE(Verify().passed()) << FailedChecks(Verify());
}

TEST_F(BatchJournalTest, TheSameBatchIsOneBatch) {
  const std::string bytes = Batch(operator_, "header", Ratings(5));
  const CommittedBatch first = Must(bytes);
  clock_.now_us += 1'000'000;
  const CommittedBatch again = Must(bytes);
  EXPECT_FALSE(first.header.already_existed);
  EXPECT_TRUE(again.header.already_existed);
  EXPECT_EQ(again.header.index, first.header.index);
  EXPECT_EQ(again.header.leaf_hash, first.header.leaf_hash);
  ASSERT_EQ(again.items.size(), 5u);
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_TRUE(again.items[i].already_existed);
    EXPECT_EQ(again.items[i].leaf_hash, first.items[i].leaf_hash);
    EXPECT_EQ(again.items[i].recorded_at_us, first.items[i].recorded_at_us);
  }
  EXPECT_EQ(journal_->size(), TreeSize{7});
  Status status = Refused(Batch(operator_, "header", Ratings(4)));
  EXPECT_EQ(status.code(), StatusCode::kAlreadyExists);
  EXPECT_THAT(status.message(), HasSubstr("already stands for entry 1, whose submission has other bytes"));
  // An item's key that stands for an entry elsewhere, as the item of another batch or alone.
  status = Refused(Batch(operator_, "other", {{"new", RatingPayload("x")}, {"rating 3", RatingPayload("rating 3")}}));
  EXPECT_EQ(status.code(), StatusCode::kAlreadyExists);
  EXPECT_THAT(status.message(), HasSubstr("batch item 2: idempotency key"));
  EXPECT_THAT(status.message(), HasSubstr("already stands for entry 4"));
  EXPECT_EQ(journal_->Submit(Request(operator_, "rating 3", RatingPayload("rating 3"))).status().code(),
            StatusCode::kAlreadyExists);
  // A header whose key stands for an item.
  EXPECT_EQ(Refused(Batch(operator_, "rating 1", Ratings(1, "z"))).code(), StatusCode::kAlreadyExists);
  // Keys are of one submitter: another's may be equal.
  ASSERT_TRUE(journal_->Submit(Request(operator_, "enrol", EnrolmentPayload(party_, v1::KEY_ROLE_OPERATOR, ""))).ok());
  EXPECT_EQ(Must(Batch(party_, "header", Ratings(5))).header.index, EntryIndex{8});
  EXPECT_TRUE(Verify().passed()) << FailedChecks(Verify());
}

TEST_F(BatchJournalTest, ConflictsWithinOneCommitAreSeen) {
  Open({.own_thread = false});
  std::map<std::string, Result<CommittedBatch>> answers;
  const auto submit = [&](const std::string& name, const std::string& batch) {
    ASSERT_TRUE(journal_
                    ->SubmitBatchAsync(
                        {batch, {}},
                        [&answers, name](Result<CommittedBatch> result) { answers.emplace(name, std::move(result)); })
                    .ok());
  };
  submit("first", Batch(operator_, "header", Ratings(3)));
  submit("again", Batch(operator_, "header", Ratings(3)));
  submit("other bytes", Batch(operator_, "header", Ratings(2)));
  submit("overlap", Batch(operator_, "header 2", {{"a", RatingPayload("a")}, {"rating 2", RatingPayload("b")}}));
  submit("last", Batch(operator_, "header 3", Ratings(2, "late ")));
  EXPECT_EQ(journal_->CommitQueued().value(), 5u);
  EXPECT_EQ(answers.at("first")->header.index, EntryIndex{1});
  EXPECT_TRUE(answers.at("again")->items.at(2).already_existed);
  EXPECT_EQ(answers.at("again")->items.at(2).index, EntryIndex{4});
  EXPECT_EQ(answers.at("other bytes").status().code(), StatusCode::kAlreadyExists);
  EXPECT_THAT(answers.at("overlap").status().message(), HasSubstr("batch item 2"));
  EXPECT_THAT(answers.at("overlap").status().message(), HasSubstr("already stands for entry 3"));
  EXPECT_EQ(answers.at("last")->header.index, EntryIndex{5});
  EXPECT_EQ(journal_->size(), TreeSize{8});
  EXPECT_TRUE(Verify().passed()) << FailedChecks(Verify());
}

// Of batches of 300 entries in commits of at most 1,000, three go into one commit and none is divided.
TEST_F(BatchJournalTest, ABatchIsNeverDividedBetweenCommits) {
  Open({.batch_entries_max = 1000, .own_thread = false});
  size_t answered = 0;
  for (int i = 0; i < 7; ++i) {
    const std::string name = "batch " + std::to_string(i) + " ";
    ASSERT_TRUE(journal_
                    ->SubmitBatchAsync({Batch(operator_, name, Ratings(299, name)), {}},
                                       [&](const Result<CommittedBatch>& result) {
                                         EXPECT_TRUE(result.ok());
                                         ++answered;
                                       })
                    .ok());
  }
  std::vector<uint64_t> sizes;
  while (journal_->CommitQueued().value() > 0) sizes.push_back(journal_->size().value);
  EXPECT_EQ(sizes, (std::vector<uint64_t>{901, 1801, 2101}));
  EXPECT_EQ(answered, 7u);
  EXPECT_TRUE(Verify().passed()) << FailedChecks(Verify());
}

TEST_F(BatchJournalTest, AdmittedWholeOrNotAtAll) {
  ASSERT_TRUE(
      journal_->Submit(Request(operator_, "enrol", EnrolmentPayload(party_, v1::KEY_ROLE_PARTY, "party-1"))).ok());
  EXPECT_EQ(Refused(Batch(TestSigner('x'), "header", Ratings(2))).code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(Refused(Batch(party_, "header", Ratings(2))).code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(Refused(SignBatch("other.example", "header", Ratings(2), operator_).value()).code(),
            StatusCode::kInvalidArgument);
  v1::SignedBatch batch;
  ASSERT_TRUE(batch.ParseFromString(Batch(operator_, "header", Ratings(2))));
  v1::Submission header;
  ASSERT_TRUE(header.ParseFromString(batch.header()));
  (*header.mutable_signature())[5] ^= 1;
  batch.set_header(header.SerializeAsString());
  EXPECT_EQ(Refused(batch.SerializeAsString()).code(), StatusCode::kPermissionDenied);
  // A header alone is no submission.
  header.ParseFromString(std::string(ParseBatch(Batch(operator_, "header", Ratings(2)))->header_bytes));
  EXPECT_EQ(journal_->Submit({header.SerializeAsString(), {}}).status().code(), StatusCode::kInvalidArgument);
  // Blobs: each item's must be there or come along, and no others.
  const std::string rows = "period,plays\n2026-10,7\n";
  const std::string with_file =
      Batch(operator_, "files", {{"1", RatingPayload("r")}, {"2", UsagePayload(rows)}, {"3", UsagePayload(rows)}});
  EXPECT_EQ(Refused(with_file).code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(Refused(with_file, {rows, "other"}).code(), StatusCode::kInvalidArgument);
  Must(with_file, {rows});
  EXPECT_EQ(journal_->ReadBlob(crypto::Sha256(rows)).value(), rows);
  EXPECT_TRUE(Verify().passed()) << FailedChecks(Verify());
}

// Opening reads the last tile: its first entry may be far inside of a batch, and so may its last.
TEST_F(BatchJournalTest, OpensWhereverABatchLies) {
  for (const size_t items : {size_t{253}, size_t{1}, size_t{600}, size_t{1000}, size_t{255}}) {
    Must(Batch(operator_, "header " + std::to_string(items), Ratings(items, std::to_string(items) + " ")));
    Open(JournalOptions{});
    EXPECT_TRUE(Verify().passed()) << FailedChecks(Verify());
  }
}

// Full commits are written on one thread and answered on another while the next is made.
class PipelineTest : public BatchJournalTest {
 protected:
  static constexpr size_t kBatches = 48, kItems = 299;

  void SetUp() override {
    Open({.batch_entries_max = 900, .fold_entries_min = 4096});
    for (size_t i = 0; i < kBatches; ++i)
      requests_.push_back(Batch(operator_, "batch " + std::to_string(i), Ratings(kItems, std::to_string(i) + "/")));
  }
  // Everything at once; the answers in the requests' order.
  std::vector<Result<CommittedBatch>> SubmitAll() {
    std::vector<Result<CommittedBatch>> answers(kBatches, Internal("never answered"));
    std::mutex mutex;
    std::condition_variable changed;
    size_t left = kBatches;
    for (size_t i = 0; i < kBatches; ++i) {
      const auto finish = [&, i](Result<CommittedBatch> answer) {
        const std::lock_guard lock(mutex);
        answers[i] = std::move(answer);
        if (--left == 0) changed.notify_one();
      };
      if (const Status status = journal_->SubmitBatchAsync({requests_[i], {}}, finish); !status.ok()) finish(status);
    }
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return left == 0; });
    return answers;
  }
  std::vector<std::string> requests_;
};

TEST_F(PipelineTest, RepeatsAreFoundWhereverTheirKeysAre) {
  std::vector<Result<CommittedBatch>> first = SubmitAll();
  for (const bool reopened : {false, true}) {
    if (reopened) Open({.batch_entries_max = 900, .fold_entries_min = 4096});
    const std::vector<Result<CommittedBatch>> again = SubmitAll();
    for (size_t i = 0; i < kBatches; ++i) {
      ASSERT_TRUE(first[i].ok() && again[i].ok()) << first[i].status().ToString() << again[i].status().ToString();
      EXPECT_TRUE(again[i]->header.already_existed);
      EXPECT_EQ(again[i]->header.index, first[i]->header.index);
      ASSERT_EQ(again[i]->items.size(), kItems);
      EXPECT_EQ(again[i]->items[kItems - 1].leaf_hash, first[i]->items[kItems - 1].leaf_hash);
      const auto found = journal_->FindSubmission(KeyId(operator_.public_key()), std::to_string(i) + "/7");
      EXPECT_EQ(found.value(), first[i]->items[7 - 1].index);
    }
  }
  EXPECT_EQ(journal_->size(), TreeSize{1 + kBatches * (kItems + 1)});
  journal_.reset();
  const MemoryStorage storage(held_);
  const TreeSize folded = FoldedSize(storage, TreeSize{1 + kBatches * (kItems + 1)}).value();
  EXPECT_GE(folded, TreeSize{8192});
  const VerifyReport report = VerifyJournal(storage, VerifyOptions());
  EXPECT_TRUE(report.passed()) << FailedChecks(report);
}

TEST_F(PipelineTest, NothingIsWrittenOrAcknowledgedAfterAFailedCommit) {
  std::atomic<int> commits = 0;
  held_->before_commit = [&]() -> Status {
    // The fourth fails; a write after it would be there.
    return ++commits == 4 ? ResourceExhausted("disk full") : Status::Ok();
  };
  const std::vector<Result<CommittedBatch>> answers = SubmitAll();
  EXPECT_EQ(commits, 4);
  EXPECT_EQ(journal_->Submit(RatingRequest(operator_, "later")).status().code(), StatusCode::kUnavailable);
  held_->before_commit = nullptr;
  Open({.batch_entries_max = 900, .fold_entries_min = 4096});
  size_t acknowledged = 0;
  for (size_t i = 0; i < kBatches; ++i) {
    const auto found = journal_->FindSubmission(KeyId(operator_.public_key()), "batch " + std::to_string(i));
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(answers[i].ok(), found->has_value()) << i;
    acknowledged += answers[i].ok() ? 1 : 0;
    EXPECT_TRUE(answers[i].ok() || answers[i].status().code() == StatusCode::kUnavailable) << i;
  }
  EXPECT_LT(acknowledged, kBatches);
  EXPECT_EQ(journal_->size(), TreeSize{1 + acknowledged * (kItems + 1)});
  for (const Result<CommittedBatch>& answer : SubmitAll()) EXPECT_TRUE(answer.ok()) << answer.status().ToString();
}

// What a dishonest operator or a damaged store may do to batches; every later hash is recomputed.
class BrokenBatchTest : public BatchJournalTest {
 protected:
  void SetUp() override {
    BatchJournalTest::SetUp();
    Must(Batch(operator_, "header", Ratings(3)));                           // entries 1 to 4
    ASSERT_TRUE(journal_->Submit(RatingRequest(operator_, "alone")).ok());  // entry 5
    Must(Batch(operator_, "header 2", Ratings(2, "second ")));              // entries 6 to 8
  }
  // Rewrites the entries and everything derived from them; returns what the check of batches says.
  std::string After(const std::function<void(std::vector<v1::Entry>&)>& change) {
    const auto records = held_->records;
    std::vector<v1::Entry> entries(journal_->size().value);
    for (uint64_t i = 0; i < entries.size(); ++i) {
      EXPECT_TRUE(entries[i].ParseFromString(journal_->ReadEntry(EntryIndex{i}).value()));
    }
    change(entries);
    StoreAnew(entries);
    const std::string failures = FailuresOf(Verify(), "batches");
    const Status opened = Journal::OpenReadOnly(std::make_unique<MemoryStorage>(held_)).status();
    EXPECT_EQ(opened.ok(), failures.empty()) << opened.ToString() << failures;
    held_->records = records;
    return failures;
  }
  void StoreAnew(const std::vector<v1::Entry>& entries) {
    MemoryStorage storage(held_);
    std::unique_ptr<journal::Batch> batch = storage.NewBatch();
    TreeWriter tree;
    Hash256 previous;
    int64_t recorded_at_us = 0;
    std::erase_if(held_->records, [](const auto& record) { return record.first[0] == keyspace::kEntry; });
    for (uint64_t i = 0; i < entries.size(); ++i) {
      v1::Entry entry = entries[i];
      entry.set_index(i);
      entry.set_previous_leaf_hash(previous.ToBytes());
      const std::string bytes = entry.SerializeAsString();
      batch->Put(keyspace::EntryRunKey(EntryIndex{i}), EncodeRun({bytes}));
      previous = crypto::LeafHash(bytes);
      recorded_at_us = entry.recorded_at_us();
      tree.Append(previous);
    }
    tree.WriteTiles(*batch);
    batch->Put(keyspace::StateKey(),
               keyspace::StateRecord{tree.size(), tree.Root(), previous, recorded_at_us}.Encode());
    ASSERT_TRUE(storage.Commit(std::move(batch)).ok());
  }
};

TEST_F(BrokenBatchTest, EveryBreakIsNamed) {
  EXPECT_EQ(After([](auto&) {}), "");
  EXPECT_THAT(After([](auto& e) { e.erase(e.begin() + 4); }),
              HasSubstr("entry 1 heads a batch of 3 items, of which only 2"));
  EXPECT_THAT(After([](auto& e) { e.pop_back(); }), HasSubstr("entry 6 heads a batch of 2 items, of which only 1"));
  EXPECT_THAT(After([](auto& e) { e.resize(7); }), HasSubstr("entry 6 heads a batch of 2 items, of which only 0"));
  EXPECT_THAT(After([](auto& e) { e.erase(e.begin() + 1); }), HasSubstr("entry 1 is item 1 of a batch, but entry 0"));
  EXPECT_THAT(After([](auto& e) { std::swap(e[2], e[3]); }), HasSubstr("entry 2 says that it is item 2 of its batch"));
  EXPECT_THAT(After([](auto& e) {
                std::swap(e[2], e[3]);
                e[2].set_batch_offset(1);
                e[3].set_batch_offset(2);
              }),
              HasSubstr("entry 1 heads a batch with root"));
  EXPECT_THAT(After([](auto& e) { e[3].set_submitter_key_id(std::string(32, 'x')); }), HasSubstr("another key"));
  EXPECT_THAT(After([](auto& e) { std::swap(e[4], e[5]); }), HasSubstr("entry 1 heads a batch of 3 items"));
  EXPECT_THAT(After([](auto& e) {
                v1::Entry more = e[8];
                more.set_batch_offset(3);
                e.push_back(more);
              }),
              HasSubstr("entry 9 is item 3 of a batch, but entry 6 does not head one that reaches to it"));
}

TEST(EntryTest, AnItemNamesItsHeaderAndNothingElseDoes) {
  v1::BatchItem item;
  item.set_idempotency_key("k");
  item.set_payload(RatingPayload("r"));
  const std::string bytes =
      EncodeEntry(EntryIndex{7}, 1, Hash256{}, {v1::PAYLOAD_TYPE_RATING, Hash256{}, item.SerializeAsString(), 7})
          .value();
  const ParsedEntry entry = ParseEntry(bytes).value();
  EXPECT_TRUE(entry.is_item());
  EXPECT_EQ(entry.batch_offset, 7u);
  const auto refused = [&](const std::function<void(v1::Entry&)>& change) {
    v1::Entry changed;
    EXPECT_TRUE(changed.ParseFromString(bytes));
    change(changed);
    return ParseEntry(changed.SerializeAsString()).status().message();
  };
  EXPECT_THAT(refused([](v1::Entry& e) { e.set_batch_offset(0); }), HasSubstr("entry.batch_offset 0 is not within"));
  EXPECT_THAT(refused([](v1::Entry& e) { e.set_batch_offset(8); }), HasSubstr("entry.batch_offset 8 is not within"));
  EXPECT_THAT(refused([](v1::Entry& e) {
                e.set_index(5000);
                e.set_batch_offset(1001);
              }),
              HasSubstr("entry.batch_offset 1001 is not within"));
  EXPECT_THAT(refused([](v1::Entry& e) { e.set_evidence(v1::SIGNATURE_EVIDENCE_SUBMISSION); }),
              HasSubstr("entry.batch_offset 7 in an entry that is no item"));
  EXPECT_THAT(refused([](v1::Entry& e) { e.set_type(v1::PAYLOAD_TYPE_PERMIT); }), HasSubstr("entry.type"));
}

}  // namespace
}  // namespace ledgerline::journal
