#include "inference/preference/bradley_terry.h"

#include <gtest/gtest.h>

#include <cmath>

#include "inference/model/counter_random.h"

namespace ledgerline::preference {
namespace {

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// One figure: the maximum is where the slope of the posterior is 0, found here by bisection.
double ByBisection(const std::vector<Outcome>& outcomes, double mean, double deviation) {
  double low = -50, high = 50;
  for (int i = 0; i < 200; ++i) {
    const double w = (low + high) / 2;
    double slope = -(w - mean) / (deviation * deviation);
    for (const Outcome& outcome : outcomes) {
      slope += (outcome.won - Sigmoid(w * outcome.difference[0])) * outcome.difference[0];
    }
    (slope > 0 ? low : high) = w;
  }
  return (low + high) / 2;
}

TEST(BradleyTerryTest, TheMaximumOfOneWeight) {
  const std::vector<Outcome> outcomes = {{{1.0}, 1}, {{2.0}, 0}, {{-0.5}, 1}, {{0.25}, 0.5}, {{1.5}, 1}};
  for (const double mean : {0.0, 0.7, -3.0}) {
    for (const double deviation : {0.1, 1.0, 20.0}) {
      const BradleyTerryFit fit = FitBradleyTerry(outcomes, {{mean}, deviation});
      EXPECT_TRUE(fit.converged);
      EXPECT_NEAR(fit.weights[0], ByBisection(outcomes, mean, deviation), 1e-7) << mean << " " << deviation;
    }
  }
}

// A wins 3 of 4 against B: without figures beyond "is A", the odds are 3 to 1 and the weight log 3 (Bradley and Terry's
// own case of two), as the prior gets wide.
TEST(BradleyTerryTest, TwoContestantsHaveTheirOdds) {
  const std::vector<Outcome> outcomes = {{{1.0}, 1}, {{1.0}, 1}, {{1.0}, 1}, {{1.0}, 0}};
  EXPECT_NEAR(FitBradleyTerry(outcomes, {{0.0}, 1e4}).weights[0], std::log(3.0), 1e-6);
}

TEST(BradleyTerryTest, NamingTheOtherFirstChangesNothing) {
  std::vector<Outcome> outcomes = {{{1.0, 0.3}, 1}, {{-0.4, 2.0}, 0}, {{0.1, 0.1}, 0.5}, {{3.0, -1.0}, 1}};
  const BradleyTerryFit fit = FitBradleyTerry(outcomes, {{0.1, 0.0}, 0.8});
  for (Outcome& outcome : outcomes) {
    for (double& x : outcome.difference) x = -x;
    outcome.won = 1 - outcome.won;
  }
  const BradleyTerryFit other = FitBradleyTerry(outcomes, {{0.1, 0.0}, 0.8});
  for (size_t i = 0; i < 2; ++i) EXPECT_NEAR(fit.weights[i], other.weights[i], 1e-9);
}

// The likelihood alone has no maximum here: the prior holds the weights, and the fit says so.
TEST(BradleyTerryTest, SeparatedChoicesConverge) {
  const std::vector<Outcome> outcomes = {{{1.0, 1e-6}, 1}, {{-2.0, 0.0}, 0}, {{5.0, 1.0}, 1}};
  double before = 0;
  for (const double deviation : {0.5, 1.0, 10.0, 1000.0}) {
    const BradleyTerryFit fit = FitBradleyTerry(outcomes, {{0.0, 0.0}, deviation});
    EXPECT_TRUE(fit.converged) << deviation;
    EXPECT_TRUE(fit.separated);
    EXPECT_GT(fit.weights[0], before) << "nothing but the prior bounds it";
    EXPECT_TRUE(std::isfinite(fit.weights[0]));
    before = fit.weights[0];
  }
  EXPECT_FALSE(FitBradleyTerry({{{1.0}, 1}, {{1.0}, 0}}, {{0.0}, 1.0}).separated);
  EXPECT_TRUE(FitBradleyTerry({{{1.0}, 1}, {{1.0}, 0.5}}, {{0.0}, 1.0}).separated) << "a draw has no side";
}

// What is settled beyond what exp can tell, of either side, leaves the height of the posterior a number: without one no
// step would be halved, and the other weight's whole ones do not arrive.
TEST(BradleyTerryTest, WhatIsSettledLeavesTheOtherWeightItsMaximum) {
  const std::vector<Outcome> alone = {{{1.0}, 1}, {{2.0}, 0}, {{-0.5}, 1}, {{0.25}, 0.5}, {{1.5}, 1}};
  for (const double settled : {1e4, -1e4}) {
    std::vector<Outcome> outcomes = {{{settled, 0.0}, settled > 0 ? 1.0 : 0.0}};
    for (const Outcome& outcome : alone) outcomes.push_back({{0.0, outcome.difference[0]}, outcome.won});
    const BradleyTerryFit fit = FitBradleyTerry(outcomes, {{1.0, -3.0}, 20.0});
    EXPECT_TRUE(fit.converged) << settled;
    EXPECT_NEAR(fit.weights[1], ByBisection(alone, -3.0, 20.0), 1e-7) << settled;
  }
}

TEST(BradleyTerryTest, WithoutOutcomesThePriorStays) {
  const BradleyTerryFit fit = FitBradleyTerry({}, {{0.5, -1.0}, 2.0});
  EXPECT_TRUE(fit.converged);
  EXPECT_EQ(fit.weights, (std::vector<double>{0.5, -1.0}));
}

// Figures that say the same thing share the weight; huge differences overflow nothing.
TEST(BradleyTerryTest, CollinearAndHugeDifferences) {
  const BradleyTerryFit twins = FitBradleyTerry({{{1.0, 1.0}, 1}, {{2.0, 2.0}, 1}}, {{0.0, 0.0}, 1.0});
  EXPECT_NEAR(twins.weights[0], twins.weights[1], 1e-9);
  const BradleyTerryFit huge = FitBradleyTerry({{{1e6}, 1}, {{1e6}, 0}, {{1e5}, 1}}, {{0.0}, 1.0});
  EXPECT_TRUE(huge.converged);
}

// Drawn from a known utility, many choices give its weights back.
TEST(BradleyTerryTest, ManyChoicesTellTheWeights) {
  model::CounterRandom random(5, 0);
  const std::vector<double> truth = {1.2, -0.7, 0.0};
  std::vector<Outcome> outcomes;
  for (int i = 0; i < 4000; ++i) {
    Outcome outcome;
    double margin = 0;
    for (const double weight : truth) {
      outcome.difference.push_back(4 * random.Unit() - 2);
      margin += weight * outcome.difference.back();
    }
    outcome.won = random.Unit() < Sigmoid(margin) ? 1 : 0;
    outcomes.push_back(outcome);
  }
  const BradleyTerryFit fit = FitBradleyTerry(outcomes, {{0, 0, 0}, 10.0});
  for (size_t i = 0; i < truth.size(); ++i) EXPECT_NEAR(fit.weights[i], truth[i], 0.12);
}

}  // namespace
}  // namespace ledgerline::preference
