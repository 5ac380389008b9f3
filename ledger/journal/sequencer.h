// The sequencer: one thread that turns queued submissions into entries, and one synced batch after the other.
//
// It commits whatever is queued (at most batch_entries_max) as soon as the previous sync has returned. Only while
// submissions are being admitted at that moment does it wait for them, at most eight times as long as a commit takes
// and at most 3 ms: each commit costs as much as the check of several signatures, and more entries share it. A
// batch holds the entries, the changed tiles, the blobs, the index by type and the state record, and takes effect as a
// whole. After a failed commit nobody knows what is on the medium, so the sequencer stops for good and only opening
// anew can tell (fail-stop).
//
// While a full commit is written and synced on a thread of its own, the next one is made, and the one before is
// answered on a third: nobody hears of an entry before its sync has returned, and none is written after one that
// failed. A small commit is made, written and answered on the sequencer's thread: waking another would cost more.
#ifndef LEDGERLINE_LEDGER_JOURNAL_SEQUENCER_H_
#define LEDGERLINE_LEDGER_JOURNAL_SEQUENCER_H_

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "ledger/journal/entry_runs.h"
#include "ledger/journal/journal.h"
#include "ledger/journal/key_registry.h"
#include "ledger/journal/keyspace.h"
#include "ledger/journal/recent_keys.h"
#include "ledger/journal/stage.h"
#include "ledger/journal/storage.h"
#include "ledger/journal/tree_writer.h"
#include "schemas/time.h"

namespace ledgerline::journal {

// What becomes one entry. Views are of what its PendingSubmission holds.
struct PendingEntry {
  v1::PayloadType type = v1::PAYLOAD_TYPE_UNSPECIFIED;
  std::string_view bytes;  // a Submission, or of an item its BatchItem
  std::string_view idempotency_key;
  keyspace::SubmissionDigest digest;  // of that
  std::optional<EntryIndex> stands;   // what its record in the store stood for when the submitter looked it up
};

// Where the entries of a submission stand, one after the other.
struct Placement {
  EntryIndex first;
  size_t count = 0;
  int64_t recorded_at_us = 0;
  bool already_existed = false;
  std::shared_ptr<const CommitRecord> commit;

  Committed At(size_t entry) const {
    const EntryIndex index{first.value + entry};
    return {index, commit->leaf_hash(index), recorded_at_us, already_existed, commit};
  }
};

// An admitted submission or signed batch on its way to its indices. The submitter sleeps on a condition of its own:
// std::atomic::wait would spin with sched_yield first, which 256 waiting threads on two cores turn into a third of all
// processor time.
struct PendingSubmission {
  std::string request;                // a single submission, as it came
  ParsedBatch batch;                  // or a batch; its header is in `parsed`
  ParsedSubmission parsed;            // the submission, or the batch's header
  std::vector<PendingEntry> entries;  // the submission; of a batch its header and then its items
  uint64_t looked_up_at = 0;          // how many folds of keys were durable before that
  std::vector<std::pair<Hash256, std::string>> new_blobs;
  size_t cost_bytes = 0;
  Result<Placement> result = Internal("the submission was never sequenced");
  std::mutex mutex;
  std::condition_variable finished;
  bool done = false;  // guarded by mutex, and with it `result` and `wake_next`
  // Whom this submitter wakes after itself: the sequencer wakes one of a batch and goes on with the next batch, while
  // the submitters wake each other as a binary tree on the other cores.
  std::array<std::shared_ptr<PendingSubmission>, 2> wake_next;
  // If set, nobody sleeps: it is called instead, on a thread of the sequencer's.
  std::function<void(const Result<Placement>&)> on_finished;
};

// Thread-safe.
class Sequencer {
 public:
  // Borrows storage and clock. `promises` is called from any thread until an answer is given. `state`, `keys`, `tree`
  // and `recent` are those of the storage as it is.
  Sequencer(Storage& storage, Clock& clock, const JournalOptions& options, keyspace::StateRecord state,
            KeyRegistry keys, TreeWriter tree, RecentKeys recent, PromiseSigner promises);
  // Commits what is queued, then stops.
  ~Sequencer();

  // Lives while a submission is checked and queued.
  class Admission {
   public:
    explicit Admission(Sequencer& sequencer) : sequencer_(sequencer) { ++sequencer_.in_admission_; }
    ~Admission() { sequencer_.Admitted(); }
    Admission(const Admission&) = delete;
    Admission& operator=(const Admission&) = delete;

   private:
    Sequencer& sequencer_;
  };

  // Queues a submission and returns. Errors: of the queue; then on_finished is not called.
  Status Start(std::shared_ptr<PendingSubmission> pending);
  // Blocks until a queued submission without an on_finished is durable or refused. Errors: those of Journal::Submit
  // after admission.
  Result<Placement> Wait(PendingSubmission& pending);

