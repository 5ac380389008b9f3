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

}  // namespace

Sequencer::Sequencer(Storage& storage, Clock& clock, const JournalOptions& options, keyspace::StateRecord state,
                     KeyRegistry keys, TreeWriter tree)
    : storage_(storage),
      clock_(clock),
      options_(options),
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

Result<Committed> Sequencer::Run(std::shared_ptr<PendingSubmission> pending) {
  RETURN_IF_ERROR(Start(pending));
  std::unique_lock lock(pending->mutex);
  pending->finished.wait(lock, [&pending] { return pending->done; });
  const auto wake_next = std::move(pending->wake_next);
  Result<Committed> result = std::move(pending->result);
  lock.unlock();
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
    const std::vector<std::shared_ptr<PendingSubmission>> batch = TakeBatch();
    if (batch.empty()) return;
    CommitBatch(batch);
  }
}

size_t Sequencer::CommitQueued() {
  const std::vector<std::shared_ptr<PendingSubmission>> batch = TakeBatch();
  if (!batch.empty()) CommitBatch(batch);
  return batch.size();
}

std::vector<std::shared_ptr<PendingSubmission>> Sequencer::TakeBatch() {
  std::unique_lock lock(queue_mutex_);
  queue_changed_.wait(lock, [this] { return !options_.own_thread || stopping_ || !queue_.empty(); });
  std::vector<std::shared_ptr<PendingSubmission>> batch;
  batch.reserve(std::min(queue_.size(), options_.batch_entries_max));
  while (!queue_.empty() && batch.size() < options_.batch_entries_max) {
    queued_bytes_ -= queue_.front()->cost_bytes;
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return batch;
}

void Sequencer::CommitBatch(const std::vector<std::shared_ptr<PendingSubmission>>& pending) {
  Status status = health();
  std::vector<Result<Committed>> results;
  if (status.ok()) {
    results.reserve(pending.size());
    std::unique_ptr<Batch> batch = storage_.NewBatch();
    PlacedByKey placed;
    bool any_new = false;
    for (const std::shared_ptr<PendingSubmission>& item : pending) {
      results.push_back(Place(*item, placed, *batch, any_new));
    }
    if (any_new) {
      tree_.WriteTiles(*batch);
      next_.size = tree_.size();
      next_.root = tree_.Root();
      batch->Put(keyspace::StateKey(), next_.Encode());
      status = storage_.Commit(std::move(batch));
      if (status.ok()) {
        batches_committed_.fetch_add(1, std::memory_order_relaxed);
        const std::lock_guard lock(state_mutex_);
        durable_ = next_;
      } else {
        Stop(status);
        status = health();
      }
    }
  }
  std::vector<std::shared_ptr<PendingSubmission>> sleeping;
  for (size_t i = 0; i < pending.size(); ++i) {
    Result<Committed> result = status.ok() ? std::move(results[i]) : Result<Committed>(status);
    if (pending[i]->on_finished) {
      pending[i]->on_finished(std::move(result));
    } else {
      pending[i]->result = std::move(result);
      sleeping.push_back(pending[i]);
    }
  }
  const auto at = [&](size_t i) { return i < sleeping.size() ? sleeping[i] : nullptr; };
  for (size_t i = sleeping.size(); i-- > 0;) Finish(*sleeping[i], {at(2 * i + 1), at(2 * i + 2)});
  if (!sleeping.empty()) sleeping[0]->finished.notify_one();
}

Result<Committed> Sequencer::Place(const PendingSubmission& pending, PlacedByKey& placed, Batch& batch, bool& is_new) {
  std::string key = keyspace::SubmissionKey(pending.parsed.key_id, pending.parsed.submission.idempotency_key());
  if (const auto earlier = placed.find(key); earlier != placed.end()) {
    if (earlier->second.digest != pending.digest)
      return Repeat(pending, {earlier->second.index, earlier->second.digest});
    Committed committed = earlier->second.committed;
    committed.already_existed = true;
    return committed;
  }
  ASSIGN_OR_RETURN(const std::optional<std::string> stored, storage_.Get(key));
  if (stored) {
    ASSIGN_OR_RETURN(const keyspace::SubmissionRecord record, keyspace::SubmissionRecord::Parse(*stored));
    return Repeat(pending, record);
  }
  ASSIGN_OR_RETURN(const Committed committed, Append(pending, key, batch));
  placed.emplace(std::move(key), Placed{committed.index, pending.digest, committed});
  is_new = true;
  return committed;
}

Result<Committed> Sequencer::Repeat(const PendingSubmission& pending, const keyspace::SubmissionRecord& record) const {
  if (record.digest != pending.digest) {
    return AlreadyExists("idempotency key " + HexEncode(pending.parsed.submission.idempotency_key()) +
                         " already stands for entry " + std::to_string(record.index.value) +
                         ", whose submission has other bytes");
  }
  ASSIGN_OR_RETURN(const std::string bytes, ReadStoredEntry(storage_, record.index));
  const Result<ParsedEntry> entry = ParseEntry(bytes);
  if (!entry.ok()) return DataLoss("entry " + std::to_string(record.index.value) + ": " + entry.status().message());
  return Committed{record.index, crypto::LeafHash(bytes), entry->recorded_at_us, true};
}

Result<Committed> Sequencer::Append(const PendingSubmission& pending, const std::string& submission_key, Batch& batch) {
  const EntryIndex index{tree_.size().value};
  const int64_t recorded_at_us = std::max(clock_.Now().us, next_.last_recorded_at_us);
  {
    const std::lock_guard lock(keys_mutex_);
    ASSIGN_OR_RETURN(const EnrolledKey key, keys_.Find(pending.parsed.key_id));
    RETURN_IF_ERROR(CheckValidity(key, recorded_at_us));
    RETURN_IF_ERROR(keys_.Check(pending.parsed, index));
  }
  ASSIGN_OR_RETURN(const std::string bytes,
                   EncodeEntry(index, recorded_at_us, next_.last_leaf_hash, pending.parsed, pending.bytes));
  {
    const std::lock_guard lock(keys_mutex_);
    RETURN_IF_ERROR(keys_.Apply(pending.parsed, index));
  }
  const Hash256 leaf_hash = crypto::LeafHash(bytes);
  batch.Put(keyspace::EntryKey(index), bytes);
  batch.Put(submission_key, keyspace::SubmissionRecord{index, pending.digest}.Encode());
  batch.Put(keyspace::TypeKey(pending.parsed.type, index), "");
  for (const auto& [hash, content] : pending.new_blobs) batch.Put(keyspace::BlobKey(hash), content);
  tree_.Append(leaf_hash);
  next_.last_leaf_hash = leaf_hash;
  next_.last_recorded_at_us = recorded_at_us;
  return Committed{index, leaf_hash, recorded_at_us, false};
}

}  // namespace ledgerline::journal
