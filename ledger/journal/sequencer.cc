#include "ledger/journal/sequencer.h"

#include <algorithm>
#include <chrono>

#include "crypto/merkle.h"
#include "ledger/journal/entry.h"
#include "ledger/journal/key_fold.h"

namespace ledgerline::journal {
namespace {

// A smaller commit is written by the thread that made it.
constexpr size_t kHandedOverEntriesMin = 256;
constexpr size_t kAnswersWaitingMax = 16;
// With so many entries, after so many times what a commit takes, or after so long, a commit no longer waits for what is
// being admitted. Below kHandedOverEntriesMin, so that it need not wake another thread.
constexpr size_t kLingerEntriesMax = 240;
constexpr int64_t kLingerCommits = 8;
constexpr int64_t kLingerUsMax = 3000;
// A smaller fold is done by the thread that wrote the commit.
constexpr size_t kHandedOverKeysMin = 4096;

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
                     KeyRegistry keys, TreeWriter tree, RecentKeys recent, PromiseSigner promises)
    : storage_(storage),
      clock_(clock),
      options_(options),
      promises_(std::move(promises)),
      next_(state),
      recent_(std::move(recent)),
      tree_(std::move(tree)),
      keys_(std::move(keys)),
      durable_(state) {
  if (!options_.own_thread) return;
  folder_ = std::make_unique<Stage<std::vector<KeyedEntry>>>(
      1, [this](std::vector<KeyedEntry> keys) { Fold(std::move(keys)); });
  answerer_ =
      std::make_unique<Stage<Commit>>(kAnswersWaitingMax, [this](Commit commit) { AnswerAll(std::move(commit)); });
  writer_ = std::make_unique<Stage<Commit>>(1, [this](Commit commit) {
    Write(commit);
    {
      const std::lock_guard lock(queue_mutex_);
      --being_written_;
    }
    queue_changed_.notify_one();
    answerer_->Hand(std::move(commit));
  });
  thread_ = std::thread([this] { Loop(); });
}

Sequencer::~Sequencer() {
  {
    const std::lock_guard lock(queue_mutex_);
    stopping_ = true;
  }
  queue_changed_.notify_one();
  if (thread_.joinable()) thread_.join();
  writer_.reset();
  answerer_.reset();
  folder_.reset();
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
    queued_entries_ += pending->entries.size();
    queue_.push_back(std::move(pending));
    if (lingering_ ? queued_entries_ < kLingerEntriesMax : !TimeToCommit()) return Status::Ok();
  }
  queue_changed_.notify_one();
  return Status::Ok();
}

Result<Placement> Sequencer::Wait(PendingSubmission& pending) {
  std::unique_lock lock(pending.mutex);
  pending.finished.wait(lock, [&pending] { return pending.done; });
  const auto wake_next = std::move(pending.wake_next);
  Result<Placement> result = std::move(pending.result);
  lock.unlock();
  // Here and not on a thread of the sequencer's: the next commit is on its way meanwhile.
  if (result.ok()) result->commit->Sign(promises_);
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
    PendingList list = TakeBatch();
    if (list.empty()) return;
    Commit commit = Make(std::move(list));
    if (commit.record->leaf_hashes().size() >= kHandedOverEntriesMin) {
      {
        const std::lock_guard lock(queue_mutex_);
        ++being_written_;
      }
      writer_->Hand(std::move(commit));
    } else {
      WaitForWriter();
      Write(commit);
      AnswerAll(std::move(commit));
    }
  }
}

size_t Sequencer::CommitQueued() {
  PendingList list = TakeBatch();
  const size_t count = list.size();
  if (count == 0) return 0;
  Commit commit = Make(std::move(list));
  Write(commit);
  AnswerAll(std::move(commit));
  return count;
}

// While a commit is being written, the next one waits until it is full or that one is done. queue_mutex_ is held.
bool Sequencer::TimeToCommit() const {
  return !queue_.empty() && (being_written_ == 0 || queued_entries_ >= options_.batch_entries_max);
}

