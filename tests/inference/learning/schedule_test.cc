#include "inference/learning/schedule.h"

#include <gtest/gtest.h>

namespace ledgerline::learning {
namespace {

TEST(Schedule, WarmsUpAndFallsToAHundredth) {
  const Schedule schedule{.peak = 2.0, .warmup_steps = 4, .steps = 14};
  EXPECT_DOUBLE_EQ(schedule.RateAt(0), 0.5);
  EXPECT_DOUBLE_EQ(schedule.RateAt(3), 2.0);
  EXPECT_DOUBLE_EQ(schedule.RateAt(4), 2.0);
  EXPECT_DOUBLE_EQ(schedule.RateAt(9), 2.0 * (0.01 + 0.99 / 2));  // half way
  EXPECT_DOUBLE_EQ(schedule.RateAt(14), 0.02);
  EXPECT_DOUBLE_EQ(schedule.RateAt(100), 0.02);
}

TEST(Schedule, WithoutWarmUpBeginsAtThePeak) {
  EXPECT_DOUBLE_EQ((Schedule{.peak = 1.0, .warmup_steps = 0, .steps = 1}).RateAt(0), 1.0);
}

}  // namespace
}  // namespace ledgerline::learning
