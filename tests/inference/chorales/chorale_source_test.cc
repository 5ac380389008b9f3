#include "inference/chorales/chorale_source.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/inference/chorales/sample_chorales.h"

namespace ledgerline::chorales {
namespace {

TEST(ChoraleSource, AnEpochTakesEveryPieceOnce) {
  std::vector<Chorale> pieces;
  for (size_t i = 0; i < 10; ++i) pieces.push_back(RandomChorale(i, 10 + i));
  const ChoraleSource source(pieces, 7, 3);
  ASSERT_EQ(source.StepsPerEpoch(), 4);
  for (int64_t epoch = 0; epoch < 3; ++epoch) {
    std::multiset<size_t> lengths;
    for (int64_t step = 0; step < 4; ++step) {
      const auto drawn = source.Draw(4 * epoch + step);
      ASSERT_LE(drawn.size(), 3u);
      for (const auto& piece : drawn) lengths.insert(piece.size());
    }
    EXPECT_EQ(lengths, (std::multiset<size_t>{10, 11, 12, 13, 14, 15, 16, 17, 18, 19}));
  }
}

TEST(ChoraleSource, FollowsFromSeedAndStepAndMovesThePiecesWithinTheRanges) {
  // The widest piece spans what the others may use.
  const std::vector<Chorale> pieces = {Cadences(0, 16), {{47, 43, 39, 29}, {40, 36, 32, 17}}};
  const ChoraleSource source(pieces, 7, 2), same(pieces, 7, 2), other(pieces, 8, 2);
  std::set<int> keys;
  bool differs = false;
  for (int64_t step = 0; step < 60; ++step) {
    const auto drawn = source.Draw(step), again = same.Draw(step), others = other.Draw(step);
    for (size_t i = 0; i < drawn.size(); ++i) {
      EXPECT_EQ(drawn[i][0].voices[0].target, again[i][0].voices[0].target);
      differs = differs || drawn[i][0].voices[0].target != others[i][0].voices[0].target;
      if (drawn[i].size() == 16) keys.insert(drawn[i][0].voices[0].target - pieces[0][0][0]);
    }
  }
  EXPECT_TRUE(differs);
  EXPECT_EQ(keys, (std::set<int>{-3, -2, -1, 0, 1, 2}));
}

}  // namespace
}  // namespace ledgerline::chorales
