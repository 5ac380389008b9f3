#include "crypto/merkle.h"

#include <bit>
#include <cstring>
#include <string>

#include "crypto/sha256.h"
#include "crypto/sha256_lanes.h"

namespace ledgerline::crypto {
namespace {

Status CheckSize(TreeSize size) {
  if (size.value <= kTreeSizeMax) return Status::Ok();
  return OutOfRange("tree size " + std::to_string(size.value) + " is above " + std::to_string(kTreeSizeMax));
}

Status CheckIndex(EntryIndex index, TreeSize size) {
  RETURN_IF_ERROR(CheckSize(size));
  if (index.value < size.value) return Status::Ok();
  return OutOfRange("entry index " + std::to_string(index.value) + " is not below tree size " +
                    std::to_string(size.value));
}

Status CheckSizes(TreeSize old_size, TreeSize new_size) {
  RETURN_IF_ERROR(CheckSize(new_size));
  if (old_size.value == 0) {
    return InvalidArgument(
        "consistency from tree size 0: every tree extends the empty tree, there is nothing to prove");
  }
  if (old_size > new_size) {
    return OutOfRange("old tree size " + std::to_string(old_size.value) + " is above new tree size " +
                      std::to_string(new_size.value));
  }
  return Status::Ok();
}

// The largest power of two below n, for n > 1 (RFC 6962 section 2.1, "k").
uint64_t SplitPoint(uint64_t n) { return std::bit_floor(n - 1); }

// MTH(D[begin:end]) for a range whose left part is a complete subtree at every step: `begin` is a multiple of every
// power of two that the recursion asks for, which holds for all ranges that RFC 6962 proofs use.
Result<Hash256> RangeHash(uint64_t begin, uint64_t end, HashReader& reader) {
  // The complete subtrees of the range, left to right, folded from the right.
  std::vector<Hash256> peaks;
  while (begin < end) {
    const int level = std::bit_width(end - begin) - 1;
    ASSIGN_OR_RETURN(const Hash256 hash, reader.ReadHash(NodeId{static_cast<uint8_t>(level), begin >> level}));
    peaks.push_back(hash);
    begin += uint64_t{1} << level;
  }
  Hash256 hash = peaks.back();
  for (size_t i = peaks.size() - 1; i-- > 0;) hash = NodeHash(peaks[i], hash);
  return hash;
}

}  // namespace

Hash256 LeafHash(std::string_view entry) {
  // Entries are at most 65,535 bytes; one buffer is cheaper than two updates for the usual few hundred.
  constexpr size_t kStackBytes = 1024;
  if (entry.size() < kStackBytes) {
    char buffer[kStackBytes];
    buffer[0] = 0x00;
    std::memcpy(buffer + 1, entry.data(), entry.size());
    return Sha256({buffer, entry.size() + 1});
  }
  return Sha256Hasher().Update(std::string_view("\0", 1)).Update(entry).Finish();
}

Hash256 NodeHash(const Hash256& left, const Hash256& right) {
  char buffer[1 + 2 * Hash256::kSize];
  buffer[0] = 0x01;
  std::memcpy(buffer + 1, left.bytes.data(), Hash256::kSize);
  std::memcpy(buffer + 1 + Hash256::kSize, right.bytes.data(), Hash256::kSize);
  return Sha256({buffer, sizeof(buffer)});
}

Hash256 RootOf(std::span<const Hash256> leaf_hashes) {
  if (leaf_hashes.empty()) return EmptyRoot();
  constexpr std::string_view kNode("\1", 1);
  std::vector<Hash256> level(leaf_hashes.begin(), leaf_hashes.end());
  std::vector<HashInput> pairs;
  // A last one without a neighbour goes up as it is: RFC 6962 splits at the largest power of two below the size.
  while (level.size() > 1) {
    const size_t parents = level.size() / 2;
    pairs.clear();
    for (size_t i = 0; i < parents; ++i) {
      static_assert(sizeof(Hash256) == Hash256::kSize);
      pairs.push_back({kNode, {reinterpret_cast<const char*>(&level[2 * i]), 2 * Hash256::kSize}});
    }
    std::vector<Hash256> above((level.size() + 1) / 2);
    Sha256Each(pairs, std::span(above).first(parents));
    if (level.size() % 2 == 1) above.back() = level.back();
    level = std::move(above);
  }
  return level.front();
}

Hash256 EmptyRoot() { return Sha256(""); }

Result<Hash256> TreeHash(TreeSize size, HashReader& reader) {
  RETURN_IF_ERROR(CheckSize(size));
  if (size.value == 0) return EmptyRoot();
  return RangeHash(0, size.value, reader);
}

Result<Proof> InclusionProof(EntryIndex index, TreeSize size, HashReader& reader) {
  RETURN_IF_ERROR(CheckIndex(index, size));
  // Walk from the root to the leaf; what is left beside the way is the proof, in reverse.
  Proof proof;
  uint64_t begin = 0;
  uint64_t end = size.value;
  while (end - begin > 1) {
    const uint64_t middle = begin + SplitPoint(end - begin);
    const bool left = index.value < middle;
    ASSIGN_OR_RETURN(const Hash256 sibling, left ? RangeHash(middle, end, reader) : RangeHash(begin, middle, reader));
    proof.push_back(sibling);
    (left ? end : begin) = middle;
  }
  return Proof(proof.rbegin(), proof.rend());
}

Result<Proof> ConsistencyProof(TreeSize old_size, TreeSize new_size, HashReader& reader) {
  RETURN_IF_ERROR(CheckSizes(old_size, new_size));
  Proof proof;
  uint64_t begin = 0;
  uint64_t end = new_size.value;
  // SUBPROOF(m, D[begin:end], b) of RFC 6962 section 2.1.2; b is "begin == 0": the old tree's own root is known then.
  while (old_size.value != end) {
    const uint64_t middle = begin + SplitPoint(end - begin);
    const bool left = old_size.value <= middle;
    ASSIGN_OR_RETURN(const Hash256 sibling, left ? RangeHash(middle, end, reader) : RangeHash(begin, middle, reader));
    proof.push_back(sibling);
    (left ? end : begin) = middle;
  }
  if (begin != 0) {
    ASSIGN_OR_RETURN(const Hash256 hash, RangeHash(begin, end, reader));
    proof.push_back(hash);
  }
  return Proof(proof.rbegin(), proof.rend());
}

Result<Hash256> RootFromInclusionProof(const Hash256& leaf_hash, EntryIndex index, TreeSize size,
                                       std::span<const Hash256> proof) {
  RETURN_IF_ERROR(CheckIndex(index, size));
  // RFC 9162 section 2.1.3.2.
  uint64_t fn = index.value;
  uint64_t sn = size.value - 1;
  Hash256 hash = leaf_hash;
  for (const Hash256& node : proof) {
    if (sn == 0) {
      return InvalidArgument("inclusion proof has " + std::to_string(proof.size()) + " hashes, too many for entry " +
                             std::to_string(index.value) + " in a tree of size " + std::to_string(size.value));
    }
    if ((fn & 1) != 0 || fn == sn) {
      hash = NodeHash(node, hash);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      hash = NodeHash(hash, node);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) {
    return InvalidArgument("inclusion proof has " + std::to_string(proof.size()) + " hashes, too few for entry " +
                           std::to_string(index.value) + " in a tree of size " + std::to_string(size.value));
  }
  return hash;
}

Status VerifyInclusion(const Hash256& leaf_hash, EntryIndex index, TreeSize size, std::span<const Hash256> proof,
                       const Hash256& root) {
  ASSIGN_OR_RETURN(const Hash256 computed, RootFromInclusionProof(leaf_hash, index, size, proof));
  if (computed == root) return Status::Ok();
  return DataLoss("inclusion proof of entry " + std::to_string(index.value) + " leads to root " + computed.Short() +
                  ", the tree of size " + std::to_string(size.value) + " has " + root.Short());
}

namespace {

Status WrongLength(TreeSize old_size, TreeSize new_size, size_t length) {
  return InvalidArgument("consistency proof has " + std::to_string(length) + " hashes, the wrong number for sizes " +
                         std::to_string(old_size.value) + " and " + std::to_string(new_size.value));
}

}  // namespace

Result<ConsistentRoots> RootsFromConsistencyProof(TreeSize old_size, TreeSize new_size, const Hash256& old_root,
                                                  std::span<const Hash256> proof) {
  RETURN_IF_ERROR(CheckSizes(old_size, new_size));
  if (old_size == new_size) {
    return OutOfRange("old tree size " + std::to_string(old_size.value) + " is not below new tree size " +
                      std::to_string(new_size.value));
  }
  // RFC 9162 section 2.1.4.2. If the old size is a power of two, its root is the first node of the proof.
  const bool starts_at_old_root = std::has_single_bit(old_size.value);
  if (proof.empty()) return WrongLength(old_size, new_size, proof.size());
  uint64_t fn = old_size.value - 1;
  uint64_t sn = new_size.value - 1;
  while ((fn & 1) != 0) {
    fn >>= 1;
    sn >>= 1;
  }
  Hash256 old_hash = starts_at_old_root ? old_root : proof[0];
  Hash256 new_hash = old_hash;
  for (const Hash256& node : proof.subspan(starts_at_old_root ? 0 : 1)) {
    if (sn == 0) return WrongLength(old_size, new_size, proof.size());
    if ((fn & 1) != 0 || fn == sn) {
      old_hash = NodeHash(node, old_hash);
      new_hash = NodeHash(node, new_hash);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      new_hash = NodeHash(new_hash, node);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return WrongLength(old_size, new_size, proof.size());
  return ConsistentRoots{old_hash, new_hash};
}

Status VerifyConsistency(TreeSize old_size, TreeSize new_size, const Hash256& old_root, const Hash256& new_root,
                         std::span<const Hash256> proof) {
  RETURN_IF_ERROR(CheckSizes(old_size, new_size));
  if (old_size == new_size) {
    if (!proof.empty()) return WrongLength(old_size, new_size, proof.size());
    if (old_root == new_root) return Status::Ok();
    return DataLoss("two different roots for tree size " + std::to_string(old_size.value) + ": " + old_root.Short() +
                    " and " + new_root.Short());
  }
  ASSIGN_OR_RETURN(const ConsistentRoots roots, RootsFromConsistencyProof(old_size, new_size, old_root, proof));
  if (roots.old_root != old_root) {
    return DataLoss("consistency proof leads to root " + roots.old_root.Short() + " at old size " +
                    std::to_string(old_size.value) + ", not to " + old_root.Short());
  }
  if (roots.new_root != new_root) {
    return DataLoss("consistency proof leads to root " + roots.new_root.Short() + " at new size " +
                    std::to_string(new_size.value) + ", not to " + new_root.Short());
  }
  return Status::Ok();
}

Result<Frontier> Frontier::Read(TreeSize size, HashReader& reader) {
  RETURN_IF_ERROR(CheckSize(size));
  Frontier frontier;
  uint64_t begin = 0;
  while (begin < size.value) {
    const int level = std::bit_width(size.value - begin) - 1;
    ASSIGN_OR_RETURN(const Hash256 hash, reader.ReadHash(NodeId{static_cast<uint8_t>(level), begin >> level}));
    frontier.peaks_.push_back(hash);
    begin += uint64_t{1} << level;
  }
  frontier.size_ = size;
  return frontier;
}

Hash256 Frontier::Root() const {
  if (peaks_.empty()) return EmptyRoot();
  Hash256 hash = peaks_.back();
  for (size_t i = peaks_.size() - 1; i-- > 0;) hash = NodeHash(peaks_[i], hash);
  return hash;
}

}  // namespace ledgerline::crypto
