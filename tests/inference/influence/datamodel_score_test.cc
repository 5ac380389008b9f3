#include "inference/influence/datamodel_score.h"

#include <gtest/gtest.h>

#include "inference/model/counter_random.h"

namespace ledgerline::influence {
namespace {

TEST(DatamodelScoreTest, RankCorrelationsByHand) {
  const std::vector<double> rising = {1, 2, 3, 10}, falling = {9, 8, 1, 0}, mixed = {2, 1, 4, 3}, ties = {1, 1, 2, 2},
                            flat = {5, 5, 5, 5};
  EXPECT_DOUBLE_EQ(RankCorrelation(rising, rising), 1);
  EXPECT_DOUBLE_EQ(RankCorrelation(rising, falling), -1);
  EXPECT_DOUBLE_EQ(RankCorrelation(rising, mixed), 0.6);  // 1 - 6 * 4 / (4 * 15)
  EXPECT_DOUBLE_EQ(RankCorrelation(rising, flat), 0);
  // Ranks .5 .5 2.5 2.5 against 0 1 2 3: 4 / sqrt(4 * 5).
  EXPECT_NEAR(RankCorrelation(rising, ties), 0.8944271909999159, 1e-12);
}

TEST(DatamodelScoreTest, WhatPredictsHasAnIntervalAboveZeroAndNoiseHasNot) {
  model::CounterRandom random(11, 0);
  std::vector<std::vector<double>> seen(12), good(12), noise(12);
  for (size_t q = 0; q < seen.size(); ++q) {
    for (int s = 0; s < 24; ++s) {
      seen[q].push_back(random.Unit());
      good[q].push_back(seen[q].back() + 1.5 * random.Unit());
      noise[q].push_back(random.Unit());
    }
  }
  const DatamodelScore right = ScoreDatamodel(good, seen, 1).value();
  EXPECT_GT(right.low, 0.2);
  EXPECT_LT(right.low, right.score);
  EXPECT_LT(right.score, right.high);
  EXPECT_EQ(right.by_query.size(), 12u);
  const DatamodelScore none = ScoreDatamodel(noise, seen, 1).value();
  EXPECT_LT(none.low, 0);
  EXPECT_GT(none.high, 0);
  // One accident of the subsets that every query shares is no certainty: queries alone must not make it one.
  std::vector<std::vector<double>> same(12, seen[0]), guess(12, noise[0]);
  const DatamodelScore shared = ScoreDatamodel(guess, same, 1).value();
  EXPECT_GT(shared.high - shared.low, 0.5);
  // Nor the queries that happened to be asked: half are predicted and half the other way round, whatever the subsets.
  std::vector<std::vector<double>> either = seen;
  for (size_t q = 0; q < either.size(); q += 2) {
    for (double& value : either[q]) value = -value;
  }
  const DatamodelScore divided = ScoreDatamodel(either, seen, 1).value();
  EXPECT_NEAR(divided.score, 0, 1e-9);
  EXPECT_LT(divided.low, -0.3);
  EXPECT_GT(divided.high, 0.3);
  EXPECT_EQ(ScoreDatamodel(good, seen, 1)->low, right.low) << "a function of its seed";
}

TEST(DatamodelScoreTest, SizesMustFit) {
  EXPECT_EQ(ScoreDatamodel({}, {}, 1).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ScoreDatamodel({{1, 2, 3}}, {{1, 2, 3}}, 1).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ScoreDatamodel({{1, 2, 3, 4}}, {{1, 2, 3, 4, 5}}, 1).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace ledgerline::influence
