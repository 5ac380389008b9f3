// TreeWriter: the growing tree as the sequencer holds it, and the tiles that each batch has to write.
// Tiles follow C2SP tlog-tiles (crypto/tile.h); one record per tile, rewritten while it is partial.
#ifndef LEDGERLINE_LEDGER_JOURNAL_TREE_WRITER_H_
#define LEDGERLINE_LEDGER_JOURNAL_TREE_WRITER_H_

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "crypto/merkle.h"
#include "crypto/tile.h"
#include "ledger/journal/storage.h"
#include "schemas/hash.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::journal {

// Reads tiles from storage.
class StorageTileReader : public crypto::TileReader {
 public:
  explicit StorageTileReader(const StorageReader& storage) : storage_(storage) {}
  // Errors: kDataLoss (the tile is not there: the tree says that it must be), those of storage.
  Result<std::string> ReadTile(const crypto::TileId& tile) override;

 private:
  const StorageReader& storage_;
};

// Not thread-safe.
class TreeWriter {
 public:
  TreeWriter() = default;  // the empty tree
  // The tree of this size, from its tiles. Errors: kDataLoss.
  static Result<TreeWriter> Load(TreeSize size, const StorageReader& storage);

  void Append(const Hash256& leaf_hash);
  // Puts every tile that changed since the last call.
  void WriteTiles(Batch& batch);

  TreeSize size() const { return frontier_.size(); }
  Hash256 Root() const { return frontier_.Root(); }

 private:
  struct OpenTile {
    uint64_t index = 0;
    std::string hashes;
    bool changed = false;
  };
  crypto::Frontier frontier_;
  std::array<OpenTile, crypto::kTileLevelMax + 1> open_;
  std::vector<std::pair<std::string, std::string>> full_;  // key, hashes: finished since the last WriteTiles
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_TREE_WRITER_H_
