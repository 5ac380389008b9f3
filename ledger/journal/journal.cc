#include "ledger/journal/journal.h"

#include <algorithm>
#include <mutex>

#include "crypto/checkpoint.h"
#include "crypto/sha256.h"
#include "crypto/tile_cache.h"
#include "ledger/journal/entry.h"
#include "ledger/journal/key_fold.h"
#include "ledger/journal/keyspace.h"
#include "ledger/journal/recovery.h"
#include "ledger/journal/sequencer.h"

namespace ledgerline::journal {
namespace {

// About 8 MiB. Proofs of random entries share the tiles above the lowest level.
constexpr size_t kTilesKept = 512;
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
    impl->checkpoint_note_ = recovered.latest_checkpoint;
    impl->checkpoint_size_ = recovered.checkpoint.size;
    impl->recovered_ = std::move(recovered);
    return impl;
  }

  Status StartWriting(OperatorSigners signers, Clock& clock, const JournalOptions& options) {
    signers_ = signers.all();
    if (const auto found = SignersFor(recovered_.keys.operator_keys().At(recovered_.state.size)); !found.ok())
      return PermissionDenied(found.status().message());
    options_ = options;
    ASSIGN_OR_RETURN(RecentKeys recent, ReadUnfoldedKeys(*storage_, recovered_.state.size));
    sequencer_ = std::make_unique<Sequencer>(*storage_, clock, options, recovered_.state, recovered_.keys,
                                             std::move(recovered_.tree), std::move(recent),
                                             [this](const std::string& text) { return SignPromise(text); });
    if (checkpoint_note_.empty()) return SignCheckpoint().status();
    // A crash between the two writes of a checkpoint leaves one of them behind.
    if (!recovered_.checkpoint_stored) RETURN_IF_ERROR(StoreCheckpoint(checkpoint_size_, checkpoint_note_));
    published_ = recovered_.checkpoint_published;
    return PublishLatest();
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

  Result<std::string> SignCheckpoint() {
    if (sequencer_ == nullptr) return ReadOnly();
    const std::lock_guard lock(checkpoint_mutex_);
    const keyspace::StateRecord now = state();
    if (!checkpoint_note_.empty() && checkpoint_size_ == now.size) {
      RETURN_IF_ERROR(PublishLatest());
      return checkpoint_note_;
    }
    RETURN_IF_ERROR(sequencer_->health());
    const crypto::Checkpoint checkpoint{origin_, now.size, now.root, {}};
    ASSIGN_OR_RETURN(const std::vector<const crypto::Signer*> signers,
                     SignersFor(sequencer_->CheckpointKeysAt(now.size)));
    ASSIGN_OR_RETURN(const std::string note, crypto::SignCheckpoint(checkpoint, signers));
    RETURN_IF_ERROR(StoreCheckpoint(now.size, note));
    checkpoint_note_ = note;
    checkpoint_size_ = now.size;
    published_ = false;
    RETURN_IF_ERROR(PublishLatest());
    return note;
  }

  Status AddCosignatures(const std::string& bytes) {
    if (sequencer_ == nullptr) return ReadOnly();
    ASSIGN_OR_RETURN(const crypto::SignedNote note, crypto::SignedNote::Parse(bytes));
    ASSIGN_OR_RETURN(const crypto::Checkpoint checkpoint, crypto::Checkpoint::Parse(note.text));
    const std::string size = std::to_string(checkpoint.size.value);
    const std::lock_guard lock(checkpoint_mutex_);
    ASSIGN_OR_RETURN(const std::optional<std::string> kept, storage_->Get(keyspace::CheckpointKey(checkpoint.size)));
    if (!kept) return NotFound("no checkpoint was signed for size " + size);
    ASSIGN_OR_RETURN(const crypto::SignedNote known, crypto::SignedNote::Parse(*kept));
    if (known.text != note.text)
      return InvalidArgument("the checkpoint that was signed for size " + size + " is another");
    for (const crypto::NoteSignature& signature : known.signatures) {
      if (std::find(note.signatures.begin(), note.signatures.end(), signature) == note.signatures.end())
        return InvalidArgument("the signature of " + signature.name + " on the checkpoint of size " + size +
                               " is missing");
    }
    if (bytes == *kept) return Status::Ok();
    RETURN_IF_ERROR(sequencer_->health());
    if (checkpoint.size != checkpoint_size_) {
      std::unique_ptr<Batch> batch = storage_->NewBatch();
      batch->Put(keyspace::CheckpointKey(checkpoint.size), bytes);
      const Status status = storage_->Commit(std::move(batch));
      if (!status.ok()) sequencer_->Stop(status);
      return status;
    }
    RETURN_IF_ERROR(StoreCheckpoint(checkpoint_size_, bytes));
    checkpoint_note_ = bytes;
    published_ = false;
    return PublishLatest();
  }

  std::string LatestCheckpoint() const {
    const std::lock_guard lock(checkpoint_mutex_);
    return checkpoint_note_;
  }

  void AddOperatorSigner(const crypto::Signer& signer) {
    const std::lock_guard lock(signers_mutex_);
    signers_.push_back(&signer);
  }

  const std::string& origin() const { return origin_; }
  KeyRegistry keys() const { return sequencer_ ? sequencer_->keys() : recovered_.keys; }
  // The newest key in force at the durable size.
  crypto::VerifierKey checkpoint_key() const {
    const TreeSize size = state().size;
    return sequencer_ ? sequencer_->CheckpointKeysAt(size).back() : recovered_.keys.operator_keys().At(size).back();
  }
  const Storage& storage() const { return *storage_; }
  crypto::TileCache& tile_cache() { return tile_cache_; }
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
    ASSIGN_OR_RETURN(std::shared_ptr<PendingSubmission> pending, Prepare(std::move(request)));
    pending->on_finished = std::move(on_finished);
    RETURN_IF_ERROR(sequencer_->Start(pending));
    return pending;
  }

