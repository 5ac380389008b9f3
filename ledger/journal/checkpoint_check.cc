#include "ledger/journal/checkpoint_check.h"

#include <algorithm>
#include <memory>

#include "crypto/checkpoint.h"
#include "crypto/tile.h"
#include "ledger/journal/keyspace.h"
#include "ledger/journal/operator_keys.h"
#include "ledger/journal/verify_findings.h"

namespace ledgerline::journal {

void CheckpointCheck::Read(TreeSize size_of_store) {
  const std::string prefix(1, keyspace::kCheckpoint);
  const std::unique_ptr<Cursor> cursor = storage_.Scan(prefix, keyspace::PrefixEnd(prefix));
  for (; cursor->Valid(); cursor->Next()) {
    if (cursor->key().size() != 9) {
      Fail(check, "a checkpoint is stored under a malformed key");
      continue;
    }
    const TreeSize size{keyspace::ReadBigEndian64(cursor->key().substr(1))};
    checkpoints_.push_back({size, std::string(cursor->value())});
    if (size > size_of_store) {
      Fail(check, "a checkpoint was signed for size " + std::to_string(size.value) + ", the store has only " +
                      CountOf(size_of_store.value, "entry", "entries"));
    }
  }
  FailUnlessOk(check, cursor->status(), "stored checkpoints");
}

bool CheckpointCheck::SignedWithin(EntryIndex tile_begin) const {
  const size_t next = roots_.size();
  return next < checkpoints_.size() && checkpoints_[next].first.value < tile_begin.value + crypto::kTileWidth;
}

void CheckpointCheck::TakeRoots(TreeSize size, const TreeCheck& tree) {
  while (roots_.size() < checkpoints_.size() && checkpoints_[roots_.size()].first <= size)
    roots_.push_back(tree.Root());
}

void CheckpointCheck::CompareRoots(const OperatorKeys& keys) {
  for (size_t i = 0; i < roots_.size(); ++i) CheckOne(keys, checkpoints_[i].second, checkpoints_[i].first, roots_[i]);
}

void CheckpointCheck::CheckOne(const OperatorKeys& keys, const std::string& note, TreeSize size, const Hash256& root) {
  const std::string name = "the checkpoint of size " + std::to_string(size.value);
  const Result<crypto::Checkpoint> checkpoint = keys.Open(note);
  if (!checkpoint.ok()) return FailUnlessOk(check, checkpoint.status(), name);
  if (checkpoint->size != size) {
    return Fail(check, name + " was signed for size " + std::to_string(checkpoint->size.value));
  }
  if (checkpoint->root != root) {
    return Fail(check, name + " was signed for root " + checkpoint->root.Short() + ", these entries give " +
                           root.Short() + ": history before it was rewritten");
  }
  newest_ = std::max(newest_, size);
}

void CheckpointCheck::CheckNewest(const OperatorKeys& keys, TreeSize size) {
  const Result<std::optional<std::string>> latest = storage_.Get(keyspace::LatestCheckpointKey());
  if (!latest.ok() || !*latest || (*latest)->size() != 8) {
    Fail(check, "the record of the last checkpoint is missing or not whole");
  } else if (checkpoints_.empty() || keyspace::ReadBigEndian64(**latest) != checkpoints_.back().first.value) {
    Fail(check, "the record of the last checkpoint does not name the last one");
  }
  const Result<std::optional<std::string>> published = storage_.PublishedCheckpoint();
  if (!published.ok()) return FailUnlessOk(check, published.status(), "published checkpoint");
  if (!*published) return Fail(check, "no checkpoint is published");
  const Result<crypto::Checkpoint> opened = keys.Open(**published);
  if (!opened.ok()) return FailUnlessOk(check, opened.status(), "published checkpoint");
  if (opened->size > size) {
    return Fail(check, "the published checkpoint was signed for size " + std::to_string(opened->size.value) +
                           ", the store has only " + CountOf(size.value, "entry", "entries") +
                           ": acknowledged entries are lost");
  }
  StorageTileReader tiles(storage_);
  crypto::TileHashReader reader(tiles, size);
  const Result<Hash256> root = crypto::TreeHash(opened->size, reader);
  if (!root.ok()) return FailUnlessOk(check, root.status(), "published checkpoint");
  if (*root != opened->root) {
    return Fail(check, "the published checkpoint of size " + std::to_string(opened->size.value) +
                           " was signed for root " + opened->root.Short() + ", the tree has " + root->Short() +
                           ": history before it was rewritten");
  }
  newest_ = std::max(newest_, opened->size);
}

void CheckpointCheck::CheckAnchor(const crypto::VerifierKey& anchor, const KeyRegistry& keys, VerifyCheck& key_check) {
  const OperatorKeys& operators = keys.operator_keys();
  if (operators.chain().empty()) return;
  const Result<std::optional<std::string>> published = storage_.PublishedCheckpoint();
  if (published.ok() && *published) {
    const Result<ChainedCheckpoint> newest = operators.OpenUnder(anchor, **published);
    if (!newest.ok()) return FailUnlessOk(key_check, newest.status(), "");
    anchored_by_ = newest->signed_by;
  } else if (!operators.Contains(anchor.public_key())) {
    return Fail(key_check, "the given key " + ShortKey(anchor) + " is none of this log's: " + operators.ToString());
  }
  for (size_t i = 0; i < roots_.size(); ++i) {
    const Result<ChainedCheckpoint> opened = operators.OpenUnder(anchor, checkpoints_[i].second, true);
    if (!opened.ok()) continue;  // said by the checkpoint check
    for (const std::string& trust : opened->taken_on_trust) {
      if (std::find(trust_.begin(), trust_.end(), trust) == trust_.end()) trust_.push_back(trust);
    }
  }
  for (const OperatorKey& each : operators.chain()) {
    const EnrolledKey* known = keys.FindOrNull(KeyId(each.key.public_key()));
    if (each.key.public_key() != anchor.public_key() || known == nullptr || !known->revoked || !known->successor) {
      continue;
    }
    const EntryIndex rotation = keys.FindOrNull(*known->successor)->entry;
    if (!known->Repudiates(rotation)) continue;
    trust_.push_back("That the key which follows the given one is the operator's: " + EntryName(known->revoked->entry) +
                     " says that the given key was in other hands (" + KeyRevocationReasonName(known->revoked->reason) +
                     ") from size " + std::to_string(known->revoked->effective_size.value) +
                     " on, before the rotation in " + EntryName(rotation) +
                     ". Ask the operator for the new key by another way.");
  }
}

}  // namespace ledgerline::journal
