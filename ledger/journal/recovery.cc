#include "ledger/journal/recovery.h"

#include <algorithm>
#include <set>

#include "crypto/tile.h"
#include "ledger/journal/batch_walk.h"

namespace ledgerline::journal {
namespace {

std::string Name(EntryIndex index) { return "entry " + std::to_string(index.value); }

// The header of the batch that entry `index` is an item of, or the entry itself: where a walk may begin.
Result<uint64_t> HeaderOf(const StorageReader& storage, uint64_t index) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadStoredEntry(storage, EntryIndex{index}));
  const Result<ParsedEntry> entry = ParseEntry(bytes);
  if (!entry.ok()) return DataLoss(Name(EntryIndex{index}) + ": " + entry.status().message());
  return entry->batch_offset > index ? index : index - entry->batch_offset;
}

// The entries of the last level-0 tile against that tile, the chain and the state record; and whatever a batch that
// reaches into that tile has before it.
Status CheckLastEntries(const StorageReader& storage, const keyspace::StateRecord& state) {
  const uint64_t size = state.size.value;
  const uint64_t begin = (size - 1) / crypto::kTileWidth * crypto::kTileWidth;
  crypto::TileId tile{0, begin / crypto::kTileWidth, static_cast<uint32_t>(size - begin)};
  StorageTileReader tiles(storage);
  ASSIGN_OR_RETURN(const std::string tile_bytes, tiles.ReadTile(tile));
  Result<std::vector<Hash256>> hashes = crypto::ParseTile(tile, tile_bytes);
  if (!hashes.ok()) return DataLoss(hashes.status().message());
  ASSIGN_OR_RETURN(const uint64_t first, HeaderOf(storage, begin));
  std::optional<Hash256> previous;
  if (first == 0) previous = Hash256{};
  int64_t recorded_at_us = 0;
  BatchWalk batches;
  EntryCursor cursor(storage, EntryIndex{first});
  for (uint64_t i = first; i < size; ++i, cursor.Next()) {
    const EntryIndex index{i};
    if (!cursor.Valid() || cursor.index() != index) {
      RETURN_IF_ERROR(cursor.status());
      return DataLoss(Name(index) + " is missing");
    }
    const std::string_view bytes = cursor.bytes();
    const Hash256 leaf_hash = crypto::LeafHash(bytes);
    if (i >= begin && leaf_hash != (*hashes)[i - begin]) {
      return DataLoss(Name(index) + " hashes to " + leaf_hash.Short() + ", the tree has " +
                      (*hashes)[i - begin].Short());
    }
    const Result<ParsedEntry> entry = ParseEntry(bytes);
    if (!entry.ok()) return DataLoss(Name(index) + ": " + entry.status().message());
    if (entry->index != index)
      return DataLoss(Name(index) + " says that it is entry " + std::to_string(entry->index.value));
    if (previous && entry->previous_leaf_hash != *previous) {
      return DataLoss(Name(index) + " names " + entry->previous_leaf_hash.Short() +
                      " before it, that entry hashes to " + previous->Short());
    }
    RETURN_IF_ERROR(batches.Next(StepOf(*entry)));
    if (i > first && entry->recorded_at_us < recorded_at_us)
      return DataLoss(Name(index) + " is earlier than the one before it");
    previous = leaf_hash;
    recorded_at_us = entry->recorded_at_us;
  }
  RETURN_IF_ERROR(batches.Finish());
  if (*previous != state.last_leaf_hash || recorded_at_us != state.last_recorded_at_us) {
    return DataLoss("the state record is not that of " + Name(EntryIndex{size - 1}));
  }
  RETURN_IF_ERROR(cursor.status());
  if (cursor.Valid()) return DataLoss("an entry is stored beyond the tree's size " + std::to_string(size));
  return Status::Ok();
}

// Along the right edge, each level's last full tile must hash to what the level above says.
Status CheckRightEdge(const StorageReader& storage, TreeSize size) {
  StorageTileReader tiles(storage);
  for (uint8_t level = 0; level < crypto::kTileLevelMax; ++level) {
    const uint64_t full = size.value >> ((level + 1) * crypto::kTileHeight);
    if (full == 0) return Status::Ok();
    const crypto::TileId tile{level, full - 1, crypto::kTileWidth};
    const crypto::NodeId node{static_cast<uint8_t>((level + 1) * crypto::kTileHeight), full - 1};
    ASSIGN_OR_RETURN(const std::string bytes, tiles.ReadTile(tile));
    const Result<std::vector<Hash256>> hashes = crypto::ParseTile(tile, bytes);
    if (!hashes.ok()) return DataLoss(hashes.status().message());
    ASSIGN_OR_RETURN(const Hash256 below, crypto::NodeFromTile(node, tile, *hashes));
    crypto::TileHashReader reader(tiles, size);
    ASSIGN_OR_RETURN(const Hash256 above, reader.ReadHash(node));
    if (above != below) {
      return DataLoss(crypto::TilePath(tile) + " hashes to " + below.Short() + ", the level above has " +
                      above.Short());
    }
  }
  return Status::Ok();
}

