// A slow RFC 6962 tree: section 2.1's recursive definitions written out over all leaves, for comparison only.
#ifndef LEDGERLINE_TESTS_CRYPTO_REFERENCE_TREE_H_
#define LEDGERLINE_TESTS_CRYPTO_REFERENCE_TREE_H_

#include <map>
#include <string>
#include <vector>

#include "crypto/merkle.h"
#include "crypto/sha256.h"

namespace ledgerline::crypto {

using Leaves = std::vector<std::string>;

inline size_t ReferenceSplit(size_t n) {
  size_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

// MTH(D[begin:end]).
inline Hash256 ReferenceRoot(const Leaves& d, size_t begin, size_t end) {
  if (begin == end) return Sha256("");
  if (end - begin == 1) return Sha256(std::string(1, '\0') + d[begin]);
  const size_t k = ReferenceSplit(end - begin);
  return Sha256("\x01" + ReferenceRoot(d, begin, begin + k).ToBytes() + ReferenceRoot(d, begin + k, end).ToBytes());
}

// PATH(m, D[begin:end]).
inline Proof ReferencePath(size_t m, const Leaves& d, size_t begin, size_t end) {
  if (end - begin == 1) return {};
  const size_t k = ReferenceSplit(end - begin);
  Proof proof;
  if (m < k) {
    proof = ReferencePath(m, d, begin, begin + k);
    proof.push_back(ReferenceRoot(d, begin + k, end));
  } else {
    proof = ReferencePath(m - k, d, begin + k, end);
    proof.push_back(ReferenceRoot(d, begin, begin + k));
  }
  return proof;
}

// SUBPROOF(m, D[begin:end], b).
inline Proof ReferenceSubproof(size_t m, const Leaves& d, size_t begin, size_t end, bool b) {
  if (m == end - begin) return b ? Proof{} : Proof{ReferenceRoot(d, begin, end)};
  const size_t k = ReferenceSplit(end - begin);
  Proof proof;
  if (m <= k) {
    proof = ReferenceSubproof(m, d, begin, begin + k, b);
    proof.push_back(ReferenceRoot(d, begin + k, end));
  } else {
    proof = ReferenceSubproof(m - k, d, begin + k, end, false);
    proof.push_back(ReferenceRoot(d, begin, begin + k));
  }
  return proof;
}

// Every complete subtree in memory, filled by a Frontier.
class ReferenceTree : public HashReader {
 public:
  void Append(std::string_view leaf) {
    frontier_.Append(LeafHash(leaf), [this](NodeId id, const Hash256& hash) { nodes_[id] = hash; });
  }
  Result<Hash256> ReadHash(NodeId node) override {
    const auto found = nodes_.find(node);
    if (found == nodes_.end()) return NotFound("node");
    return found->second;
  }
  const Frontier& frontier() const { return frontier_; }

 private:
  Frontier frontier_;
  std::map<NodeId, Hash256> nodes_;
};

inline Leaves NumberedLeaves(size_t count) {
  Leaves leaves;
  for (size_t i = 0; i < count; ++i) leaves.push_back("leaf " + std::to_string(i));
  return leaves;
}

}  // namespace ledgerline::crypto

#endif  // LEDGERLINE_TESTS_CRYPTO_REFERENCE_TREE_H_