  // Everything that the caller's thread can check.
  Result<std::shared_ptr<PendingSubmission>> Prepare(SubmissionRequest request) const {
    auto pending = std::make_shared<PendingSubmission>();
    pending->request = std::move(request.submission);
    ASSIGN_OR_RETURN(pending->parsed, ParseSubmission(pending->request));
    if (pending->parsed.type == v1::PAYLOAD_TYPE_BATCH_HEADER) {
      return InvalidArgument("a batch header comes with its items, as a signed batch");
    }
    RETURN_IF_ERROR(Admit(pending->parsed).status());
    pending->cost_bytes = pending->request.size();
    AddEntry(*pending, pending->parsed.type, pending->request, pending->parsed.submission.idempotency_key());
    RETURN_IF_ERROR(TakeBlobs(std::move(request.blobs), kBlobsPerSubmissionMax,
                              ReferencedBlobs(pending->parsed.payload), *pending));
    RETURN_IF_ERROR(sequencer_->LookUp(*pending));
    return pending;
  }

  Result<std::shared_ptr<PendingSubmission>> Prepare(BatchRequest request) const {
    auto pending = std::make_shared<PendingSubmission>();
    pending->cost_bytes = request.batch.size();
    ASSIGN_OR_RETURN(pending->batch, ParseBatch(std::move(request.batch)));
    pending->parsed = std::move(pending->batch.header);
    ASSIGN_OR_RETURN(const EnrolledKey key, Admit(pending->parsed));
    pending->entries.reserve(pending->batch.items.size() + 1);
    AddEntry(*pending, pending->parsed.type, pending->batch.header_bytes, pending->parsed.submission.idempotency_key());
    std::vector<Hash256> referenced;
    for (size_t i = 0; i < pending->batch.items.size(); ++i) {
      const ParsedItem& item = pending->batch.items[i];
      if (i == 0 || item.type != pending->batch.items[i - 1].type)
        RETURN_IF_ERROR(CheckRole(key, item.type).WithContext("batch item " + std::to_string(i + 1)));
      referenced.insert(referenced.end(), item.blobs.begin(), item.blobs.end());
      pending->entries.push_back({item.type, item.bytes, item.idempotency_key, item.digest, std::nullopt});
    }
    std::sort(referenced.begin(), referenced.end());
    referenced.erase(std::unique(referenced.begin(), referenced.end()), referenced.end());
    RETURN_IF_ERROR(TakeBlobs(std::move(request.blobs), kBlobsPerBatchMax, referenced, *pending));
    RETURN_IF_ERROR(sequencer_->LookUp(*pending));
    return pending;
  }

