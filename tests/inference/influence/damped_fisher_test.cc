#include "inference/influence/damped_fisher.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/inference/influence/sample_index.h"

namespace ledgerline::influence {
namespace {

TEST(DampedFisherTest, SolvesWhatItIsDefinedAs) {
  const InfluenceIndex index = SampleIndex(9, 3, 2);  // fewer pieces than its 12 dimensions
  const size_t n = index.Dimensions();
  std::vector<std::vector<double>> matrix(n, std::vector<double>(n, 0.0));
  double trace = 0;
  for (size_t p = 0; p < 9; ++p) {
    const auto g = index.GradientOf(p);
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j < n; ++j) matrix[i][j] += double{g[i]} * g[j] / index.pieces[p].events / 9;
    }
  }
  for (size_t i = 0; i < n; ++i) trace += matrix[i][i];
  for (size_t i = 0; i < n; ++i) matrix[i][i] += 0.1 * trace / static_cast<double>(n);
  const DampedFisher fisher = DampedFisher::Of(index).value();
  const std::vector<double> x = fisher.Solve(index.GradientOf(4));
  for (size_t i = 0; i < n; ++i) {
    double sum = 0;
    for (size_t j = 0; j < n; ++j) sum += matrix[i][j] * x[j];
    EXPECT_NEAR(sum, index.GradientOf(4)[i], 1e-9) << i;
  }
  const std::vector<double> influences = InfluencesOn(index, fisher, index.GradientOf(4));
  ASSERT_EQ(influences.size(), 9u);
  EXPECT_GT(influences[4], 0);
  double dot = 0;
  for (size_t i = 0; i < n; ++i) dot += x[i] * index.GradientOf(7)[i];
  EXPECT_NEAR(influences[7], dot, 1e-9 * (1 + std::abs(dot)));
  // The form is symmetric: a on b is b on a.
  EXPECT_NEAR(influences[7], InfluencesOn(index, fisher, index.GradientOf(7))[4], 1e-9 * (1 + std::abs(dot)));
}

TEST(DampedFisherTest, NothingToMeasureByIsSaid) {
  InfluenceIndex index = SampleIndex(4, 2, 2);
  for (float& value : index.gradients) value = 0;
  EXPECT_EQ(DampedFisher::Of(index).status().code(), StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace ledgerline::influence
