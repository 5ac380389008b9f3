// VectorProducts: matrix products of packed weights, in int8 and in floats, with as many sums in registers as fit.
#ifndef LEDGERLINE_INFERENCE_KERNEL_VECTOR_PRODUCTS_H_
#define LEDGERLINE_INFERENCE_KERNEL_VECTOR_PRODUCTS_H_

#include "inference/kernel/ops.h"
#include "inference/kernel/unrolled.h"

namespace ledgerline::kernel {
namespace {  // one copy for each unit, see ops_vector.h

template <class V>
struct VectorProducts {
  using Floats = typename V::Floats;
  using Ints = typename V::Ints;

  // Rows r to r + R of the product with one tile, its blocks B at a time; meanwhile kFetch lines of the next tile come
  // for each four inputs and B blocks, from `fetch` on.
  template <int R, int B, int kFetch>
  static void Int8Tile(const uint8_t* tile, const float* scales, size_t inputs, const Int8Rows& x, size_t r, float* y,
                       size_t stride, Write write, const uint8_t* fetch) {
    for (size_t block = 0; block < kTile / kLanes; block += B, fetch += inputs / 4 * kFetch * 64) {
      Ints sums[R * B];
      V::template Dots<R, B, kFetch>(tile + block * 64, std::integral_constant<size_t, 64>{}, 256, inputs / 4,
                                     x.codes + r * inputs, inputs, x.sums + r, sums, fetch);
      Each<R>([&](auto i) LEDGERLINE_INLINE {
        const Floats row_scale = V::Set(x.scales[r + i]);
        Each<B>([&](auto b) LEDGERLINE_INLINE {
          const size_t n = (block + b) * kLanes;
          float* out = y + (r + i) * stride + n;
          const Floats scale = V::Multiply(row_scale, V::Load(scales + n));
          const Floats sum = V::FromInts(sums[i * B + b]);
          V::Store(out, write == Write::kSet ? V::Multiply(sum, scale) : V::Fused(sum, scale, V::Load(out)));
        });
      });
    }
  }

  static void LinearInt8(const Int8Weights& weights, const Int8Rows& x, float* y, size_t stride, Write write) {
    // A tile has four lines for each four inputs. The passes over it fetch the next one, each a share; one alone
    // that reads it from end to end leaves that to the processor.
    const size_t passes = (x.rows + V::kRows - 1) / V::kRows;
    for (size_t n = 0; n < weights.outputs; n += kTile) {
      const uint8_t* tile = weights.codes + n * weights.inputs;
      const uint8_t* fetch = tile + kTile * weights.inputs;
      size_t left = x.rows * 4 > V::kSums ? kTile / kLanes : 0, pass = passes;
      InBlocks<V::kRows>(0, x.rows, [&](size_t r, auto rows) {
        constexpr int R = rows(), B = kBlocksOf<V, R>, kSteps = kTile / kLanes / B;
        const size_t lines = (left + pass * kSteps - 1) / (pass * kSteps);  // for each four inputs and B blocks
        auto multiply = [&](auto count) LEDGERLINE_INLINE {
          Int8Tile<R, B, count()>(tile, weights.scales + n, weights.inputs, x, r, y + n, stride, write, fetch);
        };
        if (lines == 0) {
          multiply(std::integral_constant<int, 0>{});
        } else if (lines == 1) {
          multiply(std::integral_constant<int, 1>{});
        } else {
          multiply(std::integral_constant<int, 2>{});
        }
        fetch += lines * kSteps * weights.inputs / 4 * 64;
        left -= lines * kSteps;
        --pass;
      });
    }
  }

  // chains[r * 2 T + b]: block b of T neighbouring tiles of 32 outputs.
  template <int R, int T>
  LEDGERLINE_INLINE static void Chains(const float* tiles, size_t inputs, const float* x, size_t stride,
                                       Floats (&chains)[R * T * 2]) {
    Each<R * T * 2>([&](auto i) LEDGERLINE_INLINE { chains[i] = V::Set(0); });
    for (size_t k = 0; k < inputs; ++k) {
      Floats weights[T * 2];
      Each<T>([&](auto t) LEDGERLINE_INLINE {
        const float* at = tiles + t * kFloatTile * inputs + k * kFloatTile;
        weights[t * 2] = V::Load(at);
        weights[t * 2 + 1] = V::Load(at + kLanes);
        if constexpr (R > 1) {  // tiles of wide matrices do not stay in the first-level cache
          _mm_prefetch(reinterpret_cast<const char*>(at + 8 * kFloatTile), _MM_HINT_T0);
          _mm_prefetch(reinterpret_cast<const char*>(at + 8 * kFloatTile + kLanes), _MM_HINT_T0);
        }
      });
      Each<R>([&](auto r) LEDGERLINE_INLINE {
        const Floats value = V::Set(x[r * stride + k]);
        Each<T * 2>([&](auto b) LEDGERLINE_INLINE {
          chains[r * T * 2 + b] = V::Fused(value, weights[b], chains[r * T * 2 + b]);
        });
      });
    }
  }
  template <int R, int T>
  static void FloatTiles(const float* tiles, size_t inputs, const float* x, size_t x_stride, float* y, size_t stride,
                         Write write) {
    Floats chains[R * T * 2];
    Chains<R, T>(tiles, inputs, x, x_stride, chains);
    Each<R * T * 2>([&](auto i) LEDGERLINE_INLINE {
      float* out = y + i / (T * 2) * stride + i % (T * 2) * kLanes;
      V::Store(out, write == Write::kSet ? chains[i] : V::Add(V::Load(out), chains[i]));
    });
  }
  template <int R>
  static void FloatRest(size_t rest, const float* tiles, size_t inputs, const float* x, size_t x_stride, float* y,
                        size_t stride, Write write) {
    if constexpr (R > 0) {
      if (rest == R) {
        FloatTiles<R, 1>(tiles, inputs, x, x_stride, y, stride, write);
      } else {
        FloatRest<R - 1>(rest, tiles, inputs, x, x_stride, y, stride, write);
      }
    }
  }

  static void LinearFloat(const FloatWeights& weights, const float* x, size_t x_stride, size_t rows, float* y,
                          size_t stride, Write write) {
    const size_t inputs = weights.inputs;
    if (rows == 1) {
      size_t n = 0;
      constexpr size_t kMany = kFloatTile * V::kSingleTiles;
      for (; n + kMany <= weights.outputs; n += kMany) {
        FloatTiles<1, V::kSingleTiles>(weights.values + n * inputs, inputs, x, x_stride, y + n, stride, write);
      }
      for (; n < weights.outputs; n += kFloatTile) {
        FloatTiles<1, 1>(weights.values + n * inputs, inputs, x, x_stride, y + n, stride, write);
      }
      return;
    }
    for (size_t n = 0; n < weights.outputs; n += kFloatTile) {
      const float* tile = weights.values + n * inputs;
      size_t r = 0;
      for (; r + V::kFloatRows <= rows; r += V::kFloatRows) {
        FloatTiles<V::kFloatRows, 1>(tile, inputs, x + r * x_stride, x_stride, y + r * stride + n, stride, write);
      }
      FloatRest<V::kFloatRows - 1>(rows - r, tile, inputs, x + r * x_stride, x_stride, y + r * stride + n, stride,
                                   write);
    }
  }
};

}  // namespace
}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_VECTOR_PRODUCTS_H_
