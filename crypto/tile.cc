#include "crypto/tile.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

#include "crypto/tile_cache.h"

namespace ledgerline::crypto {
namespace {

// "x001/x234/067": three digits an element, all but the last with an x before them (tlog-tiles, "Merkle Tree").
std::string IndexPath(uint64_t index) {
  char digits[8];
  std::snprintf(digits, sizeof(digits), "%03u", static_cast<unsigned>(index % 1000));
  std::string path = digits;
  while (index >= 1000) {
    index /= 1000;
    std::snprintf(digits, sizeof(digits), "x%03u/", static_cast<unsigned>(index % 1000));
    path.insert(0, digits);
  }
  return path;
}

std::string PartialSuffix(uint32_t width) { return width == kTileWidth ? "" : ".p/" + std::to_string(width); }

// Decimal without leading zeros, at most `max`.
std::optional<uint64_t> ParseDecimal(std::string_view text, uint64_t max) {
  if (text.empty() || text.size() > 19 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  return value <= max ? std::optional(value) : std::nullopt;
}

std::optional<uint64_t> ParseIndexPath(std::string_view text) {
  uint64_t index = 0;
  for (int elements = 1; elements <= 6; ++elements) {
    const bool last = text.size() == 3;
    if (!last && (text.size() < 5 || text[0] != 'x' || text[4] != '/')) return std::nullopt;
    const std::string_view digits = text.substr(last ? 0 : 1, 3);
    if (!std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
    index = index * 1000 + static_cast<uint64_t>((digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0'));
    if (elements == 1 && !last && index == 0) return std::nullopt;  // "x000/001" is not how 1 is written
    if (last) return index;
    text.remove_prefix(5);
  }
  return std::nullopt;
}

Status BadPath(std::string_view path) {
  return InvalidArgument("tile path \"" + std::string(path.substr(0, 80)) +
                         "\" is not tile/<level 0-7>/<index>[.p/<width 1-255>]");
}

}  // namespace

uint32_t TileWidthAt(uint8_t level, uint64_t index, TreeSize size) {
  const int shift = level * kTileHeight;
  const uint64_t hashes = shift >= 64 ? 0 : size.value >> shift;
  const uint64_t begin = index * kTileWidth;
  if (index > (kTreeSizeMax >> kTileHeight) || hashes <= begin) return 0;
  return static_cast<uint32_t>(std::min<uint64_t>(hashes - begin, kTileWidth));
}

std::vector<TileId> TilesOf(TreeSize size) {
  std::vector<TileId> tiles;
  for (uint8_t level = 0; level <= kTileLevelMax; ++level) {
    for (uint64_t index = 0;; ++index) {
      const uint32_t width = TileWidthAt(level, index, size);
      if (width == 0) break;
      tiles.push_back({level, index, width});
    }
  }
  return tiles;
}

std::string TilePath(const TileId& tile) {
  return "tile/" + std::to_string(tile.level) + "/" + IndexPath(tile.index) + PartialSuffix(tile.width);
}

std::string EntryBundlePath(uint64_t index, uint32_t width) {
  return "tile/entries/" + IndexPath(index) + PartialSuffix(width);
}

Result<TileId> ParseTilePath(std::string_view path) {
  std::string_view rest = path;
  if (!rest.starts_with("tile/")) return BadPath(path);
  rest.remove_prefix(5);
  const size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return BadPath(path);
  const std::optional<uint64_t> level = ParseDecimal(rest.substr(0, slash), kTileLevelMax);
  rest.remove_prefix(slash + 1);
  TileId tile;
  if (const size_t partial = rest.find(".p/"); partial != std::string_view::npos) {
    const std::optional<uint64_t> width = ParseDecimal(rest.substr(partial + 3), kTileWidth - 1);
    if (!width || *width == 0) return BadPath(path);
    tile.width = static_cast<uint32_t>(*width);
    rest = rest.substr(0, partial);
  }
  const std::optional<uint64_t> index = ParseIndexPath(rest);
  if (!level || !index || *index > (kTreeSizeMax >> kTileHeight)) return BadPath(path);
  tile.level = static_cast<uint8_t>(*level);
  tile.index = *index;
  return tile;
}

Result<std::vector<Hash256>> ParseTile(const TileId& tile, std::string_view bytes) {
  if (tile.width == 0 || tile.width > kTileWidth) {
    return InvalidArgument(TilePath(tile) + ": width " + std::to_string(tile.width) + " is not 1 to 256");
  }
  if (bytes.size() != size_t{tile.width} * Hash256::kSize) {
    return InvalidArgument(TilePath(tile) + " has " + std::to_string(bytes.size()) + " bytes, needs " +
                           std::to_string(size_t{tile.width} * Hash256::kSize));
  }
  std::vector<Hash256> hashes(tile.width);
  for (size_t i = 0; i < hashes.size(); ++i) {
    std::copy_n(bytes.begin() + static_cast<ptrdiff_t>(i * Hash256::kSize), Hash256::kSize, hashes[i].bytes.begin());
  }
  return hashes;
}

TileId TileOfNode(NodeId node) {
  const auto level = static_cast<uint8_t>(node.level / kTileHeight);
  const int height = node.level % kTileHeight;
  return {level, node.index >> (kTileHeight - height), kTileWidth};
}

Result<Hash256> NodeFromTile(NodeId node, const TileId& tile, const std::vector<Hash256>& hashes) {
  const int height = node.level - tile.level * kTileHeight;
  if (height < 0 || height > kTileHeight)
    return OutOfRange(TilePath(tile) + " has no node of level " + std::to_string(node.level));
  const uint64_t begin = (node.index << height) - tile.index * kTileWidth;
  const uint64_t width = uint64_t{1} << height;
  if (begin >= kTileWidth || begin + width > hashes.size()) {
    return OutOfRange(TilePath(tile) + " has " + std::to_string(hashes.size()) + " hashes, node " +
                      std::to_string(node.level) + "/" + std::to_string(node.index) + " needs more");
  }
  std::vector<Hash256> level(hashes.begin() + static_cast<ptrdiff_t>(begin),
                             hashes.begin() + static_cast<ptrdiff_t>(begin + width));
  while (level.size() > 1) {
    for (size_t i = 0; i < level.size() / 2; ++i) level[i] = NodeHash(level[2 * i], level[2 * i + 1]);
    level.resize(level.size() / 2);
  }
  return level[0];
}

Result<std::string> EncodeEntryBundle(const std::vector<std::string>& entries) {
  if (entries.size() > kTileWidth) {
    return OutOfRange("entry bundle of " + std::to_string(entries.size()) + " entries, at most 256");
  }
  std::string bytes;
  for (const std::string& entry : entries) {
    if (entry.size() > kEntryBytesMax) {
      return OutOfRange("entry of " + std::to_string(entry.size()) + " bytes, at most 65535");
    }
    bytes.push_back(static_cast<char>(entry.size() >> 8));
    bytes.push_back(static_cast<char>(entry.size() & 0xff));
    bytes += entry;
  }
  return bytes;
}

Result<std::vector<std::string>> ParseEntryBundle(std::string_view bytes) {
  std::vector<std::string> entries;
  while (!bytes.empty()) {
    if (entries.size() == kTileWidth) return InvalidArgument("entry bundle has more than 256 entries");
    if (bytes.size() < 2) return InvalidArgument("entry bundle ends inside a length");
    const size_t size = static_cast<size_t>(static_cast<uint8_t>(bytes[0])) << 8 | static_cast<uint8_t>(bytes[1]);
    bytes.remove_prefix(2);
    if (bytes.size() < size) {
      return InvalidArgument("entry " + std::to_string(entries.size()) + " of the bundle says " + std::to_string(size) +
                             " bytes, " + std::to_string(bytes.size()) + " are left");
    }
    entries.emplace_back(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  return entries;
}

Result<std::shared_ptr<const TileNodes>> TileHashReader::Load(const TileId& tile) {
  if (cache_ != nullptr) {
    if (std::shared_ptr<const TileNodes> kept = cache_->Find(tile)) return kept;
  }
  ASSIGN_OR_RETURN(const std::string bytes, tiles_.ReadTile(tile));
  const size_t needed = size_t{tile.width} * Hash256::kSize;
  if (bytes.size() < needed) {
    return DataLoss(TilePath(tile) + " has " + std::to_string(bytes.size()) + " bytes, needs " +
                    std::to_string(needed));
  }
  ASSIGN_OR_RETURN(TileNodes nodes, TileNodes::Parse(tile, std::string_view(bytes).substr(0, needed)));
  auto shared = std::make_shared<const TileNodes>(std::move(nodes));
  if (cache_ != nullptr) cache_->Keep(tile, shared);
  return shared;
}

Result<Hash256> TileHashReader::ReadHash(NodeId node) {
  TileId tile = TileOfNode(node);
  tile.width = TileWidthAt(tile.level, tile.index, size_);
  auto found = read_.find(tile);
  if (found == read_.end()) {
    if (tile.width == 0) {
      return NotFound("node " + std::to_string(node.level) + "/" + std::to_string(node.index) +
                      " is not in a tree of size " + std::to_string(size_.value));
    }
    ASSIGN_OR_RETURN(std::shared_ptr<const TileNodes> nodes, Load(tile));
    found = read_.emplace(tile, std::move(nodes)).first;
  }
  return found->second->Node(node);
}

}  // namespace ledgerline::crypto
