#include "ledger/journal/rebuild.h"

#include <optional>
#include <utility>

#include "crypto/checkpoint.h"
#include "crypto/sha256.h"
#include "ledger/journal/entry.h"
#include "ledger/journal/keyspace.h"

namespace ledgerline::journal {
namespace {

constexpr size_t kBatchBytes = size_t{4} << 20;

// The state record, or nothing if it is missing or not whole.
std::optional<keyspace::StateRecord> ReadableState(const StorageReader& from) {
  const Result<std::optional<std::string>> bytes = from.Get(keyspace::StateKey());
  if (!bytes.ok() || !*bytes) return {};
  const Result<keyspace::StateRecord> state = keyspace::StateRecord::Parse(**bytes);
  if (!state.ok()) return {};
  return *state;
}

// The published checkpoint, if it is newer than every stored one. One that cannot be read is written anew.
Status TakePublished(const StorageReader& from, JournalRebuilder& rebuilder) {
  const Result<std::optional<std::string>> published = from.PublishedCheckpoint();
  if (!published.ok() || !*published) return Status::Ok();
  const Result<crypto::SignedNote> note = crypto::SignedNote::Parse(**published);
  if (!note.ok()) return Status::Ok();
  const Result<crypto::Checkpoint> checkpoint = crypto::Checkpoint::Parse(note->text);
  if (!checkpoint.ok() || checkpoint->size <= rebuilder.last_checkpoint()) return Status::Ok();
  return rebuilder.PutCheckpoint(**published);
}

}  // namespace

Batch& JournalRebuilder::batch() {
  if (batch_ == nullptr) {
    batch_ = storage_.NewBatch();
    runs_.emplace(*batch_);
  }
  return *batch_;
}

Status JournalRebuilder::Commit() {
  if (batch_ == nullptr) return Status::Ok();
  runs_->Flush();
  runs_.reset();
  batch_bytes_ = 0;
  return storage_.Commit(std::exchange(batch_, nullptr));
}

Status JournalRebuilder::CommitIfLarge(size_t added_bytes) {
  batch_bytes_ += added_bytes;
  return batch_bytes_ < kBatchBytes ? Status::Ok() : Commit();
}

Status JournalRebuilder::Append(std::string_view bytes) {
  const EntryIndex index = tree_.size().NextIndex();
  const std::string name = "entry " + std::to_string(index.value);
  const Result<ParsedEntry> entry = ParseEntry(bytes);
  if (!entry.ok()) return DataLoss(name + ": " + entry.status().message());
  if (entry->index != index) return DataLoss(name + " says that it is entry " + std::to_string(entry->index.value));
  if (entry->previous_leaf_hash != last_leaf_hash_) return DataLoss(name + " does not follow the entry before it");
  last_leaf_hash_ = crypto::LeafHash(bytes);
  last_recorded_at_us_ = entry->recorded_at_us;
  batch();
  runs_->Append(index, entry->type, bytes);
  batch().Put(keyspace::SubmissionKey(entry->submission.key_id, entry->submission.submission.idempotency_key()),
              keyspace::SubmissionRecord{index}.Encode());
  tree_.Append(last_leaf_hash_);
  return CommitIfLarge(bytes.size() + 128);
}

Status JournalRebuilder::PutBlob(std::string_view content) {
  batch().Put(keyspace::BlobKey(crypto::Sha256(content)), content);
  return CommitIfLarge(content.size());
}

Status JournalRebuilder::PutCheckpoint(std::string_view bytes) {
  const Result<crypto::SignedNote> note = crypto::SignedNote::Parse(bytes);
  if (!note.ok()) return DataLoss("a checkpoint: " + note.status().message());
  const Result<crypto::Checkpoint> checkpoint = crypto::Checkpoint::Parse(note->text);
  if (!checkpoint.ok()) return DataLoss("a checkpoint: " + checkpoint.status().message());
  const std::string name = "the checkpoint of size " + std::to_string(checkpoint->size.value);
  if (checkpoint->size > tree_.size())
    return DataLoss(name + " is of more than the " + std::to_string(tree_.size().value) + " entries that are there");
  if (tiles_written_ != tree_.size()) {
    tree_.WriteTiles(batch());
    RETURN_IF_ERROR(Commit());
    tiles_written_ = tree_.size();
  }
  StorageTileReader tiles(storage_);
  crypto::TileHashReader reader(tiles, tree_.size());
  ASSIGN_OR_RETURN(const Hash256 root, crypto::TreeHash(checkpoint->size, reader));
  if (root != checkpoint->root)
    return DataLoss(name + " has root " + checkpoint->root.Short() + ", the entries give " + root.Short());
  batch().Put(keyspace::CheckpointKey(checkpoint->size), bytes);
  if (checkpoint->size >= last_checkpoint_) {
    last_checkpoint_ = checkpoint->size;
    last_note_ = std::string(bytes);
  }
  return CommitIfLarge(bytes.size());
}

Status JournalRebuilder::Finish() {
  if (tree_.size().value == 0) return DataLoss("there is no entry");
  tree_.WriteTiles(batch());
  if (!last_note_.empty()) {
    std::string latest;
    keyspace::AppendBigEndian64(latest, last_checkpoint_.value);
    batch().Put(keyspace::LatestCheckpointKey(), latest);
  }
  std::string folded;
  keyspace::AppendBigEndian64(folded, tree_.size().value);
  batch().Put(keyspace::FoldedKey(), folded);
  batch().Put(keyspace::StateKey(),
              keyspace::StateRecord{tree_.size(), tree_.Root(), last_leaf_hash_, last_recorded_at_us_}.Encode());
  RETURN_IF_ERROR(Commit());
  return last_note_.empty() ? Status::Ok() : storage_.PublishCheckpoint(last_note_);
}

Status RebuildJournal(const StorageReader& from, Storage& to) {
  JournalRebuilder rebuilder(to);
  const auto each = [&](char prefix, auto take) -> Status {
    const std::string begin(1, prefix);
    const std::unique_ptr<Cursor> cursor = from.Scan(begin, keyspace::PrefixEnd(begin));
    for (; cursor->Valid(); cursor->Next()) RETURN_IF_ERROR(take(cursor->key(), cursor->value()));
    return cursor->status();
  };
  EntryCursor entries(from, EntryIndex{0});
  for (; entries.Valid(); entries.Next()) {
    const EntryIndex next = rebuilder.size().NextIndex();
    if (entries.index() != next) {
      RETURN_IF_ERROR(entries.status());
      return DataLoss("entry " + std::to_string(next.value) + " is missing");
    }
    RETURN_IF_ERROR(rebuilder.Append(entries.bytes()));
  }
  RETURN_IF_ERROR(entries.status());
  if (const auto state = ReadableState(from); state && state->size != rebuilder.size()) {
    return DataLoss("the ledger had " + std::to_string(state->size.value) + " entries, there are " +
                    std::to_string(rebuilder.size().value));
  }
  RETURN_IF_ERROR(each(keyspace::kBlob, [&](std::string_view key, std::string_view content) -> Status {
    const Hash256 hash = crypto::Sha256(content);
    if (key != keyspace::BlobKey(hash)) return DataLoss("blob " + HexEncode(key.substr(1)) + " has other content");
    return rebuilder.PutBlob(content);
  }));
  RETURN_IF_ERROR(each(keyspace::kCheckpoint,
                       [&](std::string_view, std::string_view note) { return rebuilder.PutCheckpoint(note); }));
  RETURN_IF_ERROR(TakePublished(from, rebuilder));
  return rebuilder.Finish();
}

}  // namespace ledgerline::journal
