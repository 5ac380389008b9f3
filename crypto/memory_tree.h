// An RFC 6962 tree whose hashes are all in memory: for lists that a proof is made over once, such as the lines of a
// file.
#ifndef LEDGERLINE_CRYPTO_MEMORY_TREE_H_
#define LEDGERLINE_CRYPTO_MEMORY_TREE_H_

#include <string_view>
#include <vector>

#include "crypto/merkle.h"

namespace ledgerline::crypto {

// Not thread-safe. Keeps two hashes a leaf.
class MemoryTree : public HashReader {
 public:
  void AppendHash(const Hash256& leaf_hash);
  // Appends LeafHash(leaf).
  void Append(std::string_view leaf) { AppendHash(LeafHash(leaf)); }

  TreeSize size() const { return frontier_.size(); }
  Hash256 Root() const { return frontier_.Root(); }
  // Errors: kOutOfRange (index not below size).
  Result<Proof> Prove(EntryIndex index) { return InclusionProof(index, size(), *this); }
  // Errors: kNotFound (no such complete subtree).
  Result<Hash256> ReadHash(NodeId node) override;

 private:
  Frontier frontier_;
  std::vector<std::vector<Hash256>> levels_;
};

}  // namespace ledgerline::crypto

#endif  // LEDGERLINE_CRYPTO_MEMORY_TREE_H_
