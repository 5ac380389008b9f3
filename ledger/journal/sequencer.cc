#include "ledger/journal/sequencer.h"

#include <algorithm>

#include "ledger/journal/entry.h"
#include "ledger/journal/recovery.h"

namespace ledgerline::journal {
namespace {

void Finish(PendingSubmission& pending, std::array<std::shared_ptr<PendingSubmission>, 2> wake_next) {
  const std::lock_guard lock(pending.mutex);
  pending.wake_next = std::move(wake_next);
  pending.done = true;
}

Status Conflict(const PendingEntry& entry, EntryIndex stands) {
  return AlreadyExists("idempotency key " + HexEncode(entry.idempotency_key) + " already stands for entry " +
                       std::to_string(stands.value) + ", whose submission has other bytes");
}

}  // namespace

Sequencer::Sequencer(Storage& storage, Clock& clock, const JournalOptions& options, keyspace::StateRecord state,
                     KeyRegistry keys, TreeWriter tree, PromiseSigner promises)
    : storage_(storage),
      clock_(clock),
      options_(options),
      promises_(std::move(promises)),
      next_(state),
      tree_(std::move(tree)),
      keys_(std::move(keys)),
      durable_(state) {
  if (options_.own_thread) thread_ = std::thread([this] { Loop(); });
}

Sequencer::~Sequencer() {
  {
    const std::lock_guard lock(queue_mutex_);
    stopping_ = true;
  }
  queue_changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  while (CommitQueued() > 0) {
  }
}

Status Sequencer::Start(std::shared_ptr<PendingSubmission> pending) {
  RETURN_IF_ERROR(health());
  {
    const std::lock_guard lock(queue_mutex_);
    if (stopping_) return Unavailable("the journal is closing");
    if (queue_.size() >= options_.queued_submissions_max ||
        (!queue_.empty() && queued_bytes_ + pending->cost_bytes > options_.queued_bytes_max)) {
      return ResourceExhausted("the journal's queue is full (" + std::to_string(queue_.size()) + " submissions, " +
                               std::to_string(queued_bytes_) + " bytes): try again");
    }
    queued_bytes_ += pending->cost_bytes;
    queue_.push_back(std::move(pending));
  }
  queue_changed_.notify_one();
  return Status::Ok();
}

Result<std::vector<Committed>> Sequencer::Run(std::shared_ptr<PendingSubmission> pending) {
  RETURN_IF_ERROR(Start(pending));
  std::unique_lock lock(pending->mutex);
  pending->finished.wait(lock, [&pending] { return pending->done; });
  const auto wake_next = std::move(pending->wake_next);
  Result<std::vector<Committed>> result = std::move(pending->result);
  lock.unlock();
  // Here and not on the sequencer's thread: the next commit is on its way meanwhile.
  if (result.ok()) result->front().commit->Sign(promises_);
  for (const std::shared_ptr<PendingSubmission>& next : wake_next) {
    if (next != nullptr) next->finished.notify_one();
  }
  return result;
}

keyspace::StateRecord Sequencer::state() const {
  const std::lock_guard lock(state_mutex_);
  return durable_;
}

Status Sequencer::health() const {
  const std::lock_guard lock(state_mutex_);
  return health_;
}

void Sequencer::Stop(const Status& cause) {
  const std::lock_guard lock(state_mutex_);
  if (!health_.ok()) return;
  health_ = Unavailable("the journal stopped after a failed write (" + cause.ToString() +
                        "): open it again, then retry with the same idempotency key");
}

Result<EnrolledKey> Sequencer::FindKey(const Hash256& key_id) const {
  const std::lock_guard lock(keys_mutex_);
  return keys_.Find(key_id);
}

KeyRegistry Sequencer::keys() const {
  const std::lock_guard lock(keys_mutex_);
  return keys_;
}

std::vector<crypto::VerifierKey> Sequencer::CheckpointKeysAt(TreeSize size) const {
  const std::lock_guard lock(keys_mutex_);
  return keys_.operator_keys().At(size);
}

void Sequencer::Loop() {
  while (true) {
    const PendingList batch = TakeBatch();
    if (batch.empty()) return;
    CommitBatch(batch);
  }
}

size_t Sequencer::CommitQueued() {
  const PendingList batch = TakeBatch();
  if (!batch.empty()) CommitBatch(batch);
  return batch.size();
}

// A signed batch is never divided: it goes whole into this commit or into the next.
Sequencer::PendingList Sequencer::TakeBatch() {
  std::unique_lock lock(queue_mutex_);
  queue_changed_.wait(lock, [this] { return !options_.own_thread || stopping_ || !queue_.empty(); });
  PendingList batch;
  batch.reserve(std::min(queue_.size(), options_.batch_entries_max));
  size_t entries = 0;
  while (!queue_.empty()) {
    entries += queue_.front()->entries.size();
    if (!batch.empty() && entries > options_.batch_entries_max) break;
    queued_bytes_ -= queue_.front()->cost_bytes;
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return batch;
}

void Sequencer::CommitBatch(const PendingList& pending) {
  Status status = health();
  std::vector<Answer> answers;
  if (status.ok()) {
    std::unique_ptr<Batch> batch = storage_.NewBatch();
    const EntryIndex first{tree_.size().value};
    Filling filling{*batch, RunWriter(*batch), std::make_shared<CommitRecord>(keys_.origin(), first), first, {}, {}};
    PlaceAll(pending, filling, answers);
    if (!filling.placed.empty()) {
      filling.runs.Flush();
      PutKeys(filling);
      tree_.WriteTiles(*batch);
      next_.size = tree_.size();
      next_.root = tree_.Root();
      batch->Put(keyspace::StateKey(), next_.Encode());
      status = storage_.Commit(std::move(batch));
      if (status.ok()) {
        batches_committed_.fetch_add(1, std::memory_order_release);
        const std::lock_guard lock(state_mutex_);
        durable_ = next_;
      } else {
        Stop(status);
        status = health();
      }
    }
  }
  if (!status.ok()) answers.assign(pending.size(), Answer(status));
  AnswerAll(pending, std::move(answers));
}

// In the order of the store: inserting hashes at random is the dearest thing that a commit of many entries does.
void Sequencer::PutKeys(Filling& filling) {
  std::sort(filling.keys.begin(), filling.keys.end());
  for (const auto& [key, index] : filling.keys) filling.batch.Put(key, keyspace::SubmissionRecord{index}.Encode());
}

void Sequencer::AnswerAll(const PendingList& pending, std::vector<Answer> answers) {
  PendingList sleeping;
  for (size_t i = 0; i < pending.size(); ++i) {
    if (pending[i]->on_finished) {
      if (answers[i].ok()) answers[i]->front().commit->Sign(promises_);
      pending[i]->on_finished(std::move(answers[i]));
    } else {
      pending[i]->result = std::move(answers[i]);
      sleeping.push_back(pending[i]);
    }
  }
  const auto at = [&](size_t i) { return i < sleeping.size() ? sleeping[i] : nullptr; };
  for (size_t i = sleeping.size(); i-- > 0;) Finish(*sleeping[i], {at(2 * i + 1), at(2 * i + 2)});
  if (!sleeping.empty()) sleeping[0]->finished.notify_one();
}

void Sequencer::PlaceAll(const PendingList& pending, Filling& filling, std::vector<Answer>& answers) {
  answers.reserve(pending.size());
  for (size_t i = 0; i < pending.size(); ++i) {
    answers.push_back(Place(pending, i, answers, filling));
  }
}

Sequencer::Answer Sequencer::Place(const PendingList& list, size_t at, const std::vector<Answer>& answers,
                                   Filling& filling) {
  const PendingSubmission& pending = *list[at];
  ASSIGN_OR_RETURN(const std::optional<EntryIndex> stands, FindStanding(pending.entries[0], pending.looked_up_at));
  if (stands) {
    return *stands < filling.first ? Repeat(pending, *stands) : RepeatPlaced(list, at, answers, filling, *stands);
  }
  for (size_t i = 1; i < pending.entries.size(); ++i) {
    const PendingEntry& item = pending.entries[i];
    ASSIGN_OR_RETURN(const std::optional<EntryIndex> taken, FindStanding(item, pending.looked_up_at));
    if (taken) {
      return AlreadyExists("batch item " + std::to_string(i) + ": idempotency key " + HexEncode(item.idempotency_key) +
                           " already stands for entry " + std::to_string(taken->value));
    }
  }
  Answer committed = Append(pending, filling);
  if (committed.ok()) filling.placed.emplace_back(committed->front().index, at);
  return committed;
}

Sequencer::Answer Sequencer::RepeatPlaced(const PendingList& list, size_t at, const std::vector<Answer>& answers,
                                          const Filling& filling, EntryIndex stands) const {
  // The submission whose entries reach to `stands`.
  const auto after = std::upper_bound(filling.placed.begin(), filling.placed.end(), stands,
                                      [](EntryIndex index, const auto& placed) { return index < placed.first; });
  const auto& [first, place] = *std::prev(after);
  const PendingEntry& mine = list[at]->entries[0];
  if (list[place]->entries[stands.value - first.value].bytes != mine.bytes) return Conflict(mine, stands);
  std::vector<Committed> committed = *answers[place];
  for (Committed& entry : committed) entry.already_existed = true;
  return committed;
}

Status Sequencer::LookUp(PendingSubmission& pending) const {
  pending.looked_up_at = batches_committed_.load(std::memory_order_acquire);
  for (PendingEntry& entry : pending.entries) {
    ASSIGN_OR_RETURN(const std::optional<std::string> stored, storage_.Get(entry.submission_key));
    if (!stored) continue;
    ASSIGN_OR_RETURN(const keyspace::SubmissionRecord record, keyspace::SubmissionRecord::Parse(*stored));
    entry.stands = record.index;
  }
  return Status::Ok();
}

Result<std::optional<EntryIndex>> Sequencer::FindStanding(const PendingEntry& entry, uint64_t looked_up_at) const {
  if (entry.stands) return entry.stands;
  if (const std::optional<EntryIndex> recent = recent_.Find(entry.submission_key)) return recent;
  if (recent_.Covers(looked_up_at)) return std::optional<EntryIndex>();
  ASSIGN_OR_RETURN(const std::optional<std::string> stored, storage_.Get(entry.submission_key));
  if (!stored) return std::optional<EntryIndex>();
  ASSIGN_OR_RETURN(const keyspace::SubmissionRecord record, keyspace::SubmissionRecord::Parse(*stored));
  return std::optional<EntryIndex>(record.index);
}

// The same bytes again get the same answer: of a batch for all its items, as its header commits to every one of them.
Sequencer::Answer Sequencer::Repeat(const PendingSubmission& pending, EntryIndex index) const {
  std::vector<Committed> committed;
  const auto record = std::make_shared<CommitRecord>(pending.parsed.submission.origin(), index);
  for (size_t i = 0; i < pending.entries.size(); ++i) {
    const EntryIndex at{index.value + i};
    ASSIGN_OR_RETURN(const std::string bytes, ReadStoredEntry(storage_, at));
    const Result<ParsedEntry> entry = ParseEntry(bytes);
    if (!entry.ok()) return DataLoss("entry " + std::to_string(at.value) + ": " + entry.status().message());
    if (i == 0 && entry->submission_bytes != pending.entries[0].bytes) return Conflict(pending.entries[0], index);
    committed.push_back({at, crypto::LeafHash(bytes), entry->recorded_at_us, true, record});
    record->Append(committed.back().leaf_hash, entry->recorded_at_us);
  }
  return committed;
}

Sequencer::Answer Sequencer::Append(const PendingSubmission& pending, Filling& filling) {
  const int64_t recorded_at_us = std::max(clock_.Now().us, next_.last_recorded_at_us);
  const EntryIndex index{tree_.size().value};  // of the submission, or the batch's header
  {
    const std::lock_guard lock(keys_mutex_);
    ASSIGN_OR_RETURN(const EnrolledKey key, keys_.Find(pending.parsed.key_id));
    RETURN_IF_ERROR(CheckValidity(key, recorded_at_us));
    RETURN_IF_ERROR(keys_.Check(pending.parsed, index));
  }
  std::vector<Committed> committed;
  committed.reserve(pending.entries.size());
  for (size_t i = 0; i < pending.entries.size(); ++i) {
    ASSIGN_OR_RETURN(const Committed one, AppendEntry(pending, i, recorded_at_us, filling));
    committed.push_back(one);
  }
  {
    const std::lock_guard lock(keys_mutex_);
    RETURN_IF_ERROR(keys_.Apply(pending.parsed, index));
  }
  for (const auto& [hash, content] : pending.new_blobs) filling.batch.Put(keyspace::BlobKey(hash), content);
  return committed;
}

// Every error that a submission can cause has been seen before: sizes were bounded on admission.
Result<Committed> Sequencer::AppendEntry(const PendingSubmission& pending, size_t entry, int64_t recorded_at_us,
                                         Filling& filling) {
  const PendingEntry& what = pending.entries[entry];
  const EntryIndex index{tree_.size().value};
  ASSIGN_OR_RETURN(const std::string bytes,
                   EncodeEntry(index, recorded_at_us, next_.last_leaf_hash,
                               {what.type, pending.parsed.key_id, what.bytes, static_cast<uint32_t>(entry)}));
  const Hash256 leaf_hash = crypto::LeafHash(bytes);
  filling.runs.Append(index, what.type, bytes);
  recent_.Insert(what.submission_key, index, batches_committed_.load(std::memory_order_relaxed) + 1);
  filling.keys.emplace_back(what.submission_key, index);
  filling.record->Append(leaf_hash, recorded_at_us);
  tree_.Append(leaf_hash);
  next_.last_leaf_hash = leaf_hash;
  next_.last_recorded_at_us = recorded_at_us;
  return Committed{index, leaf_hash, recorded_at_us, false, filling.record};
}

}  // namespace ledgerline::journal
