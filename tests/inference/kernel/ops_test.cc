// Every path of the kernel equals the scalar one bit for bit, and the scalar one is what the mathematics says.
#include "inference/kernel/ops.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "inference/kernel/attention_job.h"
#include "inference/kernel/exact_exp.h"
#include "tests/inference/kernel/path_comparison.h"
#include "tests/inference/kernel/random_numbers.h"

namespace ledgerline::kernel {
namespace {

std::vector<const Ops*> VectorPaths() {
  std::vector<const Ops*> paths;
  for (const Path path : {Path::kAvx2, Path::kAvx512}) {
    if (const Result<const Ops*> ops = OpsOf(path); ops.ok()) paths.push_back(*ops);
  }
  return paths;
}

const Ops& Truth() { return **OpsOf(Path::kScalar); }

// Numbers of every kind that a float holds, the finite ones bounded so that products stay finite.
float Adversarial(model::CounterRandom* random) {
  switch (random->Below(12)) {
    case 0:
      return 0.0f;
    case 1:
      return -0.0f;
    case 2:
      return 1e-40f;  // denormal
    case 3:
      return -1e-30f;
    case 4:
      return 1e15f;
    case 5:
      return -3e14f;
    case 6:
      return 127.0f;
    case 7:
      return 0.5f;
    case 8:
      return -126.5f;
    default:
      return Bell(random) * 3.0f;
  }
}

TEST(KernelOps, EveryPathEqualsTheScalarOneOnRandomNumbers) {
  for (const Ops* path : VectorPaths()) {
    model::CounterRandom random(1, 1);
    PathComparison compare(Truth(), *path, [&] { return Bell(&random); });
    for (const size_t n : {4, 16, 20, 48, 64, 100, 176, 256, 1376}) EXPECT_EQ(compare.Rows(n), "");
    for (const Precision precision : {Precision::kInt8, Precision::kFloat}) {
      for (const size_t rows : {1, 2, 3, 5, 6, 7, 11, 12, 13, 16, 25}) {
        EXPECT_EQ(compare.Linear(precision, 65 + rows, 40, rows), "") << rows;
      }
      for (const auto& [outputs, inputs] : {std::pair<size_t, size_t>{1, 1}, {64, 256}, {200, 100}, {300, 704}}) {
        EXPECT_EQ(compare.Linear(precision, outputs, inputs, 1), "") << outputs << "x" << inputs;
        EXPECT_EQ(compare.Linear(precision, outputs, inputs, 4), "") << outputs << "x" << inputs;
      }
      for (const size_t length : {1, 2, 3, 15, 16, 17, 63, 64, 65, 129, 700}) {
        for (const size_t group : {1, 2, 3, 4, 7}) {
          EXPECT_EQ(compare.Attention(precision, length, 48, group), "") << length << " " << group;
        }
        EXPECT_EQ(compare.Attention(precision, length, 64, 4), "") << length;
        for (const size_t rows : {2, 5, 16}) {
          EXPECT_EQ(compare.Attention(precision, length, 32, 3, rows), "") << length << " " << rows;
        }
        EXPECT_EQ(compare.Attention(precision, length, 8, 18), "") << length;
      }
      for (const size_t prefix : {1, 63, 64, 65, 128, 200}) {
        for (const size_t group : {1, 2, 4}) {
          EXPECT_EQ(compare.Together(precision, prefix, {1, 1, 1, 1, 1, 1}, 48, group), "") << prefix << " " << group;
          EXPECT_EQ(compare.Together(precision, prefix, {1, 70, 3, 128, 64}, 64, group), "") << prefix << " " << group;
          EXPECT_EQ(compare.Together(precision, prefix, {9, 5, 65}, 64, group, 3), "") << prefix << " " << group;
        }
        EXPECT_EQ(compare.Together(precision, prefix, {0, 0, 7}, 32, 9), "") << prefix;
      }
    }
  }
}

TEST(KernelOps, EveryPathEqualsTheScalarOneOnAdversarialNumbers) {
  for (const Ops* path : VectorPaths()) {
    model::CounterRandom random(2, 2);
    PathComparison compare(Truth(), *path, [&] { return Adversarial(&random); });
    for (int repeat = 0; repeat < 20; ++repeat) {
      const size_t a = 1 + random.Below(100), b = 1 + random.Below(200), c = 1 + random.Below(20);
      EXPECT_EQ(compare.Rows(4 * a), "");
      for (const Precision precision : {Precision::kInt8, Precision::kFloat}) {
        EXPECT_EQ(compare.Linear(precision, a, b, c), "");
        EXPECT_EQ(compare.Attention(precision, b, 2 * (1 + a / 3), 1 + c / 2, 1 + a % 5), "");
        EXPECT_EQ(compare.Together(precision, b, {1, c, a, 1}, 2 * (1 + a / 3), 1 + c % 5), "");
      }
    }
    // Saturation: the largest codes of one sign everywhere, as many inputs as a matrix may have.
    PathComparison largest(Truth(), *path, [] { return 1.0f; });
    EXPECT_EQ(largest.Linear(Precision::kInt8, 2, kMaxInputs, 2), "");
    EXPECT_EQ(largest.Attention(Precision::kInt8, 8192, 16, 1), "");
    PathComparison negative(Truth(), *path, [] { return -1.0f; });
    EXPECT_EQ(negative.Linear(Precision::kInt8, 3, 4096, 7), "");
    // Rows that no number describes become zero, on every path.
    for (const float strange : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
      PathComparison odd(Truth(), *path, [&] { return random.Below(9) == 0 ? strange : Bell(&random); });
      EXPECT_EQ(odd.Linear(Precision::kInt8, 70, 33, 7), "");
    }
  }
}

TEST(KernelOps, TheExponentialIsGoodToTwoUlps) {
  for (int i = -8700; i <= 8800; ++i) {
    const float x = static_cast<float>(i) * 0.01f;
    const double expected = std::exp(static_cast<double>(x));
    EXPECT_NEAR(Exp(x) / expected, 1.0, 2.4e-7) << x;
  }
  EXPECT_EQ(Exp(0.0f), 1.0f);
  EXPECT_EQ(Exp(-0.0f), 1.0f);
  EXPECT_EQ(Exp(-1e30f), Exp(-87.0f));
}

// Every path would overflow alike: no comparison of paths tells.
TEST(KernelOps, SharesOfAttentionAreTheFinestWhoseSumStaysBelow32Bits) {
  EXPECT_EQ(ShareLevels(1), 32'767);
  for (const int64_t length : {516, 517, 1000, 8192}) {
    const int64_t levels = ShareLevels(static_cast<size_t>(length));
    EXPECT_LE(levels * 127 * length, 2'147'483'647) << length;
    EXPECT_TRUE(levels == 32'767 || (levels + 1) * 127 * length > 2'147'483'647) << length;
  }
}

TEST(KernelOps, TheScalarPathIsTheMathematics) {
  model::CounterRandom random(3, 3);
  const size_t outputs = 70, inputs = 100;
  const std::vector<float> weights = Bells(outputs * inputs, 0.1f, &random), values = Bells(inputs, 1.0f, &random);
  const AlignedArray<float> padded = [&] {
    AlignedArray<float> x(RoundUp(inputs, kLanes));
    std::copy(values.begin(), values.end(), x.data());
    return x;
  }();
  for (const auto& [precision, tolerance] : {std::pair{Precision::kFloat, 1e-5}, {Precision::kInt8, 0.05}}) {
    const Matrix matrix = Matrix::FromFloats(Truth(), precision, weights, outputs, inputs);
    Activations activations;
    activations.Prepare(Truth(), precision, padded.data(), padded.size(), 1, padded.size());
    AlignedArray<float> y(matrix.padded_outputs());
    matrix.Apply(Truth(), activations, y.data(), y.size(), Write::kSet);
    for (size_t n = 0; n < outputs; ++n) {
      double sum = 0;
      for (size_t k = 0; k < inputs; ++k) sum += static_cast<double>(weights[n * inputs + k]) * values[k];
      EXPECT_NEAR(y[n], sum, tolerance) << n;
    }
  }
}

TEST(KernelOps, AnUnknownPathIsRefused) {
  EXPECT_EQ(PathNamed("neon").status().message(), "kernel path \"neon\"; there are scalar, avx2 and avx512");
  EXPECT_EQ(*PathNamed("avx2"), Path::kAvx2);
  ASSERT_EQ(setenv("LEDGERLINE_KERNEL", "fast", 1), 0);
  EXPECT_EQ(ChooseOps().status().code(), StatusCode::kInvalidArgument);
  ASSERT_EQ(setenv("LEDGERLINE_KERNEL", "scalar", 1), 0);
  EXPECT_EQ((*ChooseOps())->path, Path::kScalar);
  ASSERT_EQ(unsetenv("LEDGERLINE_KERNEL"), 0);
  EXPECT_TRUE(ChooseOps().ok());
}

}  // namespace
}  // namespace ledgerline::kernel
