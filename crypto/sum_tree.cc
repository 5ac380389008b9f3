#include "crypto/sum_tree.h"

#include <bit>

#include "crypto/merkle.h"
#include "crypto/sha256.h"

namespace ledgerline::crypto {
namespace {

template <size_t K>
Status CheckSums(const SumNode<K>& node) {
  for (const Int128 sum : node.sums) {
    if (sum < 0) return OutOfRange("sum tree: a sum of " + Int128ToString(sum) + "; none is below zero");
  }
  return Status::Ok();
}

template <size_t K>
Result<SumNode<K>> Join(const SumNode<K>& left, const SumNode<K>& right) {
  RETURN_IF_ERROR(CheckSums(left));
  RETURN_IF_ERROR(CheckSums(right));
  std::string text = "ledgerline/sum-node/v1\n";
  text += static_cast<char>(K);
  for (const Int128 sum : left.sums) text += SumBytes(sum);
  text += left.hash.view();
  for (const Int128 sum : right.sums) text += SumBytes(sum);
  text += right.hash.view();
  SumNode<K> node;
  for (size_t k = 0; k < K; ++k) {
    if (__builtin_add_overflow(left.sums[k], right.sums[k], &node.sums[k]))
      return OutOfRange("sum tree: a sum leaves 127 bits");
  }
  node.hash = Sha256(text);
  return node;
}

// The largest power of two below n, for n > 1 (RFC 6962 section 2.1).
size_t SplitPoint(size_t n) { return std::bit_floor(n - 1); }

}  // namespace

std::string SumBytes(Int128 value) { return Money(value, Currency()).ToHashedBytes(); }

template <size_t K>
Result<SumNode<K>> SumRoot(std::span<const SumNode<K>> leaves) {
  if (leaves.empty()) return SumNode<K>{{}, EmptyRoot()};
  if (leaves.size() == 1) {
    RETURN_IF_ERROR(CheckSums(leaves[0]));
    return leaves[0];
  }
  const size_t split = SplitPoint(leaves.size());
  ASSIGN_OR_RETURN(const SumNode<K> left, SumRoot(leaves.first(split)));
  ASSIGN_OR_RETURN(const SumNode<K> right, SumRoot(leaves.subspan(split)));
  return Join(left, right);
}

template <size_t K>
Result<SumProof<K>> ProveSum(std::span<const SumNode<K>> leaves, uint64_t index) {
  if (index >= leaves.size()) {
    return OutOfRange("sum tree: leaf " + std::to_string(index) + " of " + std::to_string(leaves.size()));
  }
  if (leaves.size() == 1) return SumProof<K>{};
  const size_t split = SplitPoint(leaves.size());
  const auto left = leaves.first(split), right = leaves.subspan(split);
  ASSIGN_OR_RETURN(SumProof<K> proof, index < split ? ProveSum(left, index) : ProveSum(right, index - split));
  ASSIGN_OR_RETURN(const SumNode<K> sibling, SumRoot(index < split ? right : left));
  proof.push_back(sibling);
  return proof;
}

// As RFC 9162 section 2.1.3.2 walks an inclusion proof.
template <size_t K>
Result<SumNode<K>> RootFromSumProof(const SumNode<K>& leaf, uint64_t index, uint64_t size,
                                    std::span<const SumNode<K>> proof) {
  if (index >= size) return OutOfRange("sum tree: leaf " + std::to_string(index) + " of " + std::to_string(size));
  RETURN_IF_ERROR(CheckSums(leaf));
  SumNode<K> node = leaf;
  uint64_t fn = index, sn = size - 1;
  for (const SumNode<K>& sibling : proof) {
    if (sn == 0) return InvalidArgument("sum tree: the proof is longer than the tree is high");
    if ((fn & 1) != 0 || fn == sn) {
      ASSIGN_OR_RETURN(node, Join(sibling, node));
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      ASSIGN_OR_RETURN(node, Join(node, sibling));
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return InvalidArgument("sum tree: the proof is too short");
  return node;
}

template Result<SumNode<1>> SumRoot(std::span<const SumNode<1>>);
template Result<SumNode<2>> SumRoot(std::span<const SumNode<2>>);
template Result<SumProof<1>> ProveSum(std::span<const SumNode<1>>, uint64_t);
template Result<SumProof<2>> ProveSum(std::span<const SumNode<2>>, uint64_t);
template Result<SumNode<1>> RootFromSumProof(const SumNode<1>&, uint64_t, uint64_t, std::span<const SumNode<1>>);
template Result<SumNode<2>> RootFromSumProof(const SumNode<2>&, uint64_t, uint64_t, std::span<const SumNode<2>>);

}  // namespace ledgerline::crypto
