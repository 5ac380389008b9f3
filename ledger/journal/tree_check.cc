#include "ledger/journal/tree_check.h"

#include <utility>

#include "ledger/journal/keyspace.h"
#include "ledger/journal/verify_findings.h"

namespace ledgerline::journal {

void TreeCheck::TakeTiles(EntryStretch& stretch) {
  first_tile_ = stretch.from.value / crypto::kTileWidth;
  tiles_ = std::move(stretch.tiles);
  records_ += stretch.tile_records;
}

void TreeCheck::OpenLeafTile(EntryIndex index, bool signed_within) {
  StretchTile& tile = tiles_.at(index.value / crypto::kTileWidth - first_tile_);
  leaf_tile_ = std::move(tile.hashes);
  leaf_tile_root_ = signed_within ? std::nullopt : tile.root;
}

// The tree is recomputed from the hashes that the tiles hold, and every entry is compared with its own: so an altered
// entry is named once, instead of changing every hash above it.
void TreeCheck::Append(EntryIndex index, const Hash256& leaf_hash) {
  const size_t at = index.value % crypto::kTileWidth;
  Hash256 in_tree = leaf_hash;
  if (at < leaf_tile_.size()) {
    in_tree = leaf_tile_[at];
    if (leaf_hash != in_tree && !leaf_hash.IsZero()) {
      Fail(leaf_check, EntryName(index) + " hashes to " + leaf_hash.Short() + ", the tree has " + in_tree.Short() +
                           ": the entry's bytes were altered");
    }
  } else {
    Fail(leaf_check, EntryName(index) + " has no hash in the tree: its tile is missing or not whole");
  }
  if (!leaf_tile_root_) {
    frontier_.Append(in_tree, [this](crypto::NodeId node, const Hash256& hash) { TakeNode(node, hash); });
  } else if (at + 1 == crypto::kTileWidth) {
    ++tiles_checked_;  // its hashes are those that the tree is computed from
    frontier_.AppendSubtree(crypto::kTileHeight, *leaf_tile_root_,
                            [this](crypto::NodeId node, const Hash256& hash) { TakeNode(node, hash); });
  }
}

void TreeCheck::TakeNode(crypto::NodeId node, const Hash256& hash) {
  if (node.level % crypto::kTileHeight != 0) return;
  const auto level = static_cast<uint8_t>(node.level / crypto::kTileHeight);
  std::string& open = open_tiles_[level];
  open.append(hash.view());
  if (open.size() == crypto::kTileWidth * Hash256::kSize) CompareTile(level, node.index / crypto::kTileWidth);
}

void TreeCheck::CompareTile(uint8_t level, uint64_t index) {
  std::string& open = open_tiles_[level];
  const crypto::TileId tile{level, index, static_cast<uint32_t>(open.size() / Hash256::kSize)};
  ++tiles_checked_;
  const Result<std::optional<std::string>> stored = storage_.Get(keyspace::TileKey(level, index));
  if (!stored.ok()) {
    FailUnlessOk(tile_check, stored.status(), crypto::TilePath(tile));
  } else if (!*stored) {
    Fail(tile_check, crypto::TilePath(tile) + " is missing");
  } else if (**stored != open) {
    Fail(tile_check, crypto::TilePath(tile) + " is not what the hashes below it give");
  }
  open.clear();
}

void TreeCheck::Finish(TreeSize size) {
  for (uint8_t level = 0; level <= crypto::kTileLevelMax; ++level) {
    const uint64_t index = (size.value >> (level * crypto::kTileHeight)) / crypto::kTileWidth;
    if (!open_tiles_[level].empty()) CompareTile(level, index);
  }
}

void TreeCheck::CompareRecordCount() {
  if (records_ == tiles_checked_) return;
  Fail(tile_check, "there are " + CountOf(records_, "record", "records") + " of tiles, the entries give " +
                       std::to_string(tiles_checked_));
}

}  // namespace ledgerline::journal
