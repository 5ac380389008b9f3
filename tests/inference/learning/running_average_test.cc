#include "inference/learning/running_average.h"

#include <gtest/gtest.h>

namespace ledgerline::learning {
namespace {

TEST(RunningAverage, FollowsSwapsAndSurvivesAFile) {
  const torch::Tensor parameter = torch::zeros({2});
  RunningAverage average({{"a", parameter}}, 0.5);
  parameter.fill_(1);
  average.Follow(1);  // keeps 1 / 11 of the zeros
  average.Swap();
  EXPECT_NEAR(parameter[0].item<float>(), 10.0 / 11, 1e-6);
  average.Swap();
  EXPECT_EQ(parameter[1].item<float>(), 1);
  parameter.fill_(3);
  average.Follow(1000);  // keeps half

  model::ModelFile file;
  average.Store(&file);
  RunningAverage other({{"a", parameter}}, 0.5);
  model::ModelFile copy = file;
  ASSERT_TRUE(other.Load(&copy).ok());
  EXPECT_TRUE(copy.tensors.empty());
  other.Swap();
  EXPECT_NEAR(parameter[1].item<float>(), 0.5 * 10 / 11 + 1.5, 1e-6);

  RunningAverage longer({{"a", torch::zeros({3})}}, 0.5);
  EXPECT_EQ(longer.Load(&file).message(), "the checkpoint lacks average:a");
}

}  // namespace
}  // namespace ledgerline::learning