  // Looks every idempotency key up in the store, on the submitter's thread. Errors: those of storage.
  Status LookUp(PendingSubmission& pending) const;
  // The durable entry that an idempotency key stands for. Errors: those of storage.
  Result<std::optional<EntryIndex>> FindDurable(const keyspace::SubmissionDigest& digest) const;

  // Without a thread of its own: commits one batch of what is queued, if anything is; returns how many it answered.
  size_t CommitQueued();

  // The durable state. It moves only after a batch is on the medium.
  keyspace::StateRecord state() const;
  // An enrolled key, those of entries that are about to become durable included. Errors: kPermissionDenied.
  Result<EnrolledKey> FindKey(const Hash256& key_id) const;
  // All of them. And whose signatures a checkpoint of `size`, at most the durable one, must carry.
  KeyRegistry keys() const;
  std::vector<crypto::VerifierKey> CheckpointKeysAt(TreeSize size) const;
  // Ok while commits work.
  Status health() const;
  // Called when another commit of the same storage failed: no batch may follow.
  void Stop(const Status& cause);
  uint64_t batches_committed() const { return batches_committed_.load(std::memory_order_relaxed); }

 private:
  using Answer = Result<Placement>;
  using PendingList = std::vector<std::shared_ptr<PendingSubmission>>;
  // One commit on its way: what it answers, and, if anything in it is new, what is to be written.
  struct Commit {
    PendingList pending;
    std::vector<Answer> answers;  // one for each, given once the commit is durable
    std::unique_ptr<Batch> batch;
    std::shared_ptr<CommitRecord> record;
    keyspace::StateRecord state;    // after it, without the root
    std::vector<KeyedEntry> folds;  // the keys that go into the store once it is durable
  };
  // The same while it is being filled.
  struct Filling {
    Commit& commit;
    RunWriter runs;
    EntryIndex first;
    std::vector<std::pair<EntryIndex, size_t>>
        placed;  // of each new submission: its first entry, its place in the list
  };

  void Loop();
  void Admitted();
  bool TimeToCommit() const;
  void WaitForAdmissions(std::unique_lock<std::mutex>& lock);
  PendingList TakeBatch();
  // Gives each submission its place. Sequencer's thread, like all that follow up to AppendEntry.
  Commit Make(PendingList pending);
  void PlaceAll(Filling& filling);
  // Gives one submission its place, or answers from the one that its idempotency key stands for.
  Answer Place(size_t at, Filling& filling);
  // Answers a submission whose first key stands for an entry of the commit that is being filled.
  Answer RepeatPlaced(size_t at, const Filling& filling, EntryIndex stands) const;
  Answer Append(const PendingSubmission& pending, Filling& filling);
  Status AppendEntry(const PendingSubmission& pending, size_t entry, int64_t recorded_at_us, Filling& filling);
  // The entry that an idempotency key of the submission stands for already: among the last ones and those of the commit
  // that is being filled, as the submitter found it in the store, or, if that was long ago, in the store now.
  Result<std::optional<EntryIndex>> FindStanding(const PendingEntry& entry, uint64_t looked_up_at) const;
  Answer Repeat(const PendingSubmission& pending, EntryIndex index);
  void WaitForWriter();

  // Writes and syncs it; the answers say so if that failed. One commit after the other.
  void Write(Commit& commit);
  // Puts the keys of what is durable into the store.
  void Fold(std::vector<KeyedEntry> keys);
  // Signs the promises of what is answered on this thread, then answers.
  void AnswerAll(Commit commit);

  Storage& storage_;
  Clock& clock_;
  const JournalOptions options_;
  const PromiseSigner promises_;

  // The sequencer thread's own view, ahead of `durable_` while a batch is on its way.
  keyspace::StateRecord next_;
  mutable std::mutex recent_mutex_;  // held while a commit is made
  RecentKeys recent_;

  TreeWriter tree_;  // whoever writes

  mutable std::mutex keys_mutex_;
  KeyRegistry keys_;

  mutable std::mutex state_mutex_;
  keyspace::StateRecord durable_;
  Status health_;

  std::mutex queue_mutex_;
  std::condition_variable queue_changed_;
  std::deque<std::shared_ptr<PendingSubmission>> queue_;
  size_t queued_bytes_ = 0;
  size_t queued_entries_ = 0;
  size_t being_written_ = 0;  // commits that were handed to the writer
  bool stopping_ = false;
  std::atomic<bool> lingering_{false};  // set under queue_mutex_
  std::atomic<size_t> in_admission_{0};
  std::atomic<int64_t> commit_us_{0};  // what a write with its sync takes, a moving average

  std::atomic<uint64_t> batches_committed_{0};
  std::atomic<uint64_t> folds_durable_{0};

  // Without own_thread there are none. Each hands to those above it.
  std::unique_ptr<Stage<std::vector<KeyedEntry>>> folder_;
  std::unique_ptr<Stage<Commit>> answerer_;
  std::unique_ptr<Stage<Commit>> writer_;
  std::thread thread_;  // last: it uses everything above
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_SEQUENCER_H_
