#include "ledger/journal/tree_writer.h"

#include <optional>

#include "ledger/journal/keyspace.h"

namespace ledgerline::journal {

Result<std::string> StorageTileReader::ReadTile(const crypto::TileId& tile) {
  ASSIGN_OR_RETURN(std::optional<std::string> bytes, storage_.Get(keyspace::TileKey(tile.level, tile.index)));
  if (!bytes) return DataLoss(crypto::TilePath(tile) + " is missing");
  return std::move(*bytes);
}

Result<TreeWriter> TreeWriter::Load(TreeSize size, const StorageReader& storage) {
  TreeWriter writer;
  StorageTileReader tiles(storage);
  crypto::TileHashReader hashes(tiles, size);
  ASSIGN_OR_RETURN(writer.frontier_, crypto::Frontier::Read(size, hashes));
  for (uint8_t level = 0; level <= crypto::kTileLevelMax; ++level) {
    OpenTile& open = writer.open_[level];
    open.index = (size.value >> (level * crypto::kTileHeight)) / crypto::kTileWidth;
    const uint32_t width = crypto::TileWidthAt(level, open.index, size);
    if (width == 0) continue;
    ASSIGN_OR_RETURN(open.hashes, tiles.ReadTile({level, open.index, width}));
    if (open.hashes.size() != size_t{width} * Hash256::kSize) {
      return DataLoss(crypto::TilePath({level, open.index, width}) + " has " + std::to_string(open.hashes.size()) +
                      " bytes, needs " + std::to_string(size_t{width} * Hash256::kSize));
    }
  }
  return writer;
}

void TreeWriter::Append(const Hash256& leaf_hash) {
  frontier_.Append(leaf_hash, [this](crypto::NodeId node, const Hash256& hash) {
    if (node.level % crypto::kTileHeight != 0) return;
    const auto level = static_cast<uint8_t>(node.level / crypto::kTileHeight);
    OpenTile& open = open_[level];
    open.hashes.append(hash.view());
    open.changed = true;
    if (open.hashes.size() < crypto::kTileWidth * Hash256::kSize) return;
    full_.emplace_back(keyspace::TileKey(level, open.index), std::move(open.hashes));
    open = OpenTile{open.index + 1, {}, false};
  });
}

void TreeWriter::WriteTiles(Batch& batch) {
  for (const auto& [key, hashes] : full_) batch.Put(key, hashes);
  full_.clear();
  for (uint8_t level = 0; level < open_.size(); ++level) {
    OpenTile& open = open_[level];
    if (!open.changed) continue;
    batch.Put(keyspace::TileKey(level, open.index), open.hashes);
    open.changed = false;
  }
}

}  // namespace ledgerline::journal
