// Merkle sum trees: a tree in the shape of RFC 6962 whose nodes carry sums, so that a root commits to what its leaves
// add up to, and a proof shows one leaf's part of it. Each leaf has K amounts.
//
//   node = SHA-256("ledgerline/sum-node/v1\n" | u8 K | K x sum_left | hash_left | K x sum_right | hash_right)
//
// A sum is 16 bytes big-endian and never negative, and no addition leaves 127 bits: a proof that overflows is refused,
// or a leaf could be hidden behind a wrap. Both children's sums are hashed, not only their total (else a left sum could
// be moved to the right unseen). The leaf's hash is its maker's, under another tag, and covers its amounts. Source:
// docs/formats/close_commitments.md.
#ifndef LEDGERLINE_CRYPTO_SUM_TREE_H_
#define LEDGERLINE_CRYPTO_SUM_TREE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "schemas/hash.h"
#include "schemas/money.h"
#include "schemas/status.h"

namespace ledgerline::crypto {

template <size_t K>
struct SumNode {
  std::array<Int128, K> sums{};
  Hash256 hash;
  friend bool operator==(const SumNode&, const SumNode&) = default;
};

// Sibling nodes, leaf's sibling first, in the order of RFC 6962 section 2.1.1.
template <size_t K>
using SumProof = std::vector<SumNode<K>>;

// 16 bytes big-endian two's complement: as Money::ToHashedBytes.
std::string SumBytes(Int128 value);

// The empty tree has sums of zero and the hash of nothing. Errors: kOutOfRange (a negative amount, an overflow).
template <size_t K>
Result<SumNode<K>> SumRoot(std::span<const SumNode<K>> leaves);
// Errors: as above, and kOutOfRange (index).
template <size_t K>
Result<SumProof<K>> ProveSum(std::span<const SumNode<K>> leaves, uint64_t index);
// The root that `proof` leads to from `leaf`; compare sums and hash with those that are trusted.
// Errors: kInvalidArgument (length), kOutOfRange (index, a negative sum, an overflow).
template <size_t K>
Result<SumNode<K>> RootFromSumProof(const SumNode<K>& leaf, uint64_t index, uint64_t size,
                                    std::span<const SumNode<K>> proof);

}  // namespace ledgerline::crypto

#endif  // LEDGERLINE_CRYPTO_SUM_TREE_H_