// A signed batch is never divided: it goes whole into this commit or into the next.
Sequencer::PendingList Sequencer::TakeBatch() {
  std::unique_lock lock(queue_mutex_);
  queue_changed_.wait(lock,
                      [this] { return !options_.own_thread || TimeToCommit() || (stopping_ && being_written_ == 0); });
  if (options_.own_thread && !stopping_ && in_admission_ > 0 && queued_entries_ < kLingerEntriesMax) {
    WaitForAdmissions(lock);
  }
  PendingList batch;
  batch.reserve(std::min(queue_.size(), options_.batch_entries_max));
  size_t entries = 0;
  while (!queue_.empty()) {
    const size_t more = queue_.front()->entries.size();
    if (!batch.empty() && entries + more > options_.batch_entries_max) break;
    entries += more;
    queued_entries_ -= more;
    queued_bytes_ -= queue_.front()->cost_bytes;
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return batch;
}

void Sequencer::WaitForAdmissions(std::unique_lock<std::mutex>& lock) {
  const std::chrono::microseconds most(
      std::min(kLingerCommits * commit_us_.load(std::memory_order_relaxed), kLingerUsMax));
  lingering_ = true;
  queue_changed_.wait_for(lock, most,
                          [this] { return in_admission_ == 0 || queued_entries_ >= kLingerEntriesMax || stopping_; });
  lingering_ = false;
}

void Sequencer::Admitted() {
  if (--in_admission_ > 0 || !lingering_) return;
  { const std::lock_guard lock(queue_mutex_); }  // the sequencer is asleep, or has not looked yet
  queue_changed_.notify_one();
}

void Sequencer::WaitForWriter() {
  std::unique_lock lock(queue_mutex_);
  queue_changed_.wait(lock, [this] { return being_written_ == 0; });
}

Sequencer::Commit Sequencer::Make(PendingList pending) {
  Commit commit;
  commit.pending = std::move(pending);
  const EntryIndex first{next_.size.value};
  size_t entries = 0;
  for (const auto& submission : commit.pending) entries += submission->entries.size();
  commit.record = std::make_shared<CommitRecord>(keys_.origin(), first);
  if (const Status status = health(); !status.ok()) {
    commit.answers.assign(commit.pending.size(), Answer(status));
    return commit;
  }
  commit.record->Reserve(entries);
  commit.batch = storage_.NewBatch();
  Filling filling{commit, RunWriter(*commit.batch), first, {}};
  {
    const std::lock_guard lock(recent_mutex_);
    PlaceAll(filling);
    // A fold begins with the commit that fills it, once the one before is done.
    if (recent_.unfolded() >= options_.fold_entries_min && folds_durable_ == recent_.folds_begun())
      commit.folds = recent_.TakeUnfolded();
  }
  filling.runs.Flush();
  if (filling.placed.empty()) commit.batch.reset();
  commit.state = next_;
  return commit;
}

void Sequencer::Write(Commit& commit) {
  Status status = health();
  if (status.ok() && commit.batch != nullptr) {
    for (const Hash256& leaf_hash : commit.record->leaf_hashes()) tree_.Append(leaf_hash);
    tree_.WriteTiles(*commit.batch);
    commit.state.root = tree_.Root();
    commit.batch->Put(keyspace::StateKey(), commit.state.Encode());
    const auto began = std::chrono::steady_clock::now();
    status = storage_.Commit(std::move(commit.batch));
    const auto took = std::chrono::steady_clock::now() - began;
    const int64_t took_us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    commit_us_ = (7 * commit_us_ + took_us) / 8;
    if (status.ok()) {
      batches_committed_.fetch_add(1, std::memory_order_relaxed);
      const std::lock_guard lock(state_mutex_);
      durable_ = commit.state;
    } else {
      Stop(status);
      status = health();
    }
  }
  if (!status.ok()) {
    commit.answers.assign(commit.pending.size(), Answer(status));
  } else if (!commit.folds.empty()) {
    if (folder_ != nullptr && commit.folds.size() >= kHandedOverKeysMin) {
      folder_->Hand(std::move(commit.folds));
    } else {
      Fold(std::move(commit.folds));
    }
  }
}

// If it fails, the journal stops as after any other failed write; the entries are durable all the same.
void Sequencer::Fold(std::vector<KeyedEntry> keys) {
  if (!health().ok()) return;
  std::unique_ptr<Batch> batch = storage_.NewBatch();
  PutFold(std::move(keys), *batch);
  if (const Status status = storage_.Commit(std::move(batch)); !status.ok()) return Stop(status);
  folds_durable_.fetch_add(1, std::memory_order_release);
}

void Sequencer::AnswerAll(Commit commit) {
  PendingList sleeping;
  for (size_t i = 0; i < commit.pending.size(); ++i) {
    PendingSubmission& pending = *commit.pending[i];
    Answer& answer = commit.answers[i];
    if (pending.on_finished) {
      if (answer.ok()) answer->commit->Sign(promises_);
      pending.on_finished(answer);
    } else {
      pending.result = std::move(answer);
      sleeping.push_back(std::move(commit.pending[i]));
    }
  }
  const auto at = [&](size_t i) { return i < sleeping.size() ? sleeping[i] : nullptr; };
  for (size_t i = sleeping.size(); i-- > 0;) Finish(*sleeping[i], {at(2 * i + 1), at(2 * i + 2)});
  if (!sleeping.empty()) sleeping[0]->finished.notify_one();
}

void Sequencer::PlaceAll(Filling& filling) {
  const size_t count = filling.commit.pending.size();
  filling.commit.answers.reserve(count);
  for (size_t i = 0; i < count; ++i) filling.commit.answers.push_back(Place(i, filling));
}

Sequencer::Answer Sequencer::Place(size_t at, Filling& filling) {
  const PendingSubmission& pending = *filling.commit.pending[at];
  ASSIGN_OR_RETURN(const std::optional<EntryIndex> stands, FindStanding(pending.entries[0], pending.looked_up_at));
  if (stands) {
    return *stands < filling.first ? Repeat(pending, *stands) : RepeatPlaced(at, filling, *stands);
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
  if (committed.ok()) filling.placed.emplace_back(committed->first, at);
  return committed;
}

Sequencer::Answer Sequencer::RepeatPlaced(size_t at, const Filling& filling, EntryIndex stands) const {
  // The submission whose entries reach to `stands`.
  const auto after = std::upper_bound(filling.placed.begin(), filling.placed.end(), stands,
                                      [](EntryIndex index, const auto& placed) { return index < placed.first; });
  const auto& [first, place] = *std::prev(after);
  const PendingEntry& mine = filling.commit.pending[at]->entries[0];
  if (filling.commit.pending[place]->entries[stands.value - first.value].bytes != mine.bytes)
    return Conflict(mine, stands);
  Placement placement = *filling.commit.answers[place];
  placement.already_existed = true;
  return placement;
}

Status Sequencer::LookUp(PendingSubmission& pending) const {
  pending.looked_up_at = folds_durable_.load(std::memory_order_acquire);
  for (PendingEntry& entry : pending.entries) {
    ASSIGN_OR_RETURN(entry.stands, FindFoldedKey(storage_, entry.digest));
  }
  return Status::Ok();
}

Result<std::optional<EntryIndex>> Sequencer::FindDurable(const keyspace::SubmissionDigest& digest) const {
  const TreeSize size = state().size;
  {
    const std::lock_guard lock(recent_mutex_);
    if (const std::optional<EntryIndex> recent = recent_.Find(digest))
      return size.Contains(*recent) ? recent : std::optional<EntryIndex>();
  }
  return FindFoldedKey(storage_, digest);
}

Result<std::optional<EntryIndex>> Sequencer::FindStanding(const PendingEntry& entry, uint64_t looked_up_at) const {
  if (entry.stands) return entry.stands;
  if (const std::optional<EntryIndex> recent = recent_.Find(entry.digest)) return recent;
  if (recent_.Covers(looked_up_at)) return std::optional<EntryIndex>();
  return FindFoldedKey(storage_, entry.digest);
}

// The same bytes again get the same answer: of a batch for all its items, as its header commits to every one of them.
Sequencer::Answer Sequencer::Repeat(const PendingSubmission& pending, EntryIndex index) {
  // What stands in a commit that is on its way is answered from the store too, if it gets there.
  if (!state().size.Contains(index)) {
    WaitForWriter();
    RETURN_IF_ERROR(health());
  }
  const auto record = std::make_shared<CommitRecord>(pending.parsed.submission.origin(), index);
  Placement placement{index, pending.entries.size(), 0, true, record};
  for (size_t i = 0; i < pending.entries.size(); ++i) {
    const EntryIndex at{index.value + i};
    ASSIGN_OR_RETURN(const std::string bytes, ReadStoredEntry(storage_, at));
    const Result<ParsedEntry> entry = ParseEntry(bytes);
    if (!entry.ok()) return DataLoss("entry " + std::to_string(at.value) + ": " + entry.status().message());
    if (i == 0 && entry->submission_bytes != pending.entries[0].bytes) return Conflict(pending.entries[0], index);
    placement.recorded_at_us = entry->recorded_at_us;  // all entries of a batch have the same
    record->Append(crypto::LeafHash(bytes), entry->recorded_at_us);
  }
  return placement;
}

Sequencer::Answer Sequencer::Append(const PendingSubmission& pending, Filling& filling) {
  const int64_t recorded_at_us = std::max(clock_.Now().us, next_.last_recorded_at_us);
  const EntryIndex index{next_.size.value};  // of the submission, or the batch's header
  {
    const std::lock_guard lock(keys_mutex_);
    ASSIGN_OR_RETURN(const EnrolledKey key, keys_.Find(pending.parsed.key_id));
    RETURN_IF_ERROR(CheckValidity(key, recorded_at_us));
    RETURN_IF_ERROR(keys_.Check(pending.parsed, index));
  }
  for (size_t i = 0; i < pending.entries.size(); ++i) RETURN_IF_ERROR(AppendEntry(pending, i, recorded_at_us, filling));
  {
    const std::lock_guard lock(keys_mutex_);
    RETURN_IF_ERROR(keys_.Apply(pending.parsed, index));
  }
  for (const auto& [hash, content] : pending.new_blobs) filling.commit.batch->Put(keyspace::BlobKey(hash), content);
  return Placement{index, pending.entries.size(), recorded_at_us, false, filling.commit.record};
}

// Every error that a submission can cause has been seen before: sizes were bounded on admission.
Status Sequencer::AppendEntry(const PendingSubmission& pending, size_t entry, int64_t recorded_at_us,
                              Filling& filling) {
  const PendingEntry& what = pending.entries[entry];
  const EntryIndex index{next_.size.value};
  ASSIGN_OR_RETURN(const std::string_view bytes, filling.runs.AppendEncoded(index, what.type, [&](std::string& out) {
    return journal::AppendEntry(index, recorded_at_us, next_.last_leaf_hash,
                                {what.type, pending.parsed.key_id, what.bytes, static_cast<uint32_t>(entry)}, out);
  }));
  next_.last_leaf_hash = crypto::LeafHash(bytes);
  next_.last_recorded_at_us = recorded_at_us;
  next_.size = TreeSize{index.value + 1};
  recent_.Insert(what.digest, index);
  filling.commit.record->Append(next_.last_leaf_hash, recorded_at_us);
  return Status::Ok();
}

}  // namespace ledgerline::journal