Status LoadKeys(const StorageReader& storage, TreeSize size, KeyRegistry& keys) {
  ASSIGN_OR_RETURN(const std::string genesis_bytes, ReadStoredEntry(storage, EntryIndex{0}));
  const Result<ParsedEntry> genesis = ParseEntry(genesis_bytes);
  if (!genesis.ok()) return DataLoss("entry 0: " + genesis.status().message());
  if (genesis->type != v1::PAYLOAD_TYPE_GENESIS) return DataLoss("entry 0 is not genesis");
  if (const Status status = keys.Apply(genesis->submission, EntryIndex{0}); !status.ok())
    return DataLoss("entry 0: " + status.message());
  std::set<EntryIndex> key_entries;  // of all three types, in the log's order
  for (const v1::PayloadType type :
       {v1::PAYLOAD_TYPE_KEY_ENROLMENT, v1::PAYLOAD_TYPE_KEY_ROTATION, v1::PAYLOAD_TYPE_KEY_REVOCATION}) {
    ASSIGN_OR_RETURN(const std::vector<EntryIndex> indices, ReadTypeIndex(storage, type, size));
    key_entries.insert(indices.begin(), indices.end());
  }
  for (const EntryIndex index : key_entries) {
    ASSIGN_OR_RETURN(const std::string bytes, ReadStoredEntry(storage, index));
    const Result<ParsedEntry> entry = ParseEntry(bytes);
    if (!entry.ok()) return DataLoss(Name(index) + ": " + entry.status().message());
    if (const Status status = keys.Apply(entry->submission, index); !status.ok()) {
      return DataLoss(Name(index) + ": " + status.message());
    }
  }
  return Status::Ok();
}

Result<std::optional<std::string>> StoredCheckpoint(const StorageReader& storage) {
  ASSIGN_OR_RETURN(const std::optional<std::string> latest, storage.Get(keyspace::LatestCheckpointKey()));
  if (!latest) return std::optional<std::string>();
  if (latest->size() != 8)
    return DataLoss("the record of the last checkpoint has " + std::to_string(latest->size()) + " bytes, needs 8");
  const TreeSize size{keyspace::ReadBigEndian64(*latest)};
  ASSIGN_OR_RETURN(std::optional<std::string> note, storage.Get(keyspace::CheckpointKey(size)));
  if (!note) return DataLoss("the last checkpoint, of size " + std::to_string(size.value) + ", is missing");
  return note;
}

// Opens one note and compares it with the tree; takes it if it is the newest so far.
Result<bool> TakeCheckpoint(const std::string& note, const char* where, const StorageReader& storage,
                            RecoveredJournal& journal) {
  const Result<crypto::Checkpoint> checkpoint = journal.keys.operator_keys().Open(note);
  if (!checkpoint.ok()) return DataLoss(std::string(where) + " checkpoint: " + checkpoint.status().message());
  const TreeSize size = checkpoint->size;
  if (size > journal.state.size) {
    return DataLoss("the store has " + std::to_string(journal.state.size.value) + " entries, behind the " + where +
                    " checkpoint, which was signed for " + std::to_string(size.value) +
                    "; entries that were acknowledged are lost: restore a newer copy");
  }
  StorageTileReader tiles(storage);
  crypto::TileHashReader reader(tiles, journal.state.size);
  ASSIGN_OR_RETURN(const Hash256 root, crypto::TreeHash(size, reader));
  if (root != checkpoint->root) {
    return DataLoss("the tree's root at size " + std::to_string(size.value) + " is " + root.Short() + ", the " + where +
                    " checkpoint was signed for " + checkpoint->root.Short());
  }
  const bool newer = journal.latest_checkpoint.empty() || size > journal.checkpoint.size;
  if (newer) {
    journal.latest_checkpoint = note;
    journal.checkpoint = *checkpoint;
  }
  return newer || size == journal.checkpoint.size;
}

}  // namespace

Result<RecoveredJournal> RecoverJournal(const StorageReader& storage) {
  ASSIGN_OR_RETURN(const std::optional<std::string> state_bytes, storage.Get(keyspace::StateKey()));
  if (!state_bytes) {
    const std::unique_ptr<Cursor> any = storage.Scan("", "");
    RETURN_IF_ERROR(any->status());
    if (any->Valid()) return DataLoss("the journal's state record is missing");
    ASSIGN_OR_RETURN(const std::optional<std::string> published, storage.PublishedCheckpoint());
    if (published) return DataLoss("the store is empty, but a checkpoint was published: its entries are lost");
    return NotFound("there is no journal in this store");
  }
  RecoveredJournal journal;
  ASSIGN_OR_RETURN(journal.state, keyspace::StateRecord::Parse(*state_bytes));
  const TreeSize size = journal.state.size;
  if (size.value == 0 || size.value > crypto::kTreeSizeMax) {
    return DataLoss("the state record says size " + std::to_string(size.value));
  }
  ASSIGN_OR_RETURN(journal.tree, TreeWriter::Load(size, storage));
  if (journal.tree.Root() != journal.state.root) {
    return DataLoss("the tiles' root at size " + std::to_string(size.value) + " is " + journal.tree.Root().Short() +
                    ", the state record has " + journal.state.root.Short());
  }
  RETURN_IF_ERROR(CheckRightEdge(storage, size));
  RETURN_IF_ERROR(CheckLastEntries(storage, journal.state));
  RETURN_IF_ERROR(LoadKeys(storage, size, journal.keys));
  ASSIGN_OR_RETURN(const std::optional<std::string> stored, StoredCheckpoint(storage));
  ASSIGN_OR_RETURN(const std::optional<std::string> published, storage.PublishedCheckpoint());
  if (stored) {
    ASSIGN_OR_RETURN(journal.checkpoint_stored, TakeCheckpoint(*stored, "stored", storage, journal));
  }
  if (published) {
    const TreeSize before = journal.checkpoint.size;
    ASSIGN_OR_RETURN(journal.checkpoint_published, TakeCheckpoint(*published, "published", storage, journal));
    if (journal.checkpoint.size > before) journal.checkpoint_stored = false;
    // The same checkpoint, cosigned since in the store: publishing it came next.
    if (stored && journal.checkpoint_stored && *published != *stored) journal.checkpoint_published = false;
  }
  return journal;
}

}  // namespace ledgerline::journal
