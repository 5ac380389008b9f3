// Tiles with the nodes between their hashes and the level above, and a bounded cache of them. What a tile of one width
// holds never changes, so that whoever has parsed it once need not hash it again for the next proof.
#ifndef LEDGERLINE_CRYPTO_TILE_CACHE_H_
#define LEDGERLINE_CRYPTO_TILE_CACHE_H_

#include <array>
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/merkle.h"
#include "crypto/tile.h"
#include "schemas/hash.h"
#include "schemas/status.h"

namespace ledgerline::crypto {

// The complete subtrees of one tile. Immutable.
class TileNodes {
 public:
  // Hashes everything between the tile's hashes. Errors: those of ParseTile.
  static Result<TileNodes> Parse(const TileId& tile, std::string_view bytes);
  // Node (level, index) of the tree, whose level is tile.level * 8 + 0..8. Errors: kOutOfRange (not in this tile).
  Result<Hash256> Node(NodeId node) const;

 private:
  explicit TileNodes(const TileId& tile) : tile_(tile) {}
  TileId tile_;
  std::array<std::vector<Hash256>, kTileHeight + 1> levels_;  // levels_[h][i]: over 2^h of the tile's hashes
};

// The tiles that were asked for last; about 16 KiB each. Thread-safe.
class TileCache {
 public:
  explicit TileCache(size_t tiles_max) : tiles_max_(tiles_max) {}
  TileCache(const TileCache&) = delete;
  TileCache& operator=(const TileCache&) = delete;

  // Null if it is not there.
  std::shared_ptr<const TileNodes> Find(const TileId& tile);
  void Keep(const TileId& tile, std::shared_ptr<const TileNodes> nodes);
  size_t size() const;

 private:
  using Kept = std::pair<TileId, std::shared_ptr<const TileNodes>>;
  const size_t tiles_max_;
  mutable std::mutex mutex_;
  std::list<Kept> kept_;  // the last that was asked for comes first
  std::map<TileId, std::list<Kept>::iterator> places_;
};

}  // namespace ledgerline::crypto

#endif  // LEDGERLINE_CRYPTO_TILE_CACHE_H_
