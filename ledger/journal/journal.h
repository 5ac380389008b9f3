// The journal: append, order, durability, proofs. Everything that a ledger is can be recomputed from what is in here.
//
// Many threads submit; one sequencer thread gives each submission its index, time and place in the hash chain, and
// commits whatever is queued in one synced batch as soon as the previous sync has returned (docs/formats/store.md).
#ifndef LEDGERLINE_LEDGER_JOURNAL_JOURNAL_H_
#define LEDGERLINE_LEDGER_JOURNAL_JOURNAL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/merkle.h"
#include "crypto/signed_note.h"
#include "crypto/signer.h"
#include "crypto/tile.h"
#include "ledger/journal/key_registry.h"
#include "ledger/journal/promise.h"
#include "ledger/journal/signed_batch.h"
#include "ledger/journal/storage.h"
#include "ledger/journal/submission.h"
#include "schemas/hash.h"
#include "schemas/ids.h"
#include "schemas/status.h"
#include "schemas/time.h"

namespace ledgerline::journal {

struct JournalOptions {
  size_t queued_submissions_max = 4096;  // above it, Submit says kResourceExhausted
  size_t queued_bytes_max = 256u << 20;  // submissions and blobs together; one submission may always queue alone
  size_t batch_entries_max = 1024;
  // Idempotency keys come into the store so many at a time, or a few more (key_fold.h).
  size_t fold_entries_min = size_t{1} << 16;
  // Whether Submit checks the Ed25519 signature. Off only where the caller has already checked it, as the benchmark of
  // the journal alone has; a full verify checks every signature in any case.
  bool check_signatures = true;
  // Whether a thread of the journal's own commits what is queued. Off for a scheduler that decides itself, as the
  // simulator's does: then SubmitAsync queues, CommitQueued commits one batch, and Submit is not to be called.
  bool own_thread = true;
};

inline constexpr size_t kBlobBytesMax = size_t{64} << 20;
inline constexpr size_t kBlobsPerSubmissionMax = 16;
inline constexpr size_t kBlobsPerBatchMax = 1000;

struct SubmissionRequest {
  std::string submission;          // a serialised v1::Submission
  std::vector<std::string> blobs;  // content that the payload references and that may not be in the ledger yet
};

struct BatchRequest {
  std::string batch;               // a serialised v1::SignedBatch
  std::vector<std::string> blobs;  // content that the items reference and that may not be in the ledger yet
};

// A durable entry. The same submission sent again gets the same values with already_existed set.
struct Committed {
  EntryIndex index;
  Hash256 leaf_hash;
  int64_t recorded_at_us = 0;
  bool already_existed = false;
  std::shared_ptr<const CommitRecord> commit;  // what it became durable with; shared by all of that commit

  // The operator's signed promise that this entry stands where it does; signed before anyone has this answer. Of a
  // submission that was sent again it is a new one. Errors: those of the operator's signer; the entry stands all the
  // same.
  Result<Promise> promise() const;
};

// A durable batch. The items stand at the indices after the header's.
struct CommittedBatch {
  Committed header;
  std::vector<Committed> items;
};

// The operator's keys that sign checkpoints, borrowed: one, or in the overlap of a rotation the old and the new one.
// More than are needed do no harm.
class OperatorSigners {
 public:
  OperatorSigners(const crypto::Signer& signer) : signers_{&signer} {}  // NOLINT: one signer is the usual case
  explicit OperatorSigners(std::vector<const crypto::Signer*> signers) : signers_(std::move(signers)) {}
  const std::vector<const crypto::Signer*>& all() const { return signers_; }

 private:
  std::vector<const crypto::Signer*> signers_;
};

// Thread-safe, except that the destructor must come after every call has returned.
class Journal {
 public:
  // A new journal in empty storage: entry 0 is genesis, signed by the operator, and a first checkpoint covers it.
  // Signers and `clock` are borrowed and must outlive the journal.
  // Errors: kAlreadyExists (the storage holds a journal), kInvalidArgument (origin is not a key name), those of
  // storage.
  static Result<std::unique_ptr<Journal>> Create(std::unique_ptr<Storage> storage, std::string origin,
                                                 const crypto::Signer& operator_signer, Clock& clock,
                                                 JournalOptions options = {});

  // Opens for writing. Recomputes the right edge of the tree and re-reads its last entries; compares the tree with the
  // last signed checkpoint, in the store and published.
  // Errors: kNotFound (no journal), kPermissionDenied (the signers do not hold every operator key that is in force;
  // names it), kDataLoss (the store is behind its own checkpoint, or an entry, tile or the chain at the edge is not
  // whole; names what).
  static Result<std::unique_ptr<Journal>> Open(std::unique_ptr<Storage> storage, OperatorSigners signers, Clock& clock,
                                               JournalOptions options = {});
  // The same checks, without a key and without a writer thread; Submit and SignCheckpoint say kFailedPrecondition.
  static Result<std::unique_ptr<Journal>> OpenReadOnly(std::unique_ptr<Storage> storage);

