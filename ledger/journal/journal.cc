#include "ledger/journal/journal.h"

#include <mutex>

#include "crypto/sha256.h"
#include "ledger/journal/checkpoint_book.h"
#include "ledger/journal/entry.h"
#include "ledger/journal/intake.h"
#include "ledger/journal/key_fold.h"
#include "ledger/journal/keyspace.h"
#include "ledger/journal/recovery.h"
#include "ledger/journal/sequencer.h"
#include "ledger/journal/signer_ring.h"
#include "ledger/journal/tree_proofs.h"

namespace ledgerline::journal {
namespace {

constexpr std::string_view kGenesisIdempotencyKey = "genesis";

// Genesis as entry 0, in a batch of its own.
Status WriteGenesis(Storage& storage, const std::string& origin, const crypto::Signer& signer, Clock& clock) {
  v1::Payload payload;
  payload.mutable_genesis()->set_origin(origin);
  payload.mutable_genesis()->set_operator_public_key(signer.public_key().ToBytes());
  payload.mutable_genesis()->set_format_version(1);
  ASSIGN_OR_RETURN(const std::string submission,
                   SignSubmission(origin, kGenesisIdempotencyKey, payload.SerializeAsString(), signer));
  ASSIGN_OR_RETURN(const ParsedSubmission parsed, ParseSubmission(submission));
  const int64_t now = clock.Now().us;
  ASSIGN_OR_RETURN(const std::string entry,
                   EncodeEntry(EntryIndex{0}, now, Hash256{}, {parsed.type, parsed.key_id, submission}));
  const Hash256 leaf_hash = crypto::LeafHash(entry);
  TreeWriter tree;
  tree.Append(leaf_hash);
  std::unique_ptr<Batch> batch = storage.NewBatch();
  RunWriter runs(*batch);
  runs.Append(EntryIndex{0}, parsed.type, entry);
  runs.Flush();
  tree.WriteTiles(*batch);
  batch->Put(keyspace::StateKey(), keyspace::StateRecord{TreeSize{1}, tree.Root(), leaf_hash, now}.Encode());
  return storage.Commit(std::move(batch));
}

}  // namespace

class Journal::Impl {
 public:
  static Result<std::unique_ptr<Impl>> Load(std::unique_ptr<Storage> storage) {
    auto impl = std::make_unique<Impl>();
    ASSIGN_OR_RETURN(RecoveredJournal recovered, RecoverJournal(*storage));
    impl->storage_ = std::move(storage);
    impl->origin_ = recovered.keys.origin();
    impl->checkpoints_.emplace(*impl->storage_, recovered);
    impl->proofs_.emplace(*impl->storage_);
    impl->recovered_ = std::move(recovered);
    return impl;
  }

  Status StartWriting(OperatorSigners signers, Clock& clock, const JournalOptions& options) {
    for (const crypto::Signer* signer : signers.all()) signers_.Add(*signer);
    if (const auto found = signers_.For(recovered_.keys.operator_keys().At(recovered_.state.size)); !found.ok())
      return PermissionDenied(found.status().message());
    options_ = options;
    ASSIGN_OR_RETURN(RecentKeys recent, ReadUnfoldedKeys(*storage_, recovered_.state.size));
    sequencer_ = std::make_unique<Sequencer>(*storage_, clock, options, recovered_.state, recovered_.keys,
                                             std::move(recovered_.tree), std::move(recent),
                                             [this](const std::string& text) { return SignPromise(text); });
    intake_.emplace(origin_, options.check_signatures, *storage_, *sequencer_);
    return checkpoints_->Open(recovered_, *sequencer_, signers_);
  }

  Result<Committed> Submit(SubmissionRequest request) {
    ASSIGN_OR_RETURN(const std::shared_ptr<PendingSubmission> pending, Start(std::move(request), nullptr));
    ASSIGN_OR_RETURN(const Placement placement, sequencer_->Wait(*pending));
    return placement.At(0);
  }

