// VectorRows: what is done to one row of activations, sixteen elements at once: sums over the fixed tree, the
// exponential, quantising, norms, gates, rotation. ops_scalar.cc defines each.
#ifndef LEDGERLINE_INFERENCE_KERNEL_VECTOR_ROWS_H_
#define LEDGERLINE_INFERENCE_KERNEL_VECTOR_ROWS_H_

#include <bit>
#include <cmath>

#include "inference/kernel/exact_exp.h"
#include "inference/kernel/ops.h"
#include "inference/kernel/unrolled.h"

namespace ledgerline::kernel {
namespace {  // one copy for each unit, see ops_vector.h

template <class V>
struct VectorRows {
  using Floats = typename V::Floats;
  using Ints = typename V::Ints;

  // The exponentials of N vectors, one step of all before the next: one alone is a chain of fourteen operations, and
  // the processor does not look far enough ahead to fill its waiting.
  template <int N>
  LEDGERLINE_INLINE static void Exponentials(Floats (&x)[N]) {
    Floats shifted[N], p[N];
    Each<N>([&](auto i) LEDGERLINE_INLINE { x[i] = V::Highest(x[i], V::Set(kExpLowest)); });
    Each<N>([&](auto i) LEDGERLINE_INLINE { x[i] = V::Lowest(x[i], V::Set(kExpHighest)); });
    Each<N>([&](auto i) LEDGERLINE_INLINE { shifted[i] = V::Fused(x[i], V::Set(kLog2E), V::Set(kRounder)); });
    Each<N>([&](auto i) LEDGERLINE_INLINE { p[i] = V::Subtract(shifted[i], V::Set(kRounder)); });
    Each<N>([&](auto i) LEDGERLINE_INLINE { x[i] = V::Fused(p[i], V::Set(-kLn2High), x[i]); });
    Each<N>([&](auto i) LEDGERLINE_INLINE { x[i] = V::Fused(p[i], V::Set(-kLn2Low), x[i]); });
    Each<N>([&](auto i) LEDGERLINE_INLINE { p[i] = V::Fused(V::Set(kExpTerms[0]), x[i], V::Set(kExpTerms[1])); });
    Each<static_cast<int>(kExpTerms.size()) - 2>([&](auto term) LEDGERLINE_INLINE {
      Each<N>([&](auto i) LEDGERLINE_INLINE { p[i] = V::Fused(p[i], x[i], V::Set(kExpTerms[term + 2])); });
    });
    Each<N>([&](auto i) LEDGERLINE_INLINE { p[i] = V::Fused(p[i], x[i], V::Set(1.0f)); });
    Each<N>([&](auto i) LEDGERLINE_INLINE { x[i] = V::ScaledByPower(p[i], shifted[i]); });
  }

  static void Quantise(const float* x, size_t n, int8_t* codes, float* scale, int32_t* sum) {
    constexpr size_t kFour = 4 * kLanes;  // a loop's end costs as much as some vectors: rows are short
    size_t i = 0;
    Ints bits[2] = {V::ZeroInts(), V::ZeroInts()};
    for (; i + kFour <= n; i += kFour) {
      Each<4>([&](auto b) LEDGERLINE_INLINE {
        bits[b % 2] = V::HighestInts(bits[b % 2], V::Magnitude(V::Load(x + i + b * kLanes)));
      });
    }
    for (; i < n; i += kLanes) bits[0] = V::HighestInts(bits[0], V::Magnitude(V::Load(x + i)));
    const float largest = std::bit_cast<float>(V::LargestInt(V::HighestInts(bits[0], bits[1])));
    if (!(largest >= kTiniest && largest < kHugest)) {
      *scale = 0;
      *sum = 0;
      for (i = 0; i < n; ++i) codes[i] = 0;
      return;
    }
    const Floats inverse = V::Set(127.0f / largest);
    *scale = largest / 127.0f;
    Ints sums = V::ZeroInts();
    for (i = 0; i + kFour <= n; i += kFour) {
      Ints rounded[4];
      Each<4>([&](auto b)
                  LEDGERLINE_INLINE { rounded[b] = V::ToInts(V::Multiply(V::Load(x + i + b * kLanes), inverse)); });
      sums = V::StoreFour(codes + i, rounded, sums);
    }
    for (; i < n; i += kLanes) {
      const Ints rounded = V::ToInts(V::Multiply(V::Load(x + i), inverse));
      sums = V::AddInts(sums, rounded);
      V::StoreBytes(codes + i, rounded);
    }
    *sum = V::Sum(sums);
  }