  // Commits what is queued, then stops.
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Blocks until the entry is durable. Signature, form and blobs are checked on the caller's thread.
  // Errors: kInvalidArgument or kOutOfRange (form; another ledger's origin; a blob that nobody asked for),
  // kPermissionDenied (unknown key, false signature, role, validity), kFailedPrecondition (a referenced blob is neither
  // given nor in the ledger; read-only), kAlreadyExists (the idempotency key stands for other bytes),
  // kResourceExhausted (queue full: try again), kUnavailable (the journal has stopped after a failed write).
  Result<Committed> Submit(SubmissionRequest request);
  // The same without blocking, for servers whose sessions outnumber their threads. Admission happens before it returns;
  // if it returns ok, `on_finished` is called exactly once, on a thread of the journal's, and must not block or call
  // the journal. Otherwise it is never called. Errors: as Submit's, here or in the result.
  Status SubmitAsync(SubmissionRequest request, std::function<void(Result<Committed>)> on_finished);

  // The same for a signed batch: it is admitted whole or not at all, its entries follow each other and become durable
  // together. Errors: as Submit's; kAlreadyExists also if an item's idempotency key stands for an entry outside this
  // very batch (names the item and the entry); an error in an item names it by its number, from 1.
  Result<CommittedBatch> SubmitBatch(BatchRequest request);
  Status SubmitBatchAsync(BatchRequest request, std::function<void(Result<CommittedBatch>)> on_finished);

  // With own_thread off: commits one batch of what is queued, if anything is; calls the submissions' on_finished before
  // it returns. Returns how many submissions it answered. Errors: kFailedPrecondition (own_thread is on; read-only).
  Result<size_t> CommitQueued();

  const std::string& origin() const;
  // The operator's newest key, which every new checkpoint verifies under; the origin is its name as a verifier key.
  crypto::PublicKey operator_key() const;
  crypto::VerifierKey checkpoint_key() const;
  // Every key that the entries name, those of entries that are about to become durable included: a copy.
  KeyRegistry keys() const;

  // What is durable now. Root and size belong together: take them from one call of head().
  struct Head {
    TreeSize size;
    Hash256 root;
    int64_t recorded_at_us = 0;  // of the last entry
  };
  Head head() const;
  TreeSize size() const { return head().size; }
  Hash256 root() const { return head().root; }

  // Verbatim leaf bytes. Errors: kNotFound (index not below the size), kDataLoss.
  Result<std::string> ReadEntry(EntryIndex index) const;
  // Content by its SHA-256, checked on reading. Errors: kNotFound, kDataLoss (names the blob).
  Result<std::string> ReadBlob(const Hash256& hash) const;
  // The entry that this submitter's idempotency key stands for, if any.
  Result<std::optional<EntryIndex>> FindSubmission(const Hash256& submitter_key_id,
                                                   std::string_view idempotency_key) const;
  // Calls `visit` with each entry of [from, to) in order; stops at the first error and returns it.
  // Errors: kOutOfRange (to above the size), kDataLoss (an entry is missing), those of `visit`.
  Status ForEachEntry(EntryIndex from, EntryIndex to,
                      const std::function<Status(EntryIndex, std::string_view)>& visit) const;
  // Indices of the entries of one type, ascending, below the current size.
  Result<std::vector<EntryIndex>> EntriesOfType(v1::PayloadType type) const;

  // Proofs for any sizes up to the current one. Errors: as in crypto/merkle.h, kDataLoss (a tile is not whole).
  Result<crypto::Proof> InclusionProof(EntryIndex index, TreeSize size) const;
  Result<crypto::Proof> ConsistencyProof(TreeSize old_size, TreeSize new_size) const;
  Result<Hash256> RootAt(TreeSize size) const;
  // C2SP tlog-tiles resources. Errors: kNotFound (not in the current tree).
  Result<std::string> ReadTile(const crypto::TileId& tile) const;
  Result<std::string> ReadEntryBundle(uint64_t index, uint32_t width) const;

  // Signs a checkpoint of everything that is durable now, stores and publishes it; returns the note. Costs nothing if
  // the last checkpoint already covers it. Errors: kFailedPrecondition (read-only; an operator key in force is not
  // among the signers: names it), those of the signers and of storage.
  Result<std::string> SignCheckpoint();
  // Keeps and publishes further signatures on a checkpoint that this journal signed, such as witnesses' cosignatures.
  // `note` must have the text and every signature of the note that is kept for its size; whose the others are is the
  // caller's business. Costs nothing if there are none. Errors: kNotFound (no checkpoint of this size),
  // kInvalidArgument (form; another text; a signature is missing), kFailedPrecondition (read-only), those of storage.
  Status AddCosignatures(const std::string& note);
  // A further signer, borrowed as those of Open are: the new key, before its rotation is submitted.
  void AddOperatorSigner(const crypto::Signer& signer);
  // The note of the last signed checkpoint.
  std::string LatestCheckpoint() const;
  // The note that was signed for exactly this size. Errors: kNotFound.
  Result<std::string> CheckpointAt(TreeSize size) const;

  // How many synced batches this object has committed; for benchmarks.
  uint64_t batches_committed() const;
  // The bytes underneath, for VerifyJournal and exports.
  const Storage& storage() const;

 private:
  class Impl;
  explicit Journal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_JOURNAL_H_