  Status SubmitAsync(SubmissionRequest request, std::function<void(Result<Committed>)> on_finished) {
    return Start(
               std::move(request),
               [finished = std::move(on_finished)](const Result<Placement>& placement) {
                 finished(placement.ok() ? Result<Committed>(placement->At(0)) : Result<Committed>(placement.status()));
               })
        .status();
  }

  Result<CommittedBatch> SubmitBatch(BatchRequest request) {
    ASSIGN_OR_RETURN(const std::shared_ptr<PendingSubmission> pending, Start(std::move(request), nullptr));
    return InBatch(sequencer_->Wait(*pending));
  }

  Status SubmitBatchAsync(BatchRequest request, std::function<void(Result<CommittedBatch>)> on_finished) {
    return Start(std::move(request), [finished = std::move(on_finished)](
                                         const Result<Placement>& placement) { finished(InBatch(placement)); })
        .status();
  }

  Result<size_t> CommitQueued() {
    if (sequencer_ == nullptr) return ReadOnly();
    if (options_.own_thread) return FailedPrecondition("the journal's own thread commits what is queued");
    return sequencer_->CommitQueued();
  }

  // Without a sequencer the keys that are not in the store are read when somebody first asks.
  Result<std::optional<EntryIndex>> FindSubmission(const keyspace::SubmissionDigest& digest) const {
    if (sequencer_ != nullptr) return sequencer_->FindDurable(digest);
    std::call_once(reading_keys_, [this] { unfolded_ = ReadUnfoldedKeys(*storage_, recovered_.state.size); });
    RETURN_IF_ERROR(unfolded_.status());
    if (const std::optional<EntryIndex> recent = unfolded_->Find(digest)) return recent;
    return FindFoldedKey(*storage_, digest);
  }

  keyspace::StateRecord state() const { return sequencer_ ? sequencer_->state() : recovered_.state; }

  CheckpointBook& checkpoints() { return *checkpoints_; }
  TreeProofs& proofs() { return *proofs_; }
  void AddOperatorSigner(const crypto::Signer& signer) { signers_.Add(signer); }

  const std::string& origin() const { return origin_; }
  KeyRegistry keys() const { return sequencer_ ? sequencer_->keys() : recovered_.keys; }
  // The newest key in force at the durable size.
  crypto::VerifierKey checkpoint_key() const {
    const TreeSize size = state().size;
    return sequencer_ ? sequencer_->CheckpointKeysAt(size).back() : recovered_.keys.operator_keys().At(size).back();
  }
  const Storage& storage() const { return *storage_; }
  uint64_t batches_committed() const { return sequencer_ ? sequencer_->batches_committed() : 0; }

 private:
  static Status ReadOnly() { return FailedPrecondition("the journal is open for reading only"); }

  static Result<CommittedBatch> InBatch(const Result<Placement>& placement) {
    if (!placement.ok()) return placement.status();
    CommittedBatch batch{placement->At(0), {}};
    batch.items.reserve(placement->count - 1);
    for (size_t i = 1; i < placement->count; ++i) batch.items.push_back(placement->At(i));
    return batch;
  }

  // Checks and queues a SubmissionRequest or a BatchRequest. With no `on_finished` somebody waits for it.
  template <typename Request>
  Result<std::shared_ptr<PendingSubmission>> Start(Request request,
                                                   std::function<void(const Result<Placement>&)> on_finished) {
    if (sequencer_ == nullptr) return ReadOnly();
    const Sequencer::Admission admission(*sequencer_);
    ASSIGN_OR_RETURN(std::shared_ptr<PendingSubmission> pending, intake_->Take(std::move(request)));
    pending->on_finished = std::move(on_finished);
    RETURN_IF_ERROR(sequencer_->Start(pending));
    return pending;
  }

  // Under the keys that a checkpoint of now needs: those of an old entry's time, which is asked for again, may be gone.
  // Does not wait for a checkpoint that is being written.
  Result<std::string> SignPromise(const std::string& text) const {
    ASSIGN_OR_RETURN(const std::vector<const crypto::Signer*> signers,
                     signers_.For(sequencer_->CheckpointKeysAt(sequencer_->state().size)));
    ASSIGN_OR_RETURN(crypto::SignedNote note, crypto::MakeNote(text));
    for (const crypto::Signer* signer : signers) RETURN_IF_ERROR(note.Sign(origin_, *signer));
    return note.Serialize();
  }

