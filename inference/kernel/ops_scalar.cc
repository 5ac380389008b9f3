// The scalar path: the definition of every operation, one element after the other. The other paths equal it bit for
// bit (tests/inference/kernel/ops_test.cc, tests/fuzz/kernel_fuzzer.cc).
#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "inference/kernel/attention_job.h"
#include "inference/kernel/exact_exp.h"
#include "inference/kernel/ops.h"

namespace ledgerline::kernel {
namespace {

// Round to nearest, ties to even: the unit is held in that mode (ExactFloats).
int32_t Nearest(float x) { return static_cast<int32_t>(std::nearbyint(x)); }

// The sum of the 16 lanes.
float Tree(float (&lanes)[kLanes]) {
  for (size_t half = kLanes / 2; half > 0; half /= 2) {
    for (size_t i = 0; i < half; ++i) lanes[i] = lanes[i] + lanes[i + half];
  }
  return lanes[0];
}

void Quantise(const float* x, size_t n, int8_t* codes, float* scale, int32_t* sum) {
  // As integers, the magnitudes of floats are in their order.
  uint32_t bits = 0;
  for (size_t i = 0; i < n; ++i) bits = std::max(bits, std::bit_cast<uint32_t>(x[i]) & 0x7fffffffu);
  const float largest = std::bit_cast<float>(bits);
  *scale = 0;
  *sum = 0;
  if (!(largest >= kTiniest && largest < kHugest)) {
    std::fill(codes, codes + n, int8_t{0});
    return;
  }
  const float inverse = 127.0f / largest;
  *scale = largest / 127.0f;
  for (size_t i = 0; i < n; ++i) {
    codes[i] = static_cast<int8_t>(Nearest(x[i] * inverse));
    *sum += codes[i];
  }
}

void RmsNorm(const float* x, const float* gain, size_t n, float* y) {
  float lanes[kLanes] = {};
  for (size_t i = 0; i < RoundUp(n, kLanes); ++i) lanes[i % kLanes] = std::fma(x[i], x[i], lanes[i % kLanes]);
  const float mean = Tree(lanes) * (1.0f / static_cast<float>(n));
  const float factor = 1.0f / std::sqrt(mean + 1e-5f);
  for (size_t i = 0; i < RoundUp(n, kLanes); ++i) y[i] = (x[i] * factor) * gain[i];
}

void SiluGate(const float* gate, const float* up, size_t n, float* y) {
  for (size_t i = 0; i < n; ++i) y[i] = (gate[i] / (1.0f + Exp(-gate[i]))) * up[i];
}

void Rotate(float* x, const float* cosines, const float* sines, size_t half) {
  for (size_t i = 0; i < half; ++i) {
    const float a = x[i], b = x[i + half];
    x[i] = std::fma(a, cosines[i], -(b * sines[i]));
    x[i + half] = std::fma(b, cosines[i], a * sines[i]);
  }
}

void Spread(const int8_t* codes, size_t n, int8_t* to) {
  for (size_t i = 0; i < n; ++i) to[i * 4] = codes[i];
}

void AddRows(const float* const* rows, size_t count, size_t n, float* x) {
  for (size_t r = 0; r < count; ++r) {
    for (size_t i = 0; i < n; ++i) x[i] = x[i] + rows[r][i];
  }
}

// The dot product of a row of codes and output n of the tiles, exact.
int32_t Dot(const uint8_t* tiles, size_t inputs, size_t n, const int8_t* codes) {
  const uint8_t* at = tiles + n / kTile * kTile * inputs + n % kTile * 4;
  int32_t sum = 0;
  for (size_t k = 0; k < inputs; ++k) {
    sum += static_cast<int32_t>(static_cast<int8_t>(at[k / 4 * 256 + k % 4])) * static_cast<int32_t>(codes[k]);
  }
  return sum;
}

void LinearInt8(const Int8Weights& weights, const Int8Rows& x, float* y, size_t stride, Write write) {
  for (size_t r = 0; r < x.rows; ++r) {
    for (size_t n = 0; n < weights.outputs; ++n) {
      const auto sum = static_cast<float>(Dot(weights.codes, weights.inputs, n, x.codes + r * weights.inputs));
      const float scale = x.scales[r] * weights.scales[n];
      float& out = y[r * stride + n];
      out = write == Write::kSet ? sum * scale : std::fma(sum, scale, out);
    }
  }
}

// The chain of output n of float tiles.
float Chain(const float* tiles, size_t inputs, size_t n, const float* x) {
  const float* at = tiles + n / kFloatTile * kFloatTile * inputs + n % kFloatTile;
  float sum = 0;
  for (size_t k = 0; k < inputs; ++k) sum = std::fma(x[k], at[k * kFloatTile], sum);
  return sum;
}

void LinearFloat(const FloatWeights& weights, const float* x, size_t x_stride, size_t rows, float* y, size_t stride,
                 Write write) {
  for (size_t r = 0; r < rows; ++r) {
    for (size_t n = 0; n < weights.outputs; ++n) {
      const float sum = Chain(weights.values, weights.inputs, n, x + r * x_stride);
      float& out = y[r * stride + n];
      out = write == Write::kSet ? sum : out + sum;
    }
  }
}

// Softmax without the division: scores become exp(score - highest); returns their sum.
float Exponentials(float* scores, size_t length) {
  float highest = scores[0];
  for (size_t t = 1; t < length; ++t) highest = std::max(highest, scores[t]);
  float lanes[kLanes] = {};
  for (size_t t = 0; t < length; ++t) {
    scores[t] = Exp(scores[t] - highest);
    lanes[t % kLanes] = lanes[t % kLanes] + scores[t];
  }
  return Tree(lanes);
}

void AttendToInt8(const AttentionJob& job) {
  for (size_t query = 0; query < job.QueryCount(); ++query) {
    const size_t length = job.RowOf(query).length, head = job.head;
    auto page_of = [&](size_t t) {
      return Int8Page::At(job.RowOf(query).pages[t / kPagePositions] + job.offset, head);
    };
    const int32_t levels = ShareLevels(length);
    float query_scale = 0;
    int32_t query_sum = 0;
    int8_t* codes = job.scratch->codes.data();
    Quantise(job.QueryAt(query), head, codes, &query_scale, &query_sum);
    query_scale = query_scale * job.scale;
    float* scores = job.scratch->scores.data();
    for (size_t t = 0; t < length; ++t) {
      const Int8Page page = page_of(t);
      const uint8_t* key = page.keys + t % kPagePositions / 16 * 16 * head + t % 16 * 4;
      int32_t sum = 0;
      for (size_t k = 0; k < head; ++k) {
        sum += static_cast<int32_t>(static_cast<int8_t>(key[k / 4 * 64 + k % 4])) * static_cast<int32_t>(codes[k]);
      }
      const auto dot = static_cast<float>(sum);
      scores[t] = dot * (query_scale * page.key_scales[t % kPagePositions]);
    }
    const float total = Exponentials(scores, length);
    // The values' scales go into the shares, which are then rounded to integers of a common unit.
    float largest = 0;
    for (size_t t = 0; t < length; ++t) {
      scores[t] = scores[t] * page_of(t).value_scales[t % kPagePositions];
      largest = std::max(largest, scores[t]);
    }
    const bool any = largest >= kTiniest;
    const float inverse = any ? static_cast<float>(levels) / largest : 0.0f;
    int16_t* shares = job.scratch->shares.data();
    for (size_t t = 0; t < length; ++t) shares[t] = static_cast<int16_t>(Nearest(scores[t] * inverse));
    const float unit = any ? (largest / static_cast<float>(levels)) / total : 0.0f;
    for (size_t i = 0; i < head; ++i) {
      int32_t sum = 0;
      for (size_t t = 0; t < length; ++t) {
        const size_t within = t % kPagePositions;
        const int8_t value = page_of(t).values[within / 4 * 4 * head + i * 4 + within % 4];
        sum += static_cast<int32_t>(shares[t]) * static_cast<int32_t>(value);
      }
      job.OutAt(query)[i] = static_cast<float>(sum) * unit;
    }
  }
}

void AttendToFloat(const AttentionJob& job) {
  for (size_t query = 0; query < job.QueryCount(); ++query) {
    const size_t length = job.RowOf(query).length, head = job.head;
    auto page_of = [&](size_t t) {
      return FloatPage::At(job.RowOf(query).pages[t / kPagePositions] + job.offset, head);
    };
    float* scores = job.scratch->scores.data();
    for (size_t t = 0; t < length; ++t) {
      scores[t] = Chain(page_of(t).keys, head, t % kPagePositions, job.QueryAt(query)) * job.scale;
    }
    const float total = Exponentials(scores, length);
    for (size_t i = 0; i < head; ++i) {
      float sum = 0;
      for (size_t t = 0; t < length; ++t) {
        sum = std::fma(scores[t], page_of(t).values[t % kPagePositions * head + i], sum);
      }
      job.OutAt(query)[i] = (sum + 0.0f) / total;  // there is one zero
    }
  }
}

}  // namespace

namespace internal {

const Ops& ScalarOps() {
  static constexpr Ops kOps = {Path::kScalar, "scalar", 0,          Quantise,    RmsNorm,      SiluGate,     Rotate,
                               Spread,        AddRows,  LinearInt8, LinearFloat, AttendToInt8, AttendToFloat};
  return kOps;
}

}  // namespace internal
}  // namespace ledgerline::kernel
