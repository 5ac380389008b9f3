// Tile paths, tiles and entry bundles: whatever parses is written back as the same bytes.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "crypto/tile.h"

using namespace ledgerline::crypto;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto tile = ParseTilePath(bytes); tile.ok() && TilePath(*tile) != bytes) std::abort();
  if (const auto entries = ParseEntryBundle(bytes); entries.ok()) {
    const auto again = EncodeEntryBundle(*entries);
    if (!again.ok() || *again != bytes) std::abort();
  }
  if (size < 4) return 0;
  const TileId tile{static_cast<uint8_t>(data[0] % 8), data[1], data[2] + 1u};
  const auto hashes = ParseTile(tile, bytes.substr(4));
  if (!hashes.ok()) return 0;
  const NodeId node{static_cast<uint8_t>(data[0]), data[3]};
  const auto hash = NodeFromTile(node, tile, *hashes);
  if (hash.ok() && node.level < tile.level * kTileHeight) std::abort();
  return 0;
}
