#include "crypto/tile_cache.h"

#include <string>

namespace ledgerline::crypto {

Result<TileNodes> TileNodes::Parse(const TileId& tile, std::string_view bytes) {
  TileNodes nodes(tile);
  ASSIGN_OR_RETURN(nodes.levels_[0], ParseTile(tile, bytes));
  for (size_t height = 1; height < nodes.levels_.size(); ++height) {
    const std::vector<Hash256>& below = nodes.levels_[height - 1];
    std::vector<Hash256>& level = nodes.levels_[height];
    level.reserve(below.size() / 2);
    for (size_t i = 0; i + 1 < below.size(); i += 2) level.push_back(NodeHash(below[i], below[i + 1]));
  }
  return nodes;
}

Result<Hash256> TileNodes::Node(NodeId node) const {
  const int height = node.level - tile_.level * kTileHeight;
  if (height < 0 || height > kTileHeight)
    return OutOfRange(TilePath(tile_) + " has no node of level " + std::to_string(node.level));
  const std::vector<Hash256>& level = levels_[static_cast<size_t>(height)];
  const uint64_t first = tile_.index << (kTileHeight - height);
  if (node.index < first || node.index - first >= level.size()) {
    return OutOfRange(TilePath(tile_) + " has " + std::to_string(levels_[0].size()) + " hashes, node " +
                      std::to_string(node.level) + "/" + std::to_string(node.index) + " needs others");
  }
  return level[node.index - first];
}

std::shared_ptr<const TileNodes> TileCache::Find(const TileId& tile) {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(tile);
  if (found == places_.end()) return nullptr;
  kept_.splice(kept_.begin(), kept_, found->second);
  return found->second->second;
}

void TileCache::Keep(const TileId& tile, std::shared_ptr<const TileNodes> nodes) {
  const std::lock_guard lock(mutex_);
  if (tiles_max_ == 0 || places_.contains(tile)) return;
  if (kept_.size() >= tiles_max_) {
    places_.erase(kept_.back().first);
    kept_.pop_back();
  }
  kept_.emplace_front(tile, std::move(nodes));
  places_.emplace(tile, kept_.begin());
}

size_t TileCache::size() const {
  const std::lock_guard lock(mutex_);
  return kept_.size();
}

}  // namespace ledgerline::crypto