  static void AddEntry(PendingSubmission& pending, v1::PayloadType type, std::string_view bytes,
                       std::string_view idempotency_key) {
    pending.entries.push_back(
        {type, bytes, idempotency_key, keyspace::DigestOf(pending.parsed.key_id, idempotency_key), std::nullopt});
  }

  // One signer for each key.
  Result<std::vector<const crypto::Signer*>> SignersFor(const std::vector<crypto::VerifierKey>& keys) const {
    const std::lock_guard lock(signers_mutex_);
    std::vector<const crypto::Signer*> found;
    for (const crypto::VerifierKey& key : keys) {
      const auto signer = std::find_if(signers_.begin(), signers_.end(), [&](const crypto::Signer* candidate) {
        return candidate->public_key() == key.public_key();
      });
      if (signer == signers_.end()) {
        return FailedPrecondition((keys.size() == 1
                                       ? "the key is not this journal's operator key, which is " + key.ToString()
                                       : "in the overlap of a rotation every checkpoint is signed by " +
                                             std::to_string(keys.size()) + " keys; missing is the operator key " +
                                             key.ToString()));
      }
      found.push_back(*signer);
    }
    return found;
  }

  // Under the keys that a checkpoint of now needs: those of an old entry's time, which is asked for again, may be gone.
  // Does not wait for a checkpoint that is being written.
  Result<std::string> SignPromise(const std::string& text) const {
    ASSIGN_OR_RETURN(const std::vector<const crypto::Signer*> signers,
                     SignersFor(sequencer_->CheckpointKeysAt(sequencer_->state().size)));
    ASSIGN_OR_RETURN(crypto::SignedNote note, crypto::MakeNote(text));
    for (const crypto::Signer* signer : signers) RETURN_IF_ERROR(note.Sign(origin_, *signer));
    return note.Serialize();
  }

  // Signature, origin and role: what can be said without an index.
  Result<EnrolledKey> Admit(const ParsedSubmission& parsed) const {
    if (parsed.submission.origin() != origin_) {
      return InvalidArgument("submission.origin \"" + parsed.submission.origin() + "\" is not this ledger's, \"" +
                             origin_ + "\"");
    }
    if (parsed.type == v1::PAYLOAD_TYPE_GENESIS) return FailedPrecondition("genesis is entry 0 and no other");
    ASSIGN_OR_RETURN(const EnrolledKey key, sequencer_->FindKey(parsed.key_id));
    RETURN_IF_ERROR(CheckRole(key, parsed.type));
    if (options_.check_signatures) RETURN_IF_ERROR(CheckSignature(parsed, key.key));
    return key;
  }

  // Every blob that came must be asked for by a payload, and every one that is asked for must be here or come along.
  Status TakeBlobs(std::vector<std::string> blobs, size_t blobs_max, const std::vector<Hash256>& referenced,
                   PendingSubmission& pending) const {
    if (blobs.size() > blobs_max) {
      return InvalidArgument(std::to_string(blobs.size()) + " blobs with one submission, at most " +
                             std::to_string(blobs_max));
    }
    const std::string what =
        pending.entries.size() > 1 ? "items reference" : PayloadTypeName(pending.parsed.type) + " references";
    std::vector<Hash256> missing;
    for (const Hash256& hash : referenced) {
      const std::string key = keyspace::BlobKey(hash);
      const std::unique_ptr<Cursor> there = storage_->Scan(key, key + '\0');
      RETURN_IF_ERROR(there->status());
      if (!there->Valid()) missing.push_back(hash);
    }
    for (std::string& blob : blobs) {
      if (blob.size() > kBlobBytesMax) {
        return OutOfRange("blob of " + std::to_string(blob.size()) + " bytes, at most " +
                          std::to_string(kBlobBytesMax));
      }
      const Hash256 hash = crypto::Sha256(blob);
      if (std::find(referenced.begin(), referenced.end(), hash) == referenced.end()) {
        return InvalidArgument("blob " + hash.Short() + " is not one that the " + what);
      }
      const auto wanted = std::find(missing.begin(), missing.end(), hash);
      if (wanted == missing.end()) continue;
      missing.erase(wanted);
      pending.cost_bytes += blob.size();
      pending.new_blobs.emplace_back(hash, std::move(blob));
    }
    if (missing.empty()) return Status::Ok();
    return FailedPrecondition("blob " + missing[0].ToHex() + ", which the " + what +
                              ", is neither given nor in the ledger");
  }

