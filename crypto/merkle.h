// RFC 6962 Merkle trees over SHA-256: hashes, roots, inclusion and consistency proofs, as pure functions over a reader
// of stored node hashes.
//
// Leaf hash = SHA-256(0x00 || entry), node hash = SHA-256(0x01 || left || right), the root of the empty tree is the
// SHA-256 of nothing (RFC 6962 section 2.1). Proof verification follows RFC 9162 sections 2.1.3.2 and 2.1.4.2.
#ifndef LEDGERLINE_CRYPTO_MERKLE_H_
#define LEDGERLINE_CRYPTO_MERKLE_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "schemas/hash.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::crypto {

// Far beyond any log, and small enough that the sum of two sizes never overflows.
inline constexpr uint64_t kTreeSizeMax = uint64_t{1} << 60;

Hash256 LeafHash(std::string_view entry);
// MTH of these leaf hashes, for millions of them: a level at a time, side by side (crypto/sha256_lanes.h).
Hash256 RootOf(std::span<const Hash256> leaf_hashes);
Hash256 NodeHash(const Hash256& left, const Hash256& right);
Hash256 EmptyRoot();

// A complete subtree: at level l and index i it covers entries [i * 2^l, (i + 1) * 2^l). Level 0 is the leaves.
struct NodeId {
  uint8_t level = 0;
  uint64_t index = 0;
  friend auto operator<=>(const NodeId&, const NodeId&) = default;
};

// Where the hashes of complete subtrees come from: memory, a store, tiles.
class HashReader {
 public:
  virtual ~HashReader() = default;
  // Errors: kNotFound or kDataLoss (a node that the tree needs is not there or not whole).
  virtual Result<Hash256> ReadHash(NodeId node) = 0;
};

// Hashes, leaf's sibling first (RFC 6962 sections 2.1.1 and 2.1.2).
using Proof = std::vector<Hash256>;

// MTH(D[0:size]). Errors: those of the reader; kOutOfRange (size above kTreeSizeMax).
Result<Hash256> TreeHash(TreeSize size, HashReader& reader);
// PATH(index, D[0:size]), RFC 6962 section 2.1.1. Errors: kOutOfRange (index not below size), those of the reader.
Result<Proof> InclusionProof(EntryIndex index, TreeSize size, HashReader& reader);
// PROOF(old_size, D[0:new_size]), RFC 6962 section 2.1.2. Empty if the sizes are equal.
// Errors: kInvalidArgument (old_size 0: everything extends the empty tree, so a proof would say nothing),
// kOutOfRange (old_size above new_size), those of the reader.
Result<Proof> ConsistencyProof(TreeSize old_size, TreeSize new_size, HashReader& reader);

// The root that `proof` leads to from `leaf_hash` at `index`. Compare it with a root that is trusted.
// Errors: kInvalidArgument (the proof is too short or too long), kOutOfRange (index not below size).
Result<Hash256> RootFromInclusionProof(const Hash256& leaf_hash, EntryIndex index, TreeSize size,
                                       std::span<const Hash256> proof);
// Errors: as above, and kDataLoss (the proof leads to another root).
Status VerifyInclusion(const Hash256& leaf_hash, EntryIndex index, TreeSize size, std::span<const Hash256> proof,
                       const Hash256& root);
// The two roots that `proof` leads to, for old_size below new_size. If old_size is a power of two, the proof starts
// from the old root, which is not in it, and `old_root` is taken for it; otherwise `old_root` is not looked at. Errors:
// kInvalidArgument (old_size 0, wrong length), kOutOfRange (old_size not below new_size).
struct ConsistentRoots {
  Hash256 old_root;
  Hash256 new_root;
};
Result<ConsistentRoots> RootsFromConsistencyProof(TreeSize old_size, TreeSize new_size, const Hash256& old_root,
                                                  std::span<const Hash256> proof);
// Errors: kInvalidArgument (old_size 0, wrong length), kOutOfRange (old_size above new_size), kDataLoss (the proof
// leads to another old or new root).
Status VerifyConsistency(TreeSize old_size, TreeSize new_size, const Hash256& old_root, const Hash256& new_root,
                         std::span<const Hash256> proof);

// The roots of the complete subtrees that make up a tree, largest first: one hash per set bit of the size. Enough to
// append and to compute the root, 60 hashes at most.
class Frontier {
 public:
  Frontier() = default;
  // The frontier of an existing tree. Errors: those of the reader, kOutOfRange (size above kTreeSizeMax).
  static Result<Frontier> Read(TreeSize size, HashReader& reader);

  // Appends one leaf and calls `visit(NodeId, hash)` for every complete subtree that it finishes, the leaf first.
  template <typename Visit>
  void Append(const Hash256& leaf_hash, Visit visit) {
    AppendSubtree(0, leaf_hash, visit);
  }
  // Appends the 2^level leaves of a complete subtree at once; the size must be a multiple of so many. Visits the
  // subtree's root first.
  template <typename Visit>
  void AppendSubtree(uint8_t subtree_level, const Hash256& root, Visit visit) {
    uint64_t index = size_.value >> subtree_level;
    Hash256 hash = root;
    visit(NodeId{subtree_level, index}, hash);
    for (auto level = static_cast<uint8_t>(subtree_level + 1); index & 1; ++level) {
      hash = NodeHash(peaks_.back(), hash);
      peaks_.pop_back();
      index >>= 1;
      visit(NodeId{level, index}, hash);
    }
    peaks_.push_back(hash);
    size_ = TreeSize{size_.value + (uint64_t{1} << subtree_level)};
  }
  void Append(const Hash256& leaf_hash) {
    Append(leaf_hash, [](NodeId, const Hash256&) {});
  }

  TreeSize size() const { return size_; }
  Hash256 Root() const;

 private:
  TreeSize size_;
  std::vector<Hash256> peaks_;
};

}  // namespace ledgerline::crypto

#endif  // LEDGERLINE_CRYPTO_MERKLE_H_
