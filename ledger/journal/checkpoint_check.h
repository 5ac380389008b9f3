// The part of a full verify that is about signed checkpoints: each against the tree of its size, the newest against
// what is published, and a key from outside against the keys that signed them.
#ifndef LEDGERLINE_LEDGER_JOURNAL_CHECKPOINT_CHECK_H_
#define LEDGERLINE_LEDGER_JOURNAL_CHECKPOINT_CHECK_H_

#include <string>
#include <utility>
#include <vector>

#include "crypto/signed_note.h"
#include "ledger/journal/key_registry.h"
#include "ledger/journal/storage.h"
#include "ledger/journal/tree_check.h"
#include "ledger/journal/verify.h"
#include "schemas/hash.h"
#include "schemas/ids.h"

namespace ledgerline::journal {

// Not thread-safe. Its calls come in the order in which they stand here.
class CheckpointCheck {
 public:
  explicit CheckpointCheck(const StorageReader& storage) : storage_(storage) {}

  // All that are stored, of a store of `size` entries.
  void Read(TreeSize size);
  // Whether a tree was signed within the tile that begins at this entry.
  bool SignedWithin(EntryIndex tile_begin) const;
  // When the tree has `size` leaves: the root of every checkpoint that was signed for exactly that is taken. Its
  // signature is checked at the end, when the keys are known.
  void TakeRoots(TreeSize size, const TreeCheck& tree);
  void CompareRoots(const OperatorKeys& keys);
  // The published file and the record of the last one.
  void CheckNewest(const OperatorKeys& keys, TreeSize size);
  // The key from outside must be one of this log's, and must have signed, or have led to a key that signed, the newest
  // checkpoint. Checkpoints before a newer anchor then stand on keys that the log itself names.
  void CheckAnchor(const crypto::VerifierKey& anchor, const KeyRegistry& keys, VerifyCheck& key_check);

  VerifyCheck check{"checkpoints", "", 0, {}};
  TreeSize newest() const { return newest_; }  // of those that verified; 0 if none
  size_t count() const { return checkpoints_.size(); }
  const std::string& anchored_by() const { return anchored_by_; }      // empty: by nothing from outside
  const std::vector<std::string>& on_trust() const { return trust_; }  // what keys that came and went leave to believe

 private:
  void CheckOne(const OperatorKeys& keys, const std::string& note, TreeSize size, const Hash256& root);

  const StorageReader& storage_;
  std::vector<std::pair<TreeSize, std::string>> checkpoints_;  // ascending by size
  std::vector<Hash256> roots_;                                 // of the first checkpoints, as far as the walk has come
  TreeSize newest_;
  std::string anchored_by_;
  std::vector<std::string> trust_;
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_CHECKPOINT_CHECK_H_
