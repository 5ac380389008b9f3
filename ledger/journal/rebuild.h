// JournalRebuilder: a journal in empty storage, made from what cannot be recomputed: entries, blobs, signed
// checkpoints. Tiles, idempotency records, the index by type and the state record are computed from the entries. Used
// by `restore` and by `fsck --repair`; no key is needed, and no byte of an entry is ever changed.
#ifndef LEDGERLINE_LEDGER_JOURNAL_REBUILD_H_
#define LEDGERLINE_LEDGER_JOURNAL_REBUILD_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/journal/entry_runs.h"
#include "ledger/journal/storage.h"
#include "ledger/journal/tree_writer.h"
#include "schemas/hash.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::journal {

// Not thread-safe. Commits as it goes; before Finish the storage is no journal, and opening it says so.
class JournalRebuilder {
 public:
  // `storage` is empty and borrowed.
  explicit JournalRebuilder(Storage& storage) : storage_(storage) {}

  // The next entry, verbatim. Errors: kDataLoss (no entry, another index, a broken chain: names the entry), those of
  // storage.
  Status Append(std::string_view entry);
  Status PutBlob(std::string_view content);
  // A checkpoint that was signed for a size so far; ascending. Its root must be that of these entries; its signature is
  // the full check's business. Errors: kDataLoss (names the size), those of storage.
  Status PutCheckpoint(std::string_view note);
  // The state record, and the last checkpoint published. Errors: kDataLoss (there is no entry), those of storage.
  Status Finish();

  TreeSize size() const { return tree_.size(); }
  Hash256 Root() const { return tree_.Root(); }
  TreeSize last_checkpoint() const { return last_checkpoint_; }  // 0: none yet

 private:
  Status CommitIfLarge(size_t added_bytes);
  Status Commit();
  Batch& batch();

  Storage& storage_;
  std::unique_ptr<Batch> batch_;
  std::optional<RunWriter> runs_;  // of batch_
  size_t batch_bytes_ = 0;
  TreeWriter tree_;
  Hash256 last_leaf_hash_;
  int64_t last_recorded_at_us_ = 0;
  TreeSize tiles_written_;  // the size whose tiles are in the storage
  TreeSize last_checkpoint_;
  std::string last_note_;
};

// Copies everything of `from` that cannot be recomputed into `to`, and computes the rest. What `from` says of its own
// size is believed only if it can be read, and then every entry must be there.
// Errors: kDataLoss (names the entry, blob or checkpoint that is not whole), those of storage.
Status RebuildJournal(const StorageReader& from, Storage& to);

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_REBUILD_H_