  // A note that is in the store and could not be published is published later. checkpoint_mutex_ is held, or not
  // needed.
  Status PublishLatest() {
    if (published_) return Status::Ok();
    RETURN_IF_ERROR(storage_->PublishCheckpoint(checkpoint_note_));
    published_ = true;
    return Status::Ok();
  }

  Status StoreCheckpoint(TreeSize size, const std::string& note) {
    std::unique_ptr<Batch> batch = storage_->NewBatch();
    batch->Put(keyspace::CheckpointKey(size), note);
    std::string latest;
    keyspace::AppendBigEndian64(latest, size.value);
    batch->Put(keyspace::LatestCheckpointKey(), latest);
    const Status status = storage_->Commit(std::move(batch));
    if (!status.ok()) sequencer_->Stop(status);
    return status;
  }

  std::unique_ptr<Storage> storage_;
  crypto::TileCache tile_cache_{kTilesKept};
  RecoveredJournal recovered_;
  mutable std::once_flag reading_keys_;
  mutable Result<RecentKeys> unfolded_ = Internal("the keys are not read yet");  // without a sequencer
  std::string origin_;
  JournalOptions options_;

  mutable std::mutex checkpoint_mutex_;
  mutable std::mutex signers_mutex_;
  std::vector<const crypto::Signer*> signers_;
  std::string checkpoint_note_;
  TreeSize checkpoint_size_;
  bool published_ = false;  // whether checkpoint_note_ is the published one

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
Result<std::string> Journal::SignCheckpoint() { return impl_->SignCheckpoint(); }
Status Journal::AddCosignatures(const std::string& note) { return impl_->AddCosignatures(note); }
std::string Journal::LatestCheckpoint() const { return impl_->LatestCheckpoint(); }

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

namespace {

Status CheckWithin(TreeSize asked, TreeSize have) {
  if (asked <= have) return Status::Ok();
  return OutOfRange("tree size " + std::to_string(asked.value) + " asked for, the ledger has " +
                    std::to_string(have.value) + " entries");
}

}  // namespace

Result<crypto::Proof> Journal::InclusionProof(EntryIndex index, TreeSize size) const {
  const TreeSize now = head().size;
  RETURN_IF_ERROR(CheckWithin(size, now));
  StorageTileReader tiles(impl_->storage());
  crypto::TileHashReader reader(tiles, size, &impl_->tile_cache());
  return crypto::InclusionProof(index, size, reader);
}

Result<crypto::Proof> Journal::ConsistencyProof(TreeSize old_size, TreeSize new_size) const {
  RETURN_IF_ERROR(CheckWithin(new_size, head().size));
  StorageTileReader tiles(impl_->storage());
  crypto::TileHashReader reader(tiles, new_size, &impl_->tile_cache());
  return crypto::ConsistencyProof(old_size, new_size, reader);
}

Result<Hash256> Journal::RootAt(TreeSize size) const {
  RETURN_IF_ERROR(CheckWithin(size, head().size));
  StorageTileReader tiles(impl_->storage());
  crypto::TileHashReader reader(tiles, size, &impl_->tile_cache());
  return crypto::TreeHash(size, reader);
}

Result<std::string> Journal::ReadTile(const crypto::TileId& tile) const {
  if (tile.width == 0 || tile.width > crypto::TileWidthAt(tile.level, tile.index, head().size)) {
    return NotFound(crypto::TilePath(tile) + " is not in the tree of size " + std::to_string(size().value));
  }
  StorageTileReader tiles(impl_->storage());
  ASSIGN_OR_RETURN(std::string bytes, tiles.ReadTile(tile));
  const size_t needed = size_t{tile.width} * Hash256::kSize;
  if (bytes.size() < needed)
    return DataLoss(crypto::TilePath(tile) + " has only " + std::to_string(bytes.size()) + " bytes");
  bytes.resize(needed);
  return bytes;
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
