#include "ledger/journal/checkpoint_book.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "crypto/checkpoint.h"
#include "crypto/signed_note.h"
#include "ledger/journal/keyspace.h"

namespace ledgerline::journal {

Status CheckpointBook::Open(const RecoveredJournal& recovered, Sequencer& sequencer, const SignerRing& signers) {
  sequencer_ = &sequencer;
  signers_ = &signers;
  if (note_.empty()) return Sign().status();
  if (!recovered.checkpoint_stored) RETURN_IF_ERROR(Store(size_, note_));
  published_ = recovered.checkpoint_published;
  return PublishLatest();
}

Result<std::string> CheckpointBook::Sign() {
  if (sequencer_ == nullptr) return ReadOnly();
  const std::lock_guard lock(mutex_);
  const keyspace::StateRecord now = sequencer_->state();
  if (!note_.empty() && size_ == now.size) {
    RETURN_IF_ERROR(PublishLatest());
    return note_;
  }
  RETURN_IF_ERROR(sequencer_->health());
  const crypto::Checkpoint checkpoint{origin_, now.size, now.root, {}};
  ASSIGN_OR_RETURN(const std::vector<const crypto::Signer*> signers,
                   signers_->For(sequencer_->CheckpointKeysAt(now.size)));
  ASSIGN_OR_RETURN(const std::string note, crypto::SignCheckpoint(checkpoint, signers));
  RETURN_IF_ERROR(Store(now.size, note));
  note_ = note;
  size_ = now.size;
  published_ = false;
  RETURN_IF_ERROR(PublishLatest());
  return note;
}

Status CheckpointBook::AddCosignatures(const std::string& bytes) {
  if (sequencer_ == nullptr) return ReadOnly();
  ASSIGN_OR_RETURN(const crypto::SignedNote note, crypto::SignedNote::Parse(bytes));
  ASSIGN_OR_RETURN(const crypto::Checkpoint checkpoint, crypto::Checkpoint::Parse(note.text));
  const std::string size = std::to_string(checkpoint.size.value);
  const std::lock_guard lock(mutex_);
  ASSIGN_OR_RETURN(const std::optional<std::string> kept, storage_.Get(keyspace::CheckpointKey(checkpoint.size)));
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
  if (checkpoint.size != size_) {
    std::unique_ptr<Batch> batch = storage_.NewBatch();
    batch->Put(keyspace::CheckpointKey(checkpoint.size), bytes);
    const Status status = storage_.Commit(std::move(batch));
    if (!status.ok()) sequencer_->Stop(status);
    return status;
  }
  RETURN_IF_ERROR(Store(size_, bytes));
  note_ = bytes;
  published_ = false;
  return PublishLatest();
}

std::string CheckpointBook::Latest() const {
  const std::lock_guard lock(mutex_);
  return note_;
}

Status CheckpointBook::PublishLatest() {
  if (published_) return Status::Ok();
  RETURN_IF_ERROR(storage_.PublishCheckpoint(note_));
  published_ = true;
  return Status::Ok();
}

Status CheckpointBook::Store(TreeSize size, const std::string& note) {
  std::unique_ptr<Batch> batch = storage_.NewBatch();
  batch->Put(keyspace::CheckpointKey(size), note);
  std::string latest;
  keyspace::AppendBigEndian64(latest, size.value);
  batch->Put(keyspace::LatestCheckpointKey(), latest);
  const Status status = storage_.Commit(std::move(batch));
  if (!status.ok()) sequencer_->Stop(status);
  return status;
}

}  // namespace ledgerline::journal
