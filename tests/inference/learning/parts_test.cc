#include "inference/learning/parts.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace ledgerline::learning {
namespace {

using Cut = std::vector<std::vector<size_t>>;

TEST(CutBatch, OnePartKeepsTheOrder) {
  EXPECT_EQ(CutBatch({3, 9, 5}, 1), (Cut{{0, 1, 2}}));
  EXPECT_EQ(CutBatch({7}, 4), (Cut{{0}}));
  EXPECT_EQ(CutBatch({}, 2), Cut());
}

TEST(CutBatch, EqualLengthsAreSharedEqually) {
  EXPECT_EQ(CutBatch({8, 8, 8, 8}, 2), (Cut{{0, 1}, {2, 3}}));
  EXPECT_EQ(CutBatch({8, 8, 8}, 3), (Cut{{0}, {1}, {2}}));
  EXPECT_EQ(CutBatch({8, 8}, 3), (Cut{{0}, {1}}));  // no part is empty
}

TEST(CutBatch, ALongItemIsAsMuchAsSeveralShortOnes) {
  EXPECT_EQ(CutBatch({300, 700, 290, 310}, 2), (Cut{{1}, {3, 0, 2}}));
  // What is padded counts: one of 900 rows beside one of 1,536 costs as much as that.
  EXPECT_EQ(CutBatch({900, 1536, 900, 900, 900}, 2), (Cut{{1}, {0, 2, 3, 4}}));
  EXPECT_EQ(CutBatch({900, 1536, 900, 900, 900, 900}, 2), (Cut{{1, 0}, {2, 3, 4, 5}}));
  // Attention grows with the square: by rows alone, one of 512 would go with the long one.
  EXPECT_EQ(CutBatch({512, 512, 512, 1536, 512, 512, 512, 512, 512}, 2), (Cut{{3}, {0, 1, 2, 4, 5, 6, 7, 8}}));
}

TEST(CutBatch, EveryItemIsInOnePart) {
  std::vector<int64_t> lengths;
  for (int64_t i = 0; i < 23; ++i) lengths.push_back(i * 37 % 101 + 1);
  for (int parts = 1; parts < 26; ++parts) {
    std::vector<size_t> seen;
    const Cut cut = CutBatch(lengths, parts);
    EXPECT_EQ(cut.size(), std::min<size_t>(static_cast<size_t>(parts), 23));
    for (const std::vector<size_t>& part : cut) {
      EXPECT_FALSE(part.empty());
      seen.insert(seen.end(), part.begin(), part.end());
    }
    std::sort(seen.begin(), seen.end());
    for (size_t i = 0; i < 23; ++i) EXPECT_EQ(seen.at(i), i);
  }
}

}  // namespace
}  // namespace ledgerline::learning
