#include "crypto/memory_tree.h"

#include <gtest/gtest.h>

#include <string>

namespace ledgerline::crypto {
namespace {

TEST(MemoryTreeTest, ProvesEveryLeafAtEverySize) {
  MemoryTree tree;
  EXPECT_EQ(tree.Root(), EmptyRoot());
  EXPECT_EQ(tree.Prove(EntryIndex(0)).status().code(), StatusCode::kOutOfRange);
  for (uint64_t size = 1; size <= 70; ++size) {
    tree.Append("leaf " + std::to_string(size - 1));
    for (uint64_t i = 0; i < size; ++i) {
      const auto proof = tree.Prove(EntryIndex(i));
      ASSERT_TRUE(proof.ok());
      EXPECT_TRUE(
          VerifyInclusion(LeafHash("leaf " + std::to_string(i)), EntryIndex(i), TreeSize(size), *proof, tree.Root())
              .ok());
      EXPECT_FALSE(VerifyInclusion(LeafHash("another"), EntryIndex(i), TreeSize(size), *proof, tree.Root()).ok());
    }
    EXPECT_EQ(tree.Prove(EntryIndex(size)).status().code(), StatusCode::kOutOfRange);
  }
}

}  // namespace
}  // namespace ledgerline::crypto
