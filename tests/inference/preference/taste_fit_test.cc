#include "inference/preference/taste_fit.h"

#include <gtest/gtest.h>

#include "crypto/sha256.h"
#include "tests/inference/preference/sample_comparison.h"

namespace ledgerline::preference {
namespace {

// Request `seed`: a has more of "calm" if `calm` is positive; the ranking says the contrary.
Comparison Pair(uint64_t seed, int64_t calm, Preferred preferred) {
  return SampleComparison({{"calm", calm}, {"flat", 7}, {"ranking_score", -calm / 10}},
                          {{"calm", 0}, {"flat", 7}, {"ranking_score", 0}}, preferred, seed);
}

std::vector<Comparison> CalmListener(int count) {
  std::vector<Comparison> pairs;
  for (int i = 0; i < count; ++i) {
    const int64_t calm = (i % 2 == 0 ? 1 : -1) * (100'000 + 10'000 * i);
    pairs.push_back(Pair(static_cast<uint64_t>(i), calm, calm > 0 ? Preferred::kA : Preferred::kB));
  }
  return pairs;
}

TEST(TasteFitTest, ATasteIsLearntAgainstTheRanking) {
  const Hash256 hash = crypto::Sha256("file");
  const FittedTaste fitted = FitTaste(CalmListener(12), hash).value();
  EXPECT_EQ(fitted.ranking.right, 0);
  EXPECT_EQ(fitted.seen.right, 12);
  EXPECT_EQ(fitted.unseen.right, 12);
  EXPECT_EQ(fitted.unseen.of, 12);
  EXPECT_TRUE(fitted.separated);
  EXPECT_TRUE(fitted.converged);
  EXPECT_EQ(fitted.requests, 12);
  EXPECT_EQ(fitted.taste.pairs, hash);
  EXPECT_EQ(fitted.taste.judgements, 12);
  EXPECT_EQ(fitted.taste.engine, "ledgerline-generator/9");
  EXPECT_GT(fitted.taste.weights.at("calm").weight, 0);
  EXPECT_FALSE(fitted.taste.weights.contains("flat")) << "it explains nothing";
}

TEST(TasteFitTest, OnePairHardlyMovesThePrior) {
  // The listener and the ranking are of two minds: one judgement does not outweigh the prior by much.
  const FittedTaste fitted = FitTaste({Pair(1, 100'000, Preferred::kA)}, Hash256()).value();
  EXPECT_TRUE(fitted.converged);
  EXPECT_EQ(fitted.unseen.of, 0) << "there is nothing to fit without it";
  const auto odds = [&](const char* name) {
    const TasteWeight weight = fitted.taste.weights.at(name);
    return static_cast<double>(weight.weight) * static_cast<double>(weight.spread) / 1e12;
  };
  EXPECT_LT(odds("calm"), 0.3);
  EXPECT_GT(odds("ranking_score"), 0.2);
}

// Two pairs of one request are left out together: what is told of one is not known from the other.
TEST(TasteFitTest, RequestsAreLeftOutWhole) {
  const Comparison pair = Pair(1, 200'000, Preferred::kA);
  Comparison twin = pair;
  twin.a.candidate = 4;
  const FittedTaste alone = FitTaste({pair, twin}, Hash256()).value();
  EXPECT_EQ(alone.requests, 1);
  EXPECT_EQ(alone.unseen.of, 0);
  // Listeners of two minds, one request each: fitted to the other, each is foretold wrong.
  const FittedTaste two =
      FitTaste({Pair(1, 200'000, Preferred::kA), Pair(2, 200'000, Preferred::kB)}, Hash256()).value();
  EXPECT_EQ(two.unseen.of, 2);
  EXPECT_LE(two.unseen.right, 1);
}

// The unit of a figure is how far its candidates typically differ, of one pair as of many.
TEST(TasteFitTest, TheSpreadIsTheRootOfTheMeanSquare) {
  std::vector<Comparison> pairs;
  for (uint64_t i = 0; i < 9; ++i) pairs.push_back(Pair(i, 300'000, i % 2 == 0 ? Preferred::kA : Preferred::kB));
  EXPECT_EQ(FitTaste(pairs, Hash256()).value().taste.weights.at("calm").spread, 300'000);
  // Of 100'000 and 700'000: the root of 25 * 10^10.
  EXPECT_EQ(FitTaste({Pair(1, 100'000, Preferred::kA), Pair(2, 700'000, Preferred::kA)}, Hash256())
                .value()
                .taste.weights.at("calm")
                .spread,
            500'000);
}

TEST(TasteFitTest, EqualUtilitiesForetellNothing) {
  Taste taste;
  taste.weights["flat"] = {1'000'000, 1};
  for (const Preferred preferred : {Preferred::kA, Preferred::kB}) {
    const Judged judged = Foretold(taste, {Pair(1, 200'000, preferred)}).value();
    EXPECT_EQ(judged.right, 0);
    EXPECT_EQ(judged.of, 1);
  }
}

// More requests than parts: every one is left out all the same, once.
TEST(TasteFitTest, EveryRequestIsForetoldOnceHoweverManyThereAre) {
  EXPECT_EQ(FitTaste(CalmListener(103), Hash256()).value().unseen.of, 103);
}

// A figure that hardly differs, and always as the listener likes: its weight would be above the bound of a taste.
TEST(TasteFitTest, WeightsStayWithinWhatATasteMaySay) {
  std::vector<Comparison> pairs;
  for (uint64_t i = 0; i < 20; ++i) {
    pairs.push_back(SampleComparison({{"hardly", 1}}, {{"hardly", 0}}, Preferred::kA, i));
  }
  EXPECT_EQ(FitTaste(pairs, Hash256()).value().taste.weights.at("hardly").weight, kMaxWeight);
  for (Comparison& pair : pairs) pair.preferred = Preferred::kB;
  EXPECT_EQ(FitTaste(pairs, Hash256()).value().taste.weights.at("hardly").weight, -kMaxWeight);
}

TEST(TasteFitTest, DrawsPullToNeitherSide) {
  std::vector<Comparison> pairs = CalmListener(6);
  const int64_t before = FitTaste(pairs, Hash256()).value().taste.weights.at("calm").weight;
  pairs.push_back(Pair(50, 150'000, Preferred::kSame));
  const FittedTaste fitted = FitTaste(pairs, Hash256()).value();
  EXPECT_EQ(fitted.draws, 1);
  EXPECT_EQ(fitted.preferences, 6);
  EXPECT_EQ(fitted.seen.of, 6);
  EXPECT_LT(fitted.taste.weights.at("calm").weight, before);
}

TEST(TasteFitTest, WhatCannotBeHeldTogetherIsRefused) {
  EXPECT_EQ(FitTaste({}, Hash256()).status().message(), "no pairs to fit a taste to");
  std::vector<Comparison> pairs = CalmListener(3);
  pairs[2].engine = "ledgerline-generator/8";
  EXPECT_EQ(FitTaste(pairs, Hash256()).status().message(),
            "pair 3 is of ledgerline-generator/8, the first of ledgerline-generator/9: their figures cannot be held "
            "together");
  pairs = CalmListener(3);
  pairs[1].a.figures["new"] = 1;
  EXPECT_EQ(FitTaste(pairs, Hash256()).status().code(), StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace ledgerline::preference
