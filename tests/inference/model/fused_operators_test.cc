// Every fused operator against its formula in float64: values and gradients, on every path of this processor.
#include "inference/model/fused_operators.h"

#include <gtest/gtest.h>

#include <cmath>

#include "inference/model/fused_kernels.h"

namespace ledgerline::model {
namespace {

using torch::Tensor;

// The largest difference, against the largest value.
double Apart(const Tensor& a, const Tensor& b) {
  const Tensor x = a.detach().to(torch::kFloat64), y = b.detach().to(torch::kFloat64);
  return (x - y).abs().max().item<double>() / std::max(1e-6, y.abs().max().item<double>());
}

using Function = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;

// Outputs and gradients of a weighted sum of them, from inputs of one type. The first weight is not 0: a loss has but
// one.
std::vector<Tensor> ValuesAndGradients(const Function& f, const std::vector<Tensor>& inputs, torch::ScalarType type) {
  std::vector<Tensor> leaves, all;
  for (const Tensor& input : inputs) leaves.push_back(input.detach().to(type).set_requires_grad(true));
  Tensor sum = torch::zeros({}, torch::kFloat64);
  for (const Tensor& output : f(leaves)) {
    all.push_back(output);
    const Tensor weights =
        torch::sin(torch::arange(output.numel(), torch::kFloat64) * 1.7 + 0.4).reshape(output.sizes());
    sum = sum + (output.to(torch::kFloat64) * weights).sum();
  }
  sum.backward();
  for (const Tensor& leaf : leaves) all.push_back(leaf.grad());
  return all;
}

void Compare(const Function& f, const std::vector<Tensor>& inputs, double bound = 2e-5) {
  const std::vector<Tensor> fused = ValuesAndGradients(f, inputs, torch::kFloat32),
                            formula = ValuesAndGradients(f, inputs, torch::kFloat64);
  ASSERT_EQ(fused.size(), formula.size());
  for (size_t i = 0; i < fused.size(); ++i) {
    ASSERT_EQ(fused[i].scalar_type(), torch::kFloat32);
    EXPECT_LT(Apart(fused[i], formula[i]), bound) << i;
  }
}

Tensor Random(at::IntArrayRef shape) { return torch::randn(shape); }

class FusedOperators : public testing::TestWithParam<int> {
 protected:
  FusedOperators() {
    torch::manual_seed(3);
    at::set_num_threads(GetParam());
  }
  ~FusedOperators() override { at::set_num_threads(1); }
};
INSTANTIATE_TEST_SUITE_P(Threads, FusedOperators, testing::Values(1, 2));

TEST_P(FusedOperators, Norms) {
  for (const int64_t width : {8, 40, 256}) {
    Compare([](const auto& in) { return std::vector<Tensor>{RmsNorm(in[0], in[1], false)}; },
            {Random({2, 37, width}), Random({width})});
    Compare(
        [](const auto& in) {
          const auto [sum, normed] = AddAndNorm(in[0], in[1], in[2], false);
          return std::vector<Tensor>{sum, normed};
        },
        {Random({2, 37, width}), Random({2, 37, width}), Random({width})});
    // Rows so small that the term beside the mean square decides.
    Compare([](const auto& in) { return std::vector<Tensor>{RmsNorm(in[0], in[1], false)}; },
            {Random({3, width}) * 1e-3, Random({width})});
    // Of the norm alone, and of the sum alone.
    Compare([](const auto& in) { return std::vector<Tensor>{AddAndNorm(in[0], in[1], in[2], false).second}; },
            {Random({5, width}), Random({5, width}), Random({width})});
    Compare([](const auto& in) { return std::vector<Tensor>{AddAndNorm(in[0], in[1], in[1][0], false).first}; },
            {Random({5, width}), Random({5, width})});
  }
}

TEST_P(FusedOperators, Gates) {
  for (const int64_t width : {3, 24, 704}) {
    Compare([](const auto& in) { return std::vector<Tensor>{GateHalves(in[0])}; }, {Random({41, 2 * width}) * 4});
    // Gates whose exponentials no float holds.
    Compare([](const auto& in) { return std::vector<Tensor>{GateHalves(in[0])}; }, {Random({41, 2 * width}) * 400});
  }
}

TEST_P(FusedOperators, Attention) {
  struct Case {
    int64_t batch, length, heads, stored, head;
  };
  for (const Case c :
       {Case{2, 1, 2, 1, 4}, {1, 16, 4, 4, 16}, {2, 77, 4, 2, 12}, {1, 193, 4, 2, 64}, {3, 49, 3, 1, 18}}) {
    const Tensor angle = torch::arange(c.length, torch::kFloat64).unsqueeze(1) *
                         torch::arange(1, c.head / 2 + 1, torch::kFloat64) * 0.11;
    const Tensor cosine = torch::cos(angle), sine = torch::sin(angle);
    Compare(
        [&](const auto& in) {
          const auto type = in[0].scalar_type();
          return std::vector<Tensor>{CausalAttention(in[0], cosine.to(type), sine.to(type), c.heads, c.stored)};
        },
        {Random({c.batch, c.length, (c.heads + 2 * c.stored) * c.head}) * 2});
  }
}

// Scores whose exponentials no float holds, near each other: only their distance counts.
TEST_P(FusedOperators, AttentionOfLargeScores) {
  const Tensor ones = torch::ones({53, 8}, torch::kFloat64), zeros = torch::zeros({53, 8}, torch::kFloat64);
  Compare(
      [&](const auto& in) {
        const auto type = in[0].scalar_type();
        return std::vector<Tensor>{CausalAttention(in[0], ones.to(type), zeros.to(type), 2, 1)};
      },
      {Random({1, 53, 4 * 16}) * 0.1 + 6.0}, 5e-4);  // scores of 144
}

TEST_P(FusedOperators, TablesAndRows) {
  const Tensor indices = torch::randint(0, 9, {70, 3}, torch::kInt64), rows = torch::tensor({0, 3, 4, 60, 69});
  Compare([&](const auto& in) { return std::vector<Tensor>{LookupSum(in[0], indices)}; }, {Random({9, 100})});
  Compare(
      [&](const auto& in) {
        return std::vector<Tensor>{SumOfRows({{in[0], indices.select(1, 0)}, {in[1], indices.select(1, 1)}})};
      },
      {Random({9, 33}), Random({9, 33})});
  Compare([&](const auto& in) { return std::vector<Tensor>{ChosenRows(in[0], rows)}; }, {Random({70, 33})});
  EXPECT_THROW(LookupSum(Random({8, 4}), torch::full({1, 1}, 8, torch::kInt64)), c10::Error);
}

TEST_P(FusedOperators, LossOfRanges) {
  const int64_t rows = 50, width = 40, symbols = 21;
  LogitRanges ranges;
  ranges.symbols = symbols;
  Tensor mix = torch::zeros({rows, width, symbols}, torch::kFloat64);  // logits = out * mix
  for (int64_t n = 0; n < rows; ++n) {
    const auto add = [&](int64_t to, int64_t from, int64_t count, int64_t step) {
      ranges.Add(to, from, count, step);
      for (int64_t k = 0; k < count; ++k) mix[n][from + k * step][to + k] += 1;
    };
    add(0, 0, symbols, 1);
    if (n % 3 == 0) add(n % 10, symbols + n % 5, 7, 1);
    if (n % 2 == 0) add(n % 15, 39, 6, 0);
    if (n % 4 == 0) add(n % 7, 39, 5, 0), add(2, 38, 2, 1);  // one column in several ranges
    add(0, 30, 0, 1);                                        // nothing
    ranges.EndRow();
  }
  const Tensor targets = torch::randint(0, symbols, {rows}, torch::kInt64);
  Compare(
      [&](const auto& in) {
        if (in[0].scalar_type() == torch::kFloat32)
          return std::vector<Tensor>{RangesLoss(in[0], ranges, targets) * 0.5};
        const Tensor logits = torch::matmul(in[0].unsqueeze(1), mix).squeeze(1);
        return std::vector<Tensor>{torch::nll_loss(torch::log_softmax(logits, 1), targets, {}, at::Reduction::Sum) *
                                   0.5};
      },
      {Random({rows, width}) * 3});
  // Logits whose exponentials no float holds.
  const Tensor high = (Random({rows, width}) + 300).requires_grad_();
  const Tensor logits = torch::matmul(high.detach().to(torch::kFloat64).unsqueeze(1), mix).squeeze(1);
  const double expected =
      torch::nll_loss(torch::log_softmax(logits, 1), targets, {}, at::Reduction::Sum).item<double>();
  const Tensor loss = RangesLoss(high, ranges, targets);
  EXPECT_NEAR(loss.item<double>(), expected, 1e-4 * expected);
  loss.backward();
  const Tensor probabilities = torch::softmax(logits, 1) - torch::one_hot(targets, symbols);
  EXPECT_LT(Apart(high.grad(), torch::matmul(mix, probabilities.unsqueeze(2)).squeeze(2)), 1e-3);
}

TEST(FusedOperatorsUse, LossesHaveRoomForSoManySymbolsAndColumns) {
  const Tensor targets = torch::zeros({1}, torch::kInt64);
  const auto loss = [&](int64_t width, int64_t symbols) {
    LogitRanges ranges;
    ranges.symbols = symbols;
    ranges.Add(0, 0, 1, 0);
    ranges.EndRow();
    return RangesLoss(torch::zeros({1, width}), ranges, targets).item<double>();
  };
  EXPECT_NEAR(loss(kLossSymbolsMax, kLossSymbolsMax), std::log(kLossSymbolsMax), 1e-4);
  EXPECT_THROW(loss(kLossSymbolsMax + 1, 2), c10::Error);
  EXPECT_THROW(loss(2, kLossSymbolsMax + 1), c10::Error);
}

TEST_P(FusedOperators, Bfloat16IsRoundedFromTheSameNumbers) {
  const Tensor x = (Random({1, 65, 8 * 16})).to(torch::kBFloat16);
  const Tensor angle = torch::arange(65).unsqueeze(1) * torch::arange(1, 9) * 0.1f;
  const auto check = [&](const Function& f, const std::vector<Tensor>& inputs) {
    const std::vector<Tensor> half = ValuesAndGradients(f, inputs, torch::kBFloat16),
                              single = ValuesAndGradients(f, inputs, torch::kFloat32);
    for (size_t i = 0; i < half.size(); ++i) {
      EXPECT_EQ(half[i].scalar_type(), torch::kBFloat16);
      EXPECT_LT(Apart(half[i], single[i]), 0.02) << i;
      EXPECT_GT(Apart(half[i], single[i]), 0);
    }
  };
  check([&](const auto& in) { return std::vector<Tensor>{GateHalves(in[0])}; }, {x});
  check([&](const auto& in) { return std::vector<Tensor>{CausalAttention(in[0], angle.cos(), angle.sin(), 4, 2)}; },
        {x});
  const Tensor row = Random({3, 50}), gain = torch::ones({50}).set_requires_grad(true);
  const Tensor normed = RmsNorm(row, gain, true);
  EXPECT_TRUE(normed.equal(RmsNorm(row, gain, false).to(torch::kBFloat16)));
}

// What was added in bfloat16 gets the gradient of the sum, rounded as LibTorch rounds: ties to even, every second value
// here. The norm's own gradient is 0.
TEST_P(FusedOperators, WhatWasAddedInBfloat16GetsItsGradient) {
  const Tensor given = 1 + torch::arange(74 * 24).reshape({74, 24}) * (1.0f / 256);
  const Tensor x = Random({74, 24}).requires_grad_(), gain = torch::ones({24});
  const Tensor added = Random({74, 24}).to(torch::kBFloat16).requires_grad_();
  const auto [sum, normed] = AddAndNorm(x, added, gain, false);
  ((sum * given).sum() + (normed * 0).sum()).backward();
  EXPECT_TRUE(x.grad().equal(given));
  EXPECT_EQ(added.grad().scalar_type(), torch::kBFloat16);
  EXPECT_TRUE(added.grad().equal(given.to(torch::kBFloat16)));
}

TEST(FusedOperatorsUse, OnlyForTraining) {
  const Tensor x = Random({2, 8});
  EXPECT_TRUE(Fused(x));
  EXPECT_FALSE(Fused(x.to(torch::kFloat64)));
  const torch::NoGradGuard no_grad;
  EXPECT_FALSE(Fused(x));
}

// The paths are called straight: the operators use the best one.
TEST(FusedKernelPaths, AgreeOnAttentionNormsAndSteps) {
  std::vector<const FusedKernels*> paths = {&internal::PlainFusedKernels()};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) paths.push_back(&internal::Avx2FusedKernels());
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq")) {
    paths.push_back(&internal::Avx512FusedKernels());
  }
#endif
  torch::manual_seed(1);
  const AttentionShape shape{70, 2, 1, 10};
  const Tensor x = Random({70, 40}), angle = Random({70, 5}), gradient = Random({70, 20});
  const Tensor cosine = angle.cos(), sine = angle.sin();
  std::vector<Tensor> outs, gradients, parameters;
  for (const FusedKernels* path : paths) {
    std::vector<float> room(static_cast<size_t>(path->attention_room(shape, true)));
    Tensor out = torch::zeros({70, 20}), logsums = torch::zeros({2, 70}), d_x = torch::zeros({70, 40});
    path->attention(shape, 0, x.data_ptr(), false, cosine.data_ptr<float>(), sine.data_ptr<float>(), out.data_ptr(),
                    logsums.data_ptr<float>(), room.data());
    path->attention_backward(shape, 0, x.data_ptr(), false, cosine.data_ptr<float>(), sine.data_ptr<float>(),
                             logsums.data_ptr<float>(), gradient.data_ptr(), d_x.data_ptr(), room.data());
    Tensor parameter = torch::ones({99}), mean = torch::zeros({99}), square = torch::zeros({99});
    path->adam(parameter.data_ptr<float>(), x.data_ptr<float>(), mean.data_ptr<float>(), square.data_ptr<float>(), 99,
               0.5f, 0.99f, 0.1f, 50.0f);
    EXPECT_NEAR(path->squares(x.data_ptr<float>(), x.numel()), x.to(torch::kFloat64).square().sum().item<double>(),
                1e-2);
    const std::vector<float> ones(9001, 1.0f);
    for (const int64_t count : {1, 4095, 4096, 4097, 9001}) {  // sums are of blocks of 4096
      EXPECT_EQ(path->squares(ones.data(), count), static_cast<double>(count)) << path->name;
    }
    outs.push_back(out), gradients.push_back(d_x), parameters.push_back(parameter);
    EXPECT_LT(Apart(out, outs[0]), 1e-5) << path->name;
    EXPECT_LT(Apart(d_x, gradients[0]), 1e-5) << path->name;
    EXPECT_LT(Apart(parameter, parameters[0]), 1e-5) << path->name;
    for (const int64_t i : {0, 50, 98}) {  // by hand: the optimiser's test has one path alone
      const double g = 0.5 * x.flatten()[i].item<double>();
      EXPECT_NEAR(mean[i].item<double>(), 0.1 * g, 1e-6) << path->name;
      EXPECT_NEAR(square[i].item<double>(), 0.02 * g * g, 1e-6) << path->name;
      EXPECT_NEAR(parameter[i].item<double>(), 0.99 - 0.1 * (0.1 * g) / std::sqrt(50.0 * 0.02 * g * g), 1e-5);
    }
  }
}

}  // namespace
}  // namespace ledgerline::model
