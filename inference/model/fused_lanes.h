// Lanes: a register of float32 values in the compiler's vector extension, for the units that build FusedKernels. Each
// such unit defines kLanes (values a register) and kTileVectors (registers side by side in a product) first, and is
// compiled for its own instructions; everything is in an unnamed namespace, so that no unit takes another's code.
#ifndef LEDGERLINE_INFERENCE_MODEL_FUSED_LANES_H_
#define LEDGERLINE_INFERENCE_MODEL_FUSED_LANES_H_

#include <cstdint>
#include <cstring>

namespace ledgerline::model {
namespace {

using Lanes = float __attribute__((vector_size(4 * kLanes)));
using IntLanes = int32_t __attribute__((vector_size(4 * kLanes)));
using WordLanes = uint32_t __attribute__((vector_size(4 * kLanes)));
using HalfLanes = uint16_t __attribute__((vector_size(2 * kLanes)));

struct Bfloat16 {
  uint16_t bits;
};

#define LEDGERLINE_INLINE inline __attribute__((always_inline))

LEDGERLINE_INLINE Lanes Splat(float value) { return value - Lanes{}; }

// The first `count` values; the others are 0.
LEDGERLINE_INLINE Lanes Load(const float* from, int64_t count = kLanes) {
  Lanes lanes{};
  if (count == kLanes)
    std::memcpy(&lanes, from, sizeof(lanes));
  else
    for (int64_t i = 0; i < count; ++i) lanes[i] = from[i];
  return lanes;
}
LEDGERLINE_INLINE Lanes Load(const Bfloat16* from, int64_t count = kLanes) {
  HalfLanes half{};
  if (count == kLanes)
    std::memcpy(&half, from, sizeof(half));
  else
    for (int64_t i = 0; i < count; ++i) half[i] = from[i].bits;
  return reinterpret_cast<Lanes>(__builtin_convertvector(half, WordLanes) << 16);
}
LEDGERLINE_INLINE void Store(Lanes lanes, float* to, int64_t count = kLanes) {
  if (count == kLanes)
    std::memcpy(to, &lanes, sizeof(lanes));
  else
    for (int64_t i = 0; i < count; ++i) to[i] = lanes[i];
}
LEDGERLINE_INLINE void Store(Lanes lanes, Bfloat16* to, int64_t count = kLanes) {
  const WordLanes words = reinterpret_cast<WordLanes>(lanes);
  const HalfLanes half = __builtin_convertvector((words + 0x7fffu + ((words >> 16) & 1u)) >> 16, HalfLanes);
  if (count == kLanes)
    std::memcpy(to, &half, sizeof(half));
  else
    for (int64_t i = 0; i < count; ++i) to[i].bits = half[i];
}

// Calls f(i, count) for all of [begin, end), kLanes at a time.
template <typename F>
LEDGERLINE_INLINE void ForLanes(int64_t begin, int64_t end, const F& f) {
  int64_t i = begin;
  for (; i + kLanes <= end; i += kLanes) f(i, int64_t{kLanes});
  if (i < end) f(i, end - i);
}

LEDGERLINE_INLINE float SumOf(Lanes lanes) {
  float sum = 0;
  for (int i = 0; i < kLanes; ++i) sum += lanes[i];
  return sum;
}
LEDGERLINE_INLINE Lanes Larger(Lanes a, Lanes b) { return a > b ? a : b; }

// e^x within 2 units in the last place, for x clamped to [-87, 88]: 2^n times a Taylor polynomial on [-ln 2 / 2, ln 2 /
// 2].
LEDGERLINE_INLINE Lanes Exp(Lanes x) {
  x = Larger(x, Splat(-87.0f));
  x = x < Splat(88.0f) ? x : Splat(88.0f);
  const Lanes shifted = x * 1.44269504f + 12582912.0f;  // 1.5 * 2^23: the integer is in the lowest bits
  const Lanes n = shifted - 12582912.0f;
  const Lanes r = x - n * 0.693359375f + n * 2.12194440e-4f;
  Lanes p = Splat(1.0f / 720);
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  return reinterpret_cast<Lanes>(reinterpret_cast<IntLanes>(p) + (reinterpret_cast<IntLanes>(shifted) << 23));
}

}  // namespace
}  // namespace ledgerline::model

#endif  // LEDGERLINE_INFERENCE_MODEL_FUSED_LANES_H_
