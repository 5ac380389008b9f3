// C2SP tlog-tiles: the hashes of a tree in tiles of height 8, and the names of tiles and entry bundles.
//
// The n-th tile at tile level l holds the hashes of the complete subtrees of height 8 * l with indices n * 256 + i; a
// full tile has 256 hashes (8,192 bytes), the rightmost one of each level may be partial. A partial tile is a prefix of
// the full one, so a wider tile serves every narrower reading of it.
#ifndef LEDGERLINE_CRYPTO_TILE_H_
#define LEDGERLINE_CRYPTO_TILE_H_

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/merkle.h"
#include "schemas/hash.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::crypto {

inline constexpr uint8_t kTileHeight = 8;
inline constexpr uint32_t kTileWidth = 256;
inline constexpr uint8_t kTileLevelMax = 7;  // 2^60 leaves need levels 0 to 7
// The longest entry that a uint16 length prefix in an entry bundle can carry.
inline constexpr size_t kEntryBytesMax = 65'535;

// One hash tile. width: how many hashes, 1 to 256.
struct TileId {
  uint8_t level = 0;
  uint64_t index = 0;
  uint32_t width = kTileWidth;
  friend auto operator<=>(const TileId&, const TileId&) = default;
};

// How many hashes tile (level, index) has in a tree of `size`: 0 to 256.
uint32_t TileWidthAt(uint8_t level, uint64_t index, TreeSize size);
// Every tile of a tree of `size`, level by level, left to right. Meant for exports and full checks.
std::vector<TileId> TilesOf(TreeSize size);

// "tile/0/x001/x234/067" or "tile/1/000.p/17" (tlog-tiles, "Merkle Tree").
std::string TilePath(const TileId& tile);
// "tile/entries/x001/x234/067" or "tile/entries/000.p/17" (tlog-tiles, "Log entries").
std::string EntryBundlePath(uint64_t index, uint32_t width);
// The tile that a path names; strict, as paths come from outside. Errors: kInvalidArgument.
Result<TileId> ParseTilePath(std::string_view path);

// The hashes of a tile of exactly this width. Errors: kInvalidArgument (size is not width * 32 bytes, width not 1 to
// 256).
Result<std::vector<Hash256>> ParseTile(const TileId& tile, std::string_view bytes);
// One complete subtree inside a tile: node (level, index) of the tree, whose level is tile.level * 8 + 0..8.
// `hashes` must reach to the node's last hash. Errors: kOutOfRange.
Result<Hash256> NodeFromTile(NodeId node, const TileId& tile, const std::vector<Hash256>& hashes);
// The tile (level and index; full width) that holds `node` as one of its hashes or between them.
TileId TileOfNode(NodeId node);

// A bundle of entries: each preceded by its length as big-endian uint16 (tlog-tiles, "Log entries").
// Errors: kOutOfRange (an entry above 65,535 bytes, more than 256 entries).
Result<std::string> EncodeEntryBundle(const std::vector<std::string>& entries);
// Errors: kInvalidArgument (a length that runs past the end, more than 256 entries).
Result<std::vector<std::string>> ParseEntryBundle(std::string_view bytes);

// Where the bytes of tiles come from.
class TileReader {
 public:
  virtual ~TileReader() = default;
  // The bytes of the tile, at least `width` hashes long. Errors: kNotFound, kDataLoss, kUnavailable.
  virtual Result<std::string> ReadTile(const TileId& tile) = 0;
};

class TileCache;
class TileNodes;

// Reads node hashes of a tree of a fixed size from tiles and keeps the tiles that it has read. Not thread-safe.
class TileHashReader : public HashReader {
 public:
  // Borrows `tiles`, and `cache` if it is given (crypto/tile_cache.h): both must outlive the reader. The cache is of
  // this one tree, and may be shared.
  TileHashReader(TileReader& tiles, TreeSize size, TileCache* cache = nullptr)
      : tiles_(tiles), size_(size), cache_(cache) {}
  Result<Hash256> ReadHash(NodeId node) override;

 private:
  Result<std::shared_ptr<const TileNodes>> Load(const TileId& tile);
  TileReader& tiles_;
  TreeSize size_;
  TileCache* cache_;
  std::map<TileId, std::shared_ptr<const TileNodes>> read_;
};

}  // namespace ledgerline::crypto

#endif  // LEDGERLINE_CRYPTO_TILE_H_
