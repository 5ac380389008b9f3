#include "inference/drums/integer_curves.h"

#include <gtest/gtest.h>

#include <cmath>

namespace ledgerline::drums {
namespace {

TEST(IntegerCurves, TheLogisticFollowsItsFormula) {
  for (int logit = -kLogitMax - 50; logit <= kLogitMax + 50; logit += 7) {
    const double x = std::clamp(logit, -kLogitMax, kLogitMax) / static_cast<double>(kLogitOne);
    EXPECT_NEAR(LogisticShare(logit), 65'536 / (1 + std::exp(-x)), 16) << logit;
  }
  EXPECT_EQ(LogisticShare(0), 32'768);
  EXPECT_GE(LogisticShare(-1'000'000), 0);
  EXPECT_LE(LogisticShare(1'000'000), 65'536);
}

TEST(IntegerCurves, TheNormalShareFollowsItsFormula) {
  for (int z = -5 * kNormalOne; z <= 5 * kNormalOne; z += 101) {
    const double x = std::clamp(z / static_cast<double>(kNormalOne), -4.0, 4.0);
    EXPECT_NEAR(NormalShare(z), 32'768 * std::erfc(-x / std::sqrt(2.0)), 16) << z;
    EXPECT_LE(NormalShare(z), NormalShare(z + 101));
  }
}

TEST(IntegerCurves, NoiseIsNormalEnough) {
  model::CounterRandom random(1, 2);
  double sum = 0, squares = 0;
  int beyond_two = 0;
  constexpr int kDraws = 20'000;
  for (int i = 0; i < kDraws; ++i) {
    const double z = static_cast<double>(NormalNoise(&random)) / kNormalOne;
    sum += z;
    squares += z * z;
    beyond_two += std::abs(z) > 2;
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.03);
  EXPECT_NEAR(squares / kDraws, 1, 0.03);
  EXPECT_NEAR(static_cast<double>(beyond_two) / kDraws, 0.0455, 0.006);
}

}  // namespace
}  // namespace ledgerline::drums
