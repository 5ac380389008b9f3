// The sequencer: one thread that turns queued submissions into entries, and one synced batch after the other.
//
// It commits whatever is queued (at most batch_entries_max) as soon as the previous sync has returned; no timer. A
// batch holds the entries, the changed tiles, the blobs, the indices, the idempotency records and the state record, and
// takes effect as a whole. After a failed commit nobody knows what is on the medium, so the sequencer stops for good
// and only opening anew can tell (fail-stop).
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
#include "ledger/journal/storage.h"
#include "ledger/journal/tree_writer.h"
#include "schemas/time.h"

namespace ledgerline::journal {

// What becomes one entry.
struct PendingEntry {
  v1::PayloadType type = v1::PAYLOAD_TYPE_UNSPECIFIED;
  std::string bytes;  // a Submission, or of an item its BatchItem
  std::string idempotency_key;
  std::string submission_key;        // keyspace::SubmissionKey of that
  std::optional<EntryIndex> stands;  // what that stood for when the submitter looked it up
};

// An admitted submission or signed batch on its way to its indices. The submitter sleeps on a condition of its own:
// std::atomic::wait would spin with sched_yield first, which 256 waiting threads on two cores turn into a third of all
// processor time.
struct PendingSubmission {
  ParsedSubmission parsed;            // the submission, or a batch's header
  std::vector<PendingEntry> entries;  // the submission; of a batch its header and then its items
  uint64_t looked_up_at = 0;          // how many commits were durable before that
  std::vector<std::pair<Hash256, std::string>> new_blobs;
  size_t cost_bytes = 0;
  Result<std::vector<Committed>> result = Internal("the submission was never sequenced");  // one for each entry
  std::mutex mutex;
  std::condition_variable finished;
  bool done = false;  // guarded by mutex, and with it `result` and `wake_next`
  // Whom this submitter wakes after itself: the sequencer wakes one of a batch and goes on with the next batch, while
  // the submitters wake each other as a binary tree on the other cores.
  std::array<std::shared_ptr<PendingSubmission>, 2> wake_next;
  // If set, nobody sleeps: the sequencer calls it instead.
  std::function<void(Result<std::vector<Committed>>)> on_finished;
};

// Thread-safe.
class Sequencer {
 public:
  // Borrows storage and clock. `promises` is called from any thread until an answer is given. `state`, `keys` and
  // `tree` are those of the storage as it is.
  Sequencer(Storage& storage, Clock& clock, const JournalOptions& options, keyspace::StateRecord state,
            KeyRegistry keys, TreeWriter tree, PromiseSigner promises);
  // Commits what is queued, then stops.
  ~Sequencer();

  // Blocks until the submission is durable or refused; answers for each of its entries. Errors: those of
  // Journal::Submit after admission.
  Result<std::vector<Committed>> Run(std::shared_ptr<PendingSubmission> pending);
  // Queues a submission that has an `on_finished` and returns. Errors: of the queue; then on_finished is not called.
  Status Start(std::shared_ptr<PendingSubmission> pending);

  // Looks every idempotency key up in the store, on the submitter's thread. Errors: those of storage.
  Status LookUp(PendingSubmission& pending) const;

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
  using Answer = Result<std::vector<Committed>>;
  // One commit while it is being filled.
  struct Filling {
    Batch& batch;
    RunWriter runs;
    std::shared_ptr<CommitRecord> record;
    EntryIndex first;
    std::vector<std::pair<std::string_view, EntryIndex>> keys;  // idempotency keys that are new
    std::vector<std::pair<EntryIndex, size_t>>
        placed;  // of each new submission: its first entry, its place in the list
  };
  using PendingList = std::vector<std::shared_ptr<PendingSubmission>>;

  void Loop();
  PendingList TakeBatch();
  void CommitBatch(const PendingList& pending);
  static void PutKeys(Filling& filling);
  // Places every submission of the list into the commit; one answer each.
  void PlaceAll(const PendingList& pending, Filling& filling, std::vector<Answer>& answers);
  // Signs the promises of what is answered on this thread, then answers.
  void AnswerAll(const PendingList& pending, std::vector<Answer> answers);
  // Gives one submission its place, or answers from the one that its idempotency key stands for.
  Answer Place(const PendingList& list, size_t at, const std::vector<Answer>& answers, Filling& filling);
  // Answers a submission whose first key stands for an entry of the commit that is being filled.
  Answer RepeatPlaced(const PendingList& list, size_t at, const std::vector<Answer>& answers, const Filling& filling,
                      EntryIndex stands) const;
  Answer Append(const PendingSubmission& pending, Filling& filling);
  Result<Committed> AppendEntry(const PendingSubmission& pending, size_t entry, int64_t recorded_at_us,
                                Filling& filling);
  // The entry that an idempotency key of the submission stands for already: among the last commits and the one that is
  // being filled, as the submitter found it in the store, or, if that was long ago, in the store now.
  Result<std::optional<EntryIndex>> FindStanding(const PendingEntry& entry, uint64_t looked_up_at) const;
  Answer Repeat(const PendingSubmission& pending, EntryIndex index) const;

  Storage& storage_;
  Clock& clock_;
  const JournalOptions options_;
  const PromiseSigner promises_;

  // The sequencer thread's own view, ahead of `durable_` while a batch is on its way.
  keyspace::StateRecord next_;
  TreeWriter tree_;
  RecentKeys recent_;

  mutable std::mutex keys_mutex_;
  KeyRegistry keys_;

  mutable std::mutex state_mutex_;
  keyspace::StateRecord durable_;
  Status health_;

  std::mutex queue_mutex_;
  std::condition_variable queue_changed_;
  std::deque<std::shared_ptr<PendingSubmission>> queue_;
  size_t queued_bytes_ = 0;
  bool stopping_ = false;

  std::atomic<uint64_t> batches_committed_{0};
  std::thread thread_;  // last: it uses everything above; not started without own_thread
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_SEQUENCER_H_