  std::unique_ptr<Storage> storage_;
  RecoveredJournal recovered_;
  mutable std::once_flag reading_keys_;
  mutable Result<RecentKeys> unfolded_ = Internal("the keys are not read yet");  // without a sequencer
  std::string origin_;
  JournalOptions options_;
  SignerRing signers_;
  std::optional<TreeProofs> proofs_;  // these two always
  std::optional<CheckpointBook> checkpoints_;
  std::optional<Intake> intake_;  // with the sequencer

  std::unique_ptr<Sequencer> sequencer_;  // last: it stops before the storage goes
};

Journal::Journal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Journal::~Journal() = default;

Result<std::unique_ptr<Journal>> Journal::Create(std::unique_ptr<Storage> storage, std::string origin,
                                                 const crypto::Signer& operator_signer, Clock& clock,
                                                 JournalOptions options) {
  RETURN_IF_ERROR(crypto::CheckKeyName(origin).WithContext("origin"));
  {
    const std::unique_ptr<Cursor> any = storage->Scan("", "");  // gone before the storage may go
    RETURN_IF_ERROR(any->status());
    if (any->Valid()) return AlreadyExists("there is already a journal in this store");
  }
  RETURN_IF_ERROR(WriteGenesis(*storage, origin, operator_signer, clock));
  return Open(std::move(storage), operator_signer, clock, options);
}

Result<std::unique_ptr<Journal>> Journal::Open(std::unique_ptr<Storage> storage, OperatorSigners signers, Clock& clock,
                                               JournalOptions options) {
  ASSIGN_OR_RETURN(std::unique_ptr<Impl> impl, Impl::Load(std::move(storage)));
  RETURN_IF_ERROR(impl->StartWriting(std::move(signers), clock, options));
  return std::unique_ptr<Journal>(new Journal(std::move(impl)));
}

Result<std::unique_ptr<Journal>> Journal::OpenReadOnly(std::unique_ptr<Storage> storage) {
  ASSIGN_OR_RETURN(std::unique_ptr<Impl> impl, Impl::Load(std::move(storage)));
  return std::unique_ptr<Journal>(new Journal(std::move(impl)));
}

Result<Committed> Journal::Submit(SubmissionRequest request) { return impl_->Submit(std::move(request)); }
Status Journal::SubmitAsync(SubmissionRequest request, std::function<void(Result<Committed>)> on_finished) {
  return impl_->SubmitAsync(std::move(request), std::move(on_finished));
}

Result<CommittedBatch> Journal::SubmitBatch(BatchRequest request) { return impl_->SubmitBatch(std::move(request)); }
Status Journal::SubmitBatchAsync(BatchRequest request, std::function<void(Result<CommittedBatch>)> on_finished) {
  return impl_->SubmitBatchAsync(std::move(request), std::move(on_finished));
}

Result<Promise> Committed::promise() const {
  if (commit == nullptr) return FailedPrecondition("this answer did not come from a journal");
  return commit->PromiseOf(index);
}

Result<size_t> Journal::CommitQueued() { return impl_->CommitQueued(); }

const std::string& Journal::origin() const { return impl_->origin(); }
crypto::PublicKey Journal::operator_key() const { return impl_->checkpoint_key().public_key(); }
crypto::VerifierKey Journal::checkpoint_key() const { return impl_->checkpoint_key(); }
KeyRegistry Journal::keys() const { return impl_->keys(); }
void Journal::AddOperatorSigner(const crypto::Signer& signer) { impl_->AddOperatorSigner(signer); }
const Storage& Journal::storage() const { return impl_->storage(); }
uint64_t Journal::batches_committed() const { return impl_->batches_committed(); }
Result<std::string> Journal::SignCheckpoint() { return impl_->checkpoints().Sign(); }
Status Journal::AddCosignatures(const std::string& note) { return impl_->checkpoints().AddCosignatures(note); }
std::string Journal::LatestCheckpoint() const { return impl_->checkpoints().Latest(); }

Journal::Head Journal::head() const {
  const keyspace::StateRecord state = impl_->state();
  return {state.size, state.root, state.last_recorded_at_us};
}

Result<std::string> Journal::ReadEntry(EntryIndex index) const {
  if (index.value >= size().value) {
    return NotFound("there is no entry " + std::to_string(index.value) + "; the ledger has " +
                    std::to_string(size().value) + ", from 0 to " + std::to_string(size().value - 1));
  }
  return ReadStoredEntry(impl_->storage(), index);
}

Result<std::string> Journal::ReadBlob(const Hash256& hash) const {
  ASSIGN_OR_RETURN(std::optional<std::string> content, impl_->storage().Get(keyspace::BlobKey(hash)));
  if (!content) return NotFound("there is no blob " + hash.ToHex());
  if (crypto::Sha256(*content) != hash)
    return DataLoss("blob " + hash.ToHex() + " has other content than its name says");
  return std::move(*content);
}

Result<std::optional<EntryIndex>> Journal::FindSubmission(const Hash256& submitter_key_id,
                                                          std::string_view idempotency_key) const {
  return impl_->FindSubmission(keyspace::DigestOf(submitter_key_id, idempotency_key));
}

Status Journal::ForEachEntry(EntryIndex from, EntryIndex to,
                             const std::function<Status(EntryIndex, std::string_view)>& visit) const {
  if (to.value > size().value) {
    return OutOfRange("entries up to " + std::to_string(to.value) + " asked for, the ledger has " +
                      std::to_string(size().value));
  }
  EntryCursor cursor(impl_->storage(), from, to);
  for (EntryIndex index = from; index < to; index = EntryIndex{index.value + 1}, cursor.Next()) {
    if (!cursor.Valid() || cursor.index() != index) {
      RETURN_IF_ERROR(cursor.status());
      return DataLoss("entry " + std::to_string(index.value) + " is missing");
    }
    RETURN_IF_ERROR(visit(index, cursor.bytes()));
  }
  return Status::Ok();
}

Result<std::vector<EntryIndex>> Journal::EntriesOfType(v1::PayloadType type) const {
  return ReadTypeIndex(impl_->storage(), type, size());
}

Result<crypto::Proof> Journal::InclusionProof(EntryIndex index, TreeSize size) const {
  return impl_->proofs().Inclusion(index, size, head().size);
}
Result<crypto::Proof> Journal::ConsistencyProof(TreeSize old_size, TreeSize new_size) const {
  return impl_->proofs().Consistency(old_size, new_size, head().size);
}
Result<Hash256> Journal::RootAt(TreeSize size) const { return impl_->proofs().Root(size, head().size); }
Result<std::string> Journal::ReadTile(const crypto::TileId& tile) const {
  return impl_->proofs().Tile(tile, head().size);
}

Result<std::string> Journal::ReadEntryBundle(uint64_t index, uint32_t width) const {
  if (width == 0 || width > crypto::TileWidthAt(0, index, head().size)) {
    return NotFound(crypto::EntryBundlePath(index, width) + " is not in the tree of size " +
                    std::to_string(size().value));
  }
  std::vector<std::string> entries;
  const EntryIndex begin{index * crypto::kTileWidth};
  RETURN_IF_ERROR(ForEachEntry(begin, EntryIndex{begin.value + width}, [&](EntryIndex, std::string_view bytes) {
    entries.emplace_back(bytes);
    return Status::Ok();
  }));
  return crypto::EncodeEntryBundle(entries);
}

Result<std::string> Journal::CheckpointAt(TreeSize size) const {
  ASSIGN_OR_RETURN(std::optional<std::string> note, impl_->storage().Get(keyspace::CheckpointKey(size)));
  if (!note) return NotFound("no checkpoint was signed for size " + std::to_string(size.value));
  return std::move(*note);
}

}  // namespace ledgerline::journal
