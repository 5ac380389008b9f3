#include "inference/learning/optimiser.h"

#include <gtest/gtest.h>

#include <cmath>

namespace ledgerline::learning {
namespace {

using torch::Tensor;

Tensor Parameter(std::vector<float> values, std::vector<int64_t> shape) {
  return torch::tensor(values).reshape(shape).set_requires_grad(true);
}

// AdamW of one number in doubles, as the paper's algorithm 2 has it.
double ByHand(double value, const std::vector<double>& gradients, double rate, double decay) {
  double mean = 0, square = 0;
  for (size_t t = 1; t <= gradients.size(); ++t) {
    const double g = gradients[t - 1];
    mean = .9 * mean + .1 * g;
    square = .98 * square + .02 * g * g;
    const double corrected = mean / (1 - std::pow(.9, t)), spread = square / (1 - std::pow(.98, t));
    value = value * (1 - rate * decay) - rate * corrected / (std::sqrt(spread) + 1e-8);
  }
  return value;
}

TEST(AdamW, MovesAsThePaperSays) {
  Tensor matrix = Parameter({1.0f, -2.0f}, {1, 2}), gain = Parameter({3.0f}, {1});
  AdamW optimiser({{"matrix", matrix}, {"gain", gain}}, 0.1);
  const std::vector<double> gradients = {0.5, -0.25, 2.0};
  for (size_t t = 0; t < gradients.size(); ++t) {
    optimiser.ZeroGradients();
    ((matrix.sum() + gain.sum()) * gradients[t]).backward();
    optimiser.Step(static_cast<int64_t>(t) + 1, 0.01);
  }
  EXPECT_NEAR(matrix.index({0, 0}).item<double>(), ByHand(1, gradients, .01, .1), 1e-6);
  EXPECT_NEAR(matrix.index({0, 1}).item<double>(), ByHand(-2, gradients, .01, .1), 1e-6);
  EXPECT_NEAR(gain.item<double>(), ByHand(3, gradients, .01, 0), 1e-6);  // vectors are not decayed
}

TEST(AdamW, ClipsTheJointNorm) {
  Tensor a = Parameter({0, 0}, {2}), b = Parameter({0}, {1}), unused = Parameter({0}, {1});
  AdamW optimiser({{"a", a}, {"b", b}, {"unused", unused}}, 0);
  (a.index({0}) * 2 + b.index({0}) * 1.5).backward();
  EXPECT_DOUBLE_EQ(optimiser.Clip(10), 2.5);  // within the bound: as it was
  EXPECT_FLOAT_EQ(a.grad().index({0}).item<float>(), 2.0f);
  EXPECT_DOUBLE_EQ(optimiser.Clip(1), 2.5);
  optimiser.Step(1, 0.1);
  // The moments are those of gradients 0.8 and 0.6.
  model::ModelFile file;
  optimiser.Store(&file);
  EXPECT_FLOAT_EQ(file.tensors.at("mean:a").values[0], 0.08f);
  EXPECT_FLOAT_EQ(file.tensors.at("mean:b").values[0], 0.06f);
  EXPECT_FLOAT_EQ(file.tensors.at("square:a").values[0], 0.02f * 0.64f);
  // A new gradient is not clipped unless asked for.
  optimiser.ZeroGradients();
  (b.index({0}) * 4).backward();
  optimiser.Step(2, 0.1);
  optimiser.Store(&file);
  EXPECT_FLOAT_EQ(file.tensors.at("mean:b").values[0], 0.9f * 0.06f + 0.1f * 4);
}

TEST(AdamW, GoesOnFromStoredMoments) {
  std::vector<Tensor> ends;
  for (const bool broken : {false, true}) {
    Tensor a = Parameter({1, 2, 3, 4}, {2, 2});
    AdamW first({{"a", a}}, 0.1);
    AdamW second({{"a", a}}, 0.1);
    (a.square().sum()).backward();
    first.Step(1, 0.1);
    AdamW* next = &first;
    if (broken) {
      model::ModelFile file;
      first.Store(&file);
      EXPECT_EQ(file.tensors.size(), 2u);
      ASSERT_TRUE(second.Load(&file).ok());
      EXPECT_TRUE(file.tensors.empty());
      next = &second;
    }
    next->ZeroGradients();
    a.sum().backward();
    next->Step(2, 0.1);
    ends.push_back(a.detach().clone());
  }
  EXPECT_TRUE(torch::equal(ends[0], ends[1]));
}

TEST(AdamW, RefusesMomentsOfAnotherShape) {
  Tensor a = Parameter({1, 2}, {2});
  AdamW optimiser({{"a", a}}, 0);
  model::ModelFile file;
  file.tensors["mean:a"] = {{3}, {0, 0, 0}, {}};
  EXPECT_EQ(optimiser.Load(&file).message(), "the checkpoint lacks mean:a");
}

}  // namespace
}  // namespace ledgerline::learning
