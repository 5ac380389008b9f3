// The part of a full verify that computes the tree again: every entry's hash against the lowest tiles, every higher
// tile against what the hashes below it give.
#ifndef LEDGERLINE_LEDGER_JOURNAL_TREE_CHECK_H_
#define LEDGERLINE_LEDGER_JOURNAL_TREE_CHECK_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/tile.h"
#include "ledger/journal/entry_stretch.h"
#include "ledger/journal/storage.h"
#include "ledger/journal/tree_writer.h"
#include "ledger/journal/verify.h"
#include "schemas/hash.h"
#include "schemas/ids.h"

namespace ledgerline::journal {

// Not thread-safe.
class TreeCheck {
 public:
  explicit TreeCheck(const StorageReader& storage) : storage_(storage) {}

  // The lowest tiles over a stretch, before its entries.
  void TakeTiles(EntryStretch& stretch);
  // At the first entry of each lowest tile. `signed_within`: a tree was signed in the middle of the tile, so its root
  // is computed entry by entry.
  void OpenLeafTile(EntryIndex index, bool signed_within);
  // The next leaf; a zero hash stands for an entry that is missing.
  void Append(EntryIndex index, const Hash256& leaf_hash);
  // After the last entry: the tiles that are not full.
  void Finish(TreeSize size);
  // Records of tiles that were read elsewhere.
  void CountRecord() { ++records_; }
  // When all records are counted: no more than the entries give.
  void CompareRecordCount();

  Hash256 Root() const { return frontier_.Root(); }
  // With what they covered, for the report.
  VerifyCheck leaf_check{"leaf hashes", "", 0, {}};
  VerifyCheck tile_check{"tiles", "", 0, {}};
  uint64_t tiles_checked() const { return tiles_checked_; }

 private:
  void TakeNode(crypto::NodeId node, const Hash256& hash);
  void CompareTile(uint8_t level, uint64_t index);

  const StorageReader& storage_;
  crypto::Frontier frontier_;
  std::array<std::string, crypto::kTileLevelMax + 1> open_tiles_;
  std::vector<Hash256> leaf_tile_;
  std::optional<Hash256> leaf_tile_root_;
  std::vector<StretchTile> tiles_;  // of the stretch that is being taken
  uint64_t first_tile_ = 0;
  uint64_t tiles_checked_ = 0;
  uint64_t records_ = 0;
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_TREE_CHECK_H_