  static void RmsNorm(const float* x, const float* gain, size_t n, float* y) {
    const size_t padded = RoundUp(n, kLanes);
    Floats sums = V::Set(0);
    for (size_t i = 0; i < padded; i += kLanes) sums = V::Fused(V::Load(x + i), V::Load(x + i), sums);
    const float mean = V::Tree(sums) * (1.0f / static_cast<float>(n));
    const Floats factor = V::Set(1.0f / std::sqrt(mean + 1e-5f));
    for (size_t i = 0; i < padded; i += kLanes) {
      V::Store(y + i, V::Multiply(V::Multiply(V::Load(x + i), factor), V::Load(gain + i)));
    }
  }

  static void SiluGate(const float* gate, const float* up, size_t n, float* y) {
    size_t i = 0;
    for (; i + 4 * kLanes <= n; i += 4 * kLanes) GateBlocks<4>(gate + i, up + i, y + i);
    for (; i < n; i += kLanes) GateBlocks<1>(gate + i, up + i, y + i);
  }
  template <int N>
  LEDGERLINE_INLINE static void GateBlocks(const float* gate, const float* up, float* y) {
    Floats e[N];
    Each<N>([&](auto i) LEDGERLINE_INLINE { e[i] = V::Multiply(V::Load(gate + i * kLanes), V::Set(-1.0f)); });
    Exponentials<N>(e);
    Each<N>([&](auto i) LEDGERLINE_INLINE {
      const Floats gated = V::Divide(V::Load(gate + i * kLanes), V::Add(V::Set(1.0f), e[i]));
      V::Store(y + i * kLanes, V::Multiply(gated, V::Load(up + i * kLanes)));
    });
  }

  static void AddRows(const float* const* rows, size_t count, size_t n, float* x) {
    size_t i = 0;
    for (; i + 4 * kLanes <= n; i += 4 * kLanes) AddBlocks<4>(rows, count, i, x);
    for (; i + kLanes <= n; i += kLanes) AddBlocks<1>(rows, count, i, x);
    for (; i < n; ++i) {
      for (size_t r = 0; r < count; ++r) x[i] = x[i] + rows[r][i];
    }
  }
  template <int N>
  LEDGERLINE_INLINE static void AddBlocks(const float* const* rows, size_t count, size_t at, float* x) {
    Floats sums[N];
    Each<N>([&](auto b) LEDGERLINE_INLINE { sums[b] = V::Load(x + at + b * kLanes); });
    for (size_t r = 0; r < count; ++r) {
      const float* row = rows[r] + at;
      Each<N>([&](auto b) LEDGERLINE_INLINE { sums[b] = V::Add(sums[b], V::Load(row + b * kLanes)); });
    }
    Each<N>([&](auto b) LEDGERLINE_INLINE { V::Store(x + at + b * kLanes, sums[b]); });
  }

  static void Rotate(float* x, const float* cosines, const float* sines, size_t half) {
    size_t i = 0;
    for (; i + kLanes <= half; i += kLanes) {
      const Floats a = V::Load(x + i), b = V::Load(x + i + half), c = V::Load(cosines + i), s = V::Load(sines + i);
      V::Store(x + i, V::Fused(a, c, V::Multiply(V::Multiply(b, s), V::Set(-1.0f))));
      V::Store(x + i + half, V::Fused(b, c, V::Multiply(a, s)));
    }
    for (; i < half; ++i) {
      const float a = x[i], b = x[i + half];
      x[i] = std::fma(a, cosines[i], -(b * sines[i]));
      x[i + half] = std::fma(b, cosines[i], a * sines[i]);
    }
  }
};

}  // namespace
}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_VECTOR_ROWS_H_
