#include "crypto/memory_tree.h"

#include <string>

namespace ledgerline::crypto {

void MemoryTree::AppendHash(const Hash256& leaf_hash) {
  frontier_.Append(leaf_hash, [&](NodeId node, const Hash256& hash) {
    if (levels_.size() <= node.level) levels_.resize(node.level + size_t{1});
    levels_[node.level].push_back(hash);  // complete subtrees of one level are finished in order
  });
}

Result<Hash256> MemoryTree::ReadHash(NodeId node) {
  if (node.level >= levels_.size() || node.index >= levels_[node.level].size()) {
    return NotFound("memory tree: no node " + std::to_string(node.index) + " at level " + std::to_string(node.level));
  }
  return levels_[node.level][node.index];
}

}  // namespace ledgerline::crypto
