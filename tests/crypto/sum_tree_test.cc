// Against a naive recomputation, written from the format's page; and every alteration of a proof is refused.
#include "crypto/sum_tree.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "crypto/merkle.h"
#include "crypto/sha256.h"

namespace ledgerline::crypto {
namespace {

template <size_t K>
SumNode<K> Naive(const std::vector<SumNode<K>>& leaves, size_t from, size_t to) {
  if (from == to) return {{}, EmptyRoot()};
  if (to - from == 1) return leaves[from];
  size_t split = 1;
  while (split * 2 < to - from) split *= 2;
  const SumNode<K> left = Naive(leaves, from, from + split), right = Naive(leaves, from + split, to);
  SumNode<K> node;
  std::string text = "ledgerline/sum-node/v1\n" + std::string(1, static_cast<char>(K));
  const auto add = [&](const SumNode<K>& child) {
    for (size_t k = 0; k < K; ++k) {
      for (int byte = 15; byte >= 0; --byte) text += static_cast<char>(child.sums[k] >> (8 * byte) & 0xff);
      node.sums[k] += child.sums[k];
    }
    text += child.hash.ToBytes();
  };
  add(left);
  add(right);
  node.hash = Sha256(text);
  return node;
}

template <size_t K>
std::vector<SumNode<K>> RandomLeaves(int count) {
  std::vector<SumNode<K>> leaves(static_cast<size_t>(count));
  for (auto& leaf : leaves) {
    for (auto& sum : leaf.sums)
      sum = static_cast<Int128>(*rc::gen::arbitrary<uint64_t>()) * *rc::gen::inRange<uint32_t>(0, 5);
    leaf.hash = Sha256(std::to_string(*rc::gen::arbitrary<uint64_t>()));
  }
  return leaves;
}

template <size_t K>
void CheckTree() {
  const auto leaves = RandomLeaves<K>(*rc::gen::inRange(0, 40));
  const auto root = SumRoot<K>(leaves);
  RC_ASSERT(root.ok());
  RC_ASSERT(*root == Naive<K>(leaves, 0, leaves.size()));
  for (size_t i = 0; i < leaves.size(); ++i) {
    const auto proof = ProveSum<K>(leaves, i);
    RC_ASSERT(proof.ok());
    const auto leads_to = [&](const SumNode<K>& leaf, uint64_t index, uint64_t size, const SumProof<K>& by) {
      const auto found = RootFromSumProof<K>(leaf, index, size, by);
      return found.ok() && *found == *root;
    };
    RC_ASSERT(leads_to(leaves[i], i, leaves.size(), *proof));
    // One unit more, anywhere.
    for (size_t k = 0; k < K; ++k) {
      SumNode<K> other = leaves[i];
      other.sums[k] += 1;
      RC_ASSERT(!leads_to(other, i, leaves.size(), *proof));
    }
    for (size_t step = 0; step < proof->size(); ++step) {
      SumProof<K> altered = *proof;
      altered[step].sums[0] += 1;
      RC_ASSERT(!leads_to(leaves[i], i, leaves.size(), altered));
      altered = *proof;
      altered[step].hash.bytes[0] ^= 1;
      RC_ASSERT(!leads_to(leaves[i], i, leaves.size(), altered));
    }
    SumProof<K> longer = *proof;
    longer.push_back(leaves[i]);
    RC_ASSERT(!leads_to(leaves[i], i, leaves.size(), longer));
    if (!proof->empty()) RC_ASSERT(!leads_to(leaves[i], i, leaves.size(), {proof->begin(), proof->end() - 1}));
  }
}

TEST(SumTreeTest, AgreesWithANaiveRecomputation) {
  EXPECT_TRUE(rc::check("one sum", [] { CheckTree<1>(); }));
  EXPECT_TRUE(rc::check("two sums", [] { CheckTree<2>(); }));
}

constexpr Int128 kMost = ((Int128{1} << 126) - 1 + (Int128{1} << 126));

TEST(SumTreeTest, AnOverflowIsRefusedAndNotWrapped) {
  const std::vector<SumNode<1>> most{{{kMost}, Sha256("a")}, {{0}, Sha256("b")}};
  EXPECT_EQ(SumRoot<1>(most)->sums[0], kMost);
  const std::vector<SumNode<1>> over{{{kMost}, Sha256("a")}, {{1}, Sha256("b")}};
  EXPECT_EQ(SumRoot<1>(over).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(RootFromSumProof<1>(over[0], 0, 2, std::vector{over[1]}).status().code(), StatusCode::kOutOfRange);
}

TEST(SumTreeTest, NoSumIsBelowZero) {
  const std::vector<SumNode<1>> leaves{{{-1}, Sha256("a")}, {{2}, Sha256("b")}};
  EXPECT_EQ(SumRoot<1>(leaves).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(SumRoot<1>(std::span(leaves).first(1)).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(RootFromSumProof<1>(leaves[1], 1, 2, std::vector{leaves[0]}).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(RootFromSumProof<1>(leaves[0], 0, 1, {}).status().code(), StatusCode::kOutOfRange);
}

TEST(SumTreeTest, PositionsAreBounded) {
  const std::vector<SumNode<1>> leaves{{{1}, Sha256("a")}};
  EXPECT_EQ(ProveSum<1>(leaves, 1).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(RootFromSumProof<1>(leaves[0], 1, 1, {}).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(RootFromSumProof<1>(leaves[0], 0, 2, {}).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace ledgerline::crypto
