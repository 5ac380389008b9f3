// CheckpointBook: a journal's newest checkpoint and its signatures: signed, kept in the store, published.
//
// The store comes first: a note that is in the store and could not be published is published later, and a crash between
// the two leaves one of them behind, which opening makes good.
#ifndef LEDGERLINE_LEDGER_JOURNAL_CHECKPOINT_BOOK_H_
#define LEDGERLINE_LEDGER_JOURNAL_CHECKPOINT_BOOK_H_

#include <mutex>
#include <string>

#include "ledger/journal/recovery.h"
#include "ledger/journal/sequencer.h"
#include "ledger/journal/signer_ring.h"
#include "ledger/journal/storage.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::journal {

// Thread-safe after Open. Storage, sequencer and signers are borrowed.
class CheckpointBook {
 public:
  // For reading, as recovery found it.
  CheckpointBook(Storage& storage, const RecoveredJournal& recovered)
      : storage_(storage),
        origin_(recovered.keys.origin()),
        note_(recovered.latest_checkpoint),
        size_(recovered.checkpoint.size) {}

  // For writing: signs the first checkpoint, or makes good what a crash left undone. Errors: those of Sign.
  Status Open(const RecoveredJournal& recovered, Sequencer& sequencer, const SignerRing& signers);

  // Journal::SignCheckpoint, AddCosignatures and LatestCheckpoint.
  Result<std::string> Sign();
  Status AddCosignatures(const std::string& bytes);
  std::string Latest() const;

 private:
  static Status ReadOnly() { return FailedPrecondition("the journal is open for reading only"); }
  Status PublishLatest();
  Status Store(TreeSize size, const std::string& note);

  Storage& storage_;
  const std::string origin_;
  Sequencer* sequencer_ = nullptr;  // null: for reading only
  const SignerRing* signers_ = nullptr;

  mutable std::mutex mutex_;  // held by whoever calls PublishLatest or Store, but for Open
  std::string note_;          // empty: none was ever signed
  TreeSize size_;
  bool published_ = false;  // whether note_ is the published one
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_CHECKPOINT_BOOK_H_
