#include "ledger/journal/tree_proofs.h"

#include "ledger/journal/tree_writer.h"

namespace ledgerline::journal {
namespace {

Status CheckWithin(TreeSize asked, TreeSize have) {
  if (asked <= have) return Status::Ok();
  return OutOfRange("tree size " + std::to_string(asked.value) + " asked for, the ledger has " +
                    std::to_string(have.value) + " entries");
}

}  // namespace

Result<crypto::Proof> TreeProofs::Inclusion(EntryIndex index, TreeSize size, TreeSize have) {
  RETURN_IF_ERROR(CheckWithin(size, have));
  StorageTileReader tiles(storage_);
  crypto::TileHashReader reader(tiles, size, &cache_);
  return crypto::InclusionProof(index, size, reader);
}

Result<crypto::Proof> TreeProofs::Consistency(TreeSize old_size, TreeSize new_size, TreeSize have) {
  RETURN_IF_ERROR(CheckWithin(new_size, have));
  StorageTileReader tiles(storage_);
  crypto::TileHashReader reader(tiles, new_size, &cache_);
  return crypto::ConsistencyProof(old_size, new_size, reader);
}

Result<Hash256> TreeProofs::Root(TreeSize size, TreeSize have) {
  RETURN_IF_ERROR(CheckWithin(size, have));
  StorageTileReader tiles(storage_);
  crypto::TileHashReader reader(tiles, size, &cache_);
  return crypto::TreeHash(size, reader);
}

Result<std::string> TreeProofs::Tile(const crypto::TileId& tile, TreeSize have) const {
  if (tile.width == 0 || tile.width > crypto::TileWidthAt(tile.level, tile.index, have)) {
    return NotFound(crypto::TilePath(tile) + " is not in the tree of size " + std::to_string(have.value));
  }
  StorageTileReader tiles(storage_);
  ASSIGN_OR_RETURN(std::string bytes, tiles.ReadTile(tile));
  const size_t needed = size_t{tile.width} * Hash256::kSize;
  if (bytes.size() < needed)
    return DataLoss(crypto::TilePath(tile) + " has only " + std::to_string(bytes.size()) + " bytes");
  bytes.resize(needed);
  return bytes;
}

}  // namespace ledgerline::journal
