#include "ledger/journal/entry_stretch.h"

#include <utility>

#include "crypto/merkle.h"
#include "ledger/journal/entry_runs.h"
#include "ledger/journal/keyspace.h"
#include "ledger/journal/tree_writer.h"

namespace ledgerline::journal {
namespace {

size_t BytesKept(const CheckedEntry& entry) {
  if (entry.submission == nullptr || !entry.submission->for_keys) return 0;
  return entry.submission->for_keys->submission.payload().size();
}

void ReadEntries(const StorageReader& storage, const PairFingerprint& fingerprint, EntryStretch& stretch) {
  EntryChecker checker;
  EntryCursor cursor(storage, stretch.from, stretch.to, /*once=*/true);
  stretch.entries.reserve(stretch.to.value - stretch.from.value);
  uint64_t next = stretch.from.value;
  size_t bytes_kept = 0;
  for (; cursor.Valid(); cursor.NextRun()) {
    const size_t begin = stretch.entries.size();
    checker.Check(cursor.index(), cursor.run(), stretch.entries);
    for (size_t i = begin; i < stretch.entries.size(); ++i) {
      const CheckedEntry& entry = stretch.entries[i];
      if (entry.stored_at.value < next) continue;  // stored twice
      next = entry.stored_at.value + 1;
      bytes_kept += BytesKept(entry);
      if (entry.form.ok()) fingerprint.Add(stretch.submissions, entry.submission_hash.view(), entry.stored_at.value);
    }
    if (bytes_kept >= kStretchBytesKept && next < stretch.to.value) {
      stretch.stopped_at = EntryIndex{next};
      break;
    }
  }
  stretch.entries_status = cursor.status();
}

void TakeTile(const crypto::TileId& id, std::string_view bytes, StretchTile& tile) {
  Result<std::vector<Hash256>> hashes = crypto::ParseTile(id, bytes);
  if (!hashes.ok()) return;  // whoever compares tiles says so
  tile.hashes = *std::move(hashes);
  if (id.width == crypto::kTileWidth) tile.root = crypto::RootOf(tile.hashes);
}

void ReadTiles(const StorageReader& storage, TreeSize size, EntryStretch& stretch) {
  const uint64_t first = stretch.from.value / crypto::kTileWidth;
  const uint64_t end = (stretch.to.value + crypto::kTileWidth - 1) / crypto::kTileWidth;
  stretch.tiles.resize(end - first);
  const auto id_of = [&](uint64_t index) { return crypto::TileId{0, index, crypto::TileWidthAt(0, index, size)}; };
  const std::string begin = keyspace::TileKey(0, first);
  const std::unique_ptr<Cursor> cursor = storage.ScanOnce(begin, keyspace::TileKey(0, end));
  for (; cursor->Valid(); cursor->Next()) {
    ++stretch.tile_records;
    if (cursor->key().size() != begin.size()) continue;  // no tile's, and one too many
    const uint64_t index = keyspace::ReadBigEndian64(cursor->key().substr(2));
    TakeTile(id_of(index), cursor->value(), stretch.tiles[index - first]);
  }
  stretch.tiles_status = cursor->status();
  if (stretch.tiles_status.ok()) return;
  // One that cannot be read shall not hide the others.
  StorageTileReader reader(storage);
  for (uint64_t index = first; index < end; ++index) {
    if (!stretch.tiles[index - first].hashes.empty()) continue;
    const Result<std::string> bytes = reader.ReadTile(id_of(index));
    if (bytes.ok()) TakeTile(id_of(index), *bytes, stretch.tiles[index - first]);
  }
}

}  // namespace

EntryStretch ReadStretch(const StorageReader& storage, EntryIndex from, EntryIndex to, TreeSize size,
                         const PairFingerprint& fingerprint) {
  EntryStretch stretch;
  stretch.from = from;
  stretch.to = to;
  ReadEntries(storage, fingerprint, stretch);
  if (from.value % kStretchEntries == 0) ReadTiles(storage, size, stretch);
  return stretch;
}

}  // namespace ledgerline::journal
