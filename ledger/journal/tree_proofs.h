// TreeProofs: proofs, roots and tiles of a journal's tree, from the tiles in its store.
#ifndef LEDGERLINE_LEDGER_JOURNAL_TREE_PROOFS_H_
#define LEDGERLINE_LEDGER_JOURNAL_TREE_PROOFS_H_

#include <string>

#include "crypto/merkle.h"
#include "crypto/tile.h"
#include "crypto/tile_cache.h"
#include "ledger/journal/storage.h"
#include "schemas/hash.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::journal {

// Thread-safe. The storage is borrowed. `have`: the durable size; what lies beyond it is an error.
class TreeProofs {
 public:
  explicit TreeProofs(const Storage& storage) : storage_(storage) {}

  // Journal::InclusionProof and so on.
  Result<crypto::Proof> Inclusion(EntryIndex index, TreeSize size, TreeSize have);
  Result<crypto::Proof> Consistency(TreeSize old_size, TreeSize new_size, TreeSize have);
  Result<Hash256> Root(TreeSize size, TreeSize have);
  Result<std::string> Tile(const crypto::TileId& tile, TreeSize have) const;

 private:
  // About 8 MiB. Proofs of random entries share the tiles above the lowest level.
  static constexpr size_t kTilesKept = 512;

  const Storage& storage_;
  crypto::TileCache cache_{kTilesKept};
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_TREE_PROOFS_H_
