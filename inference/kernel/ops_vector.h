// The vector paths: VectorOps<V> does what ops_scalar.cc defines, sixteen elements at once.
//
// Included by one unit for each instruction set, each built with its own -m flags; everything stands in an unnamed
// namespace, so that no function built for one processor is linked into the path of another.
#ifndef LEDGERLINE_INFERENCE_KERNEL_OPS_VECTOR_H_
#define LEDGERLINE_INFERENCE_KERNEL_OPS_VECTOR_H_

#include <bit>
#include <cmath>
#include <limits>

#include "inference/kernel/exact_exp.h"
#include "inference/kernel/ops.h"
#include "inference/kernel/unrolled.h"

namespace ledgerline::kernel {
namespace {

template <class V>
struct VectorOps {
  using Floats = typename V::Floats;
  using Ints = typename V::Ints;

  static float Tree(Floats sums) {
    alignas(64) float lanes[kLanes];
    V::Store(lanes, sums);
    for (size_t half = kLanes / 2; half > 0; half /= 2) {
      for (size_t i = 0; i < half; ++i) lanes[i] = lanes[i] + lanes[i + half];
    }
    return lanes[0];
  }
  static int32_t Largest(Ints values) {
    alignas(64) int32_t lanes[kLanes];
    V::StoreInts(lanes, values);
    int32_t largest = lanes[0];
    for (const int32_t lane : lanes) largest = lane > largest ? lane : largest;
    return largest;
  }
  static float Largest(Floats values) {
    alignas(64) float lanes[kLanes];
    V::Store(lanes, values);
    float largest = lanes[0];
    for (const float lane : lanes) largest = lane > largest ? lane : largest;
    return largest;
  }
  static Floats ExpOf(Floats x) {
    x = V::Lowest(V::Highest(x, V::Set(kExpLowest)), V::Set(kExpHighest));
    const Floats shifted = V::Fused(x, V::Set(kLog2E), V::Set(kRounder));
    const Floats n = V::Subtract(shifted, V::Set(kRounder));
    Floats r = V::Fused(n, V::Set(-kLn2High), x);
    r = V::Fused(n, V::Set(-kLn2Low), r);
    Floats p = V::Set(kExpTerms[0]);
    for (size_t i = 1; i < kExpTerms.size(); ++i) p = V::Fused(p, r, V::Set(kExpTerms[i]));
    p = V::Fused(p, r, V::Set(1.0f));
    return V::ScaledByPower(p, shifted);
  }

  static void Quantise(const float* x, size_t n, int8_t* codes, float* scale, int32_t* sum) {
    Ints bits = V::ZeroInts();
    for (size_t i = 0; i < n; i += kLanes) bits = V::HighestInts(bits, V::Magnitude(V::Load(x + i)));
    const float largest = std::bit_cast<float>(Largest(bits));
    *scale = 0;
    *sum = 0;
    if (!(largest >= kTiniest && largest < kHugest)) {
      for (size_t i = 0; i < n; ++i) codes[i] = 0;
      return;
    }
    const Floats inverse = V::Set(127.0f / largest);
    *scale = largest / 127.0f;
    Ints sums = V::ZeroInts();
    for (size_t i = 0; i < n; i += kLanes) {
      const Ints rounded = V::ToInts(V::Multiply(V::Load(x + i), inverse));
      sums = V::AddInts(sums, rounded);
      V::StoreBytes(codes + i, rounded);
    }
    alignas(64) int32_t lanes[kLanes];
    V::StoreInts(lanes, sums);
    for (const int32_t lane : lanes) *sum += lane;
  }

  static void RmsNorm(const float* x, const float* gain, size_t n, float* y) {
    const size_t padded = RoundUp(n, kLanes);
    Floats sums = V::Set(0);
    for (size_t i = 0; i < padded; i += kLanes) sums = V::Fused(V::Load(x + i), V::Load(x + i), sums);
    const float mean = Tree(sums) * (1.0f / static_cast<float>(n));
    const Floats factor = V::Set(1.0f / std::sqrt(mean + 1e-5f));
    for (size_t i = 0; i < padded; i += kLanes) {
      V::Store(y + i, V::Multiply(V::Multiply(V::Load(x + i), factor), V::Load(gain + i)));
    }
  }

  static void SiluGate(const float* gate, const float* up, size_t n, float* y) {
    for (size_t i = 0; i < n; i += kLanes) {
      const Floats g = V::Load(gate + i);
      const Floats e = ExpOf(V::Multiply(g, V::Set(-1.0f)));
      V::Store(y + i, V::Multiply(V::Divide(g, V::Add(V::Set(1.0f), e)), V::Load(up + i)));
    }
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

  // Rows r to r + R of the product with one tile, its blocks B at a time.
  template <int R, int B>
  static void Int8Tile(const uint8_t* tile, const float* scales, size_t inputs, const Int8Rows& x, size_t r, float* y,
                       size_t stride, Write write) {
    // The last rows of a tile, where there are earlier ones, have time to fetch the next tile.
    const uint8_t* next = R > 1 && r > 0 && r + R >= x.rows ? tile + kTile * inputs : nullptr;
    for (size_t block = 0; block < kTile / kLanes; block += B) {
      Ints sums[R * B];
      if (next != nullptr) {
        V::template Dots<R, B, true>(tile + block * 64, 256, inputs / 4, x.codes + r * inputs, inputs, x.sums + r,
                                     sums);
      } else {
        V::template Dots<R, B, false>(tile + block * 64, 256, inputs / 4, x.codes + r * inputs, inputs, x.sums + r,
                                      sums);
      }
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
  template <int R>
  static void Int8Rest(const uint8_t* tile, const float* scales, size_t inputs, const Int8Rows& x, size_t r, float* y,
                       size_t stride, Write write) {
    if constexpr (R > 0) {
      if (x.rows - r == R) {
        Int8Tile<R, R == 1 ? 4 : V::kBlocks>(tile, scales, inputs, x, r, y, stride, write);
      } else {
        Int8Rest<R - 1>(tile, scales, inputs, x, r, y, stride, write);
      }
    }
  }

  static void LinearInt8(const Int8Weights& weights, const Int8Rows& x, float* y, size_t stride, Write write) {
    for (size_t n = 0; n < weights.outputs; n += kTile) {
      const uint8_t* tile = weights.codes + n * weights.inputs;
      size_t r = 0;
      for (; r + V::kRows <= x.rows; r += V::kRows) {
        Int8Tile<V::kRows, V::kBlocks>(tile, weights.scales + n, weights.inputs, x, r, y + n, stride, write);
      }
      Int8Rest<V::kRows - 1>(tile, weights.scales + n, weights.inputs, x, r, y + n, stride, write);
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

  // Queries are taken so many at a time that their scales fit on the stack.
  static constexpr size_t kMostQueries = 16;
  // Queries [first, first + count) of a job, and where their scratch begins: `stride` numbers a query.
  struct Chunk {
    size_t first, count, longest, stride;
  };
  template <class Job, class Attend>
  static void InChunks(const Job& job, Attend&& attend) {
    for (size_t first = 0; first < job.count; first += kMostQueries) {
      const size_t count = job.count - first < kMostQueries ? job.count - first : kMostQueries;
      const size_t longest = job.LengthOf(first + count - 1);
      attend(Chunk{first, count, longest, RoundUp(longest, kPagePositions)});
    }
  }

  // Scores of 64 positions for queries q to q + R of a chunk.
  template <int R>
  static void PageScores(const AttendInt8& job, const Chunk& chunk, size_t page, size_t q, const float* query_scales,
                         const int32_t* query_sums) {
    const Int8Page& at = job.pages[page];
    constexpr int B = R == 1 ? 4 : V::kBlocks;
    for (size_t block = 0; block < kPagePositions / kLanes; block += B) {
      Ints sums[R * B];
      V::template Dots<R, B, false>(at.keys + block * 64, 256, job.head / 4, job.codes + q * job.head, job.head,
                                    query_sums + q, sums);
      Each<R>([&](auto r) LEDGERLINE_INLINE {
        float* scores = job.scores + (q + r) * chunk.stride + page * kPagePositions;
        Each<B>([&](auto b) LEDGERLINE_INLINE {
          const size_t t = (block + b) * kLanes;
          const Floats scale = V::Multiply(V::Set(query_scales[q + r]), V::Load(at.key_scales + t));
          V::Store(scores + t, V::Multiply(V::FromInts(sums[r * B + b]), scale));
        });
      });
    }
  }

  // Softmax without the division; what follows `length`, up to `end`, becomes zero. Returns the sum. `each(t, e)` is
  // told of sixteen results at a time, which it may store changed.
  template <class EachBlock>
  static float Exponentials(float* scores, size_t length, size_t end, EachBlock&& each) {
    const size_t padded = RoundUp(length, kLanes);
    for (size_t t = length; t < padded; ++t) scores[t] = -std::numeric_limits<float>::max();
    Floats highest = V::Load(scores);
    for (size_t t = kLanes; t < padded; t += kLanes) highest = V::Highest(highest, V::Load(scores + t));
    const Floats top = V::Set(Largest(highest));
    Floats sums = V::Set(0);
    for (size_t t = 0; t < padded; t += kLanes) {
      Floats e = ExpOf(V::Subtract(V::Load(scores + t), top));
      if (t + kLanes > length) {
        V::Store(scores + t, e);
        for (size_t i = length; i < padded; ++i) scores[i] = 0;
        e = V::Load(scores + t);
      }
      sums = V::Add(sums, e);
      V::Store(scores + t, each(t, e));
    }
    for (size_t t = padded; t < end; t += kLanes) V::Store(scores + t, V::Set(0));
    return Tree(sums);
  }

  // Scores -> shares, whole numbers of a unit that is returned.
  static float Shares(const AttendInt8& job, size_t length, size_t end, float* scores, int16_t* shares) {
    const auto levels = static_cast<float>(ShareLevels(length));
    Floats most = V::Set(0);
    const float total = Exponentials(scores, length, end, [&](size_t t, Floats e) LEDGERLINE_INLINE {
      const Floats share = V::Multiply(e, V::Load(job.pages[t / kPagePositions].value_scales + t % kPagePositions));
      most = V::Highest(most, share);
      return share;
    });
    const float largest = Largest(most);
    const bool any = largest >= kTiniest;
    const Floats inverse = V::Set(any ? levels / largest : 0.0f);
    for (size_t t = 0; t < end; t += kLanes) {
      V::StoreWords(shares + t, V::ToInts(V::Multiply(V::Load(scores + t), inverse)));
    }
    return any ? (largest / levels) / total : 0.0f;
  }

  // Sums of shares times values for queries q to q + G of a chunk and blocks d to d + D of 16 elements.
  template <int G, int D>
  static void ValueSums(const AttendInt8& job, const Chunk& chunk, size_t q, size_t d, const float* units) {
    // Few sums would wait for themselves: every other pair of positions gets sums of its own.
    constexpr int kSets = G * D < 8 ? 2 : 1;
    Ints sums[kSets * G * D];
    Each<kSets * G * D>([&](auto i) LEDGERLINE_INLINE { sums[i] = V::ZeroInts(); });
    for (size_t t = 0; t < chunk.longest; t += kPagePositions) {
      const int8_t* pair = job.pages[t / kPagePositions].values + d * 2 * kLanes;
      const size_t left = chunk.longest - t, count = left < kPagePositions ? left : kPagePositions;
      const int16_t* shares_at = job.shares + q * chunk.stride + t;  // zeros follow the last position
      for (size_t i = 0; i < count; i += 2 * kSets, pair += 2 * kSets * job.head, shares_at += 2 * kSets) {
        Each<kSets>([&](auto set) LEDGERLINE_INLINE {
          typename V::Values values[D];
          Each<D>([&](auto k)
                      LEDGERLINE_INLINE { values[k] = V::LoadValues(pair + set * 2 * job.head + k * 2 * kLanes); });
          Each<G>([&](auto h) LEDGERLINE_INLINE {
            const typename V::Shares shares = V::TwoShares(shares_at + h * chunk.stride + set * 2);
            Each<D>([&](auto k) LEDGERLINE_INLINE {
              Ints& sum = sums[(set * G + h) * D + k];
              sum = V::AddProducts(sum, values[k], shares);
            });
          });
        });
      }
    }
    if constexpr (kSets == 2) {
      Each<G * D>([&](auto i) LEDGERLINE_INLINE { sums[i] = V::AddInts(sums[i], sums[G * D + i]); });
    }
    Each<G * D>([&](auto i) LEDGERLINE_INLINE {
      V::Store(job.out + (chunk.first + q + i / D) * job.head + (d + i % D) * kLanes,
               V::Multiply(V::FromInts(sums[i]), V::Set(units[q + i / D])));
    });
  }
  template <int G>
  static void ValueSumsOf(const AttendInt8& job, const Chunk& chunk, size_t q, const float* units) {
    size_t d = 0;
    const size_t blocks = job.head / kLanes;
    for (; d + V::kValueBlocks <= blocks; d += V::kValueBlocks) ValueSums<G, V::kValueBlocks>(job, chunk, q, d, units);
    for (; d < blocks; ++d) ValueSums<G, 1>(job, chunk, q, d, units);
  }

  static void AttendToInt8(const AttendInt8& job) {
    InChunks(job, [&job](const Chunk& chunk) { AttendChunk(job, chunk); });
  }
  static void AttendChunk(const AttendInt8& job, const Chunk& chunk) {
    float scales[kMostQueries], units[kMostQueries];
    int32_t sums[kMostQueries];
    for (size_t q = 0; q < chunk.count; ++q) {
      Quantise(job.queries + (chunk.first + q) * job.head, job.head, job.codes + q * job.head, &scales[q], &sums[q]);
      scales[q] = scales[q] * job.scale;
    }
    for (size_t page = 0; page < chunk.stride / kPagePositions; ++page) {
      size_t q = 0;
      if constexpr (V::kRows >= 4) {
        for (; q + 4 <= chunk.count; q += 4) PageScores<4>(job, chunk, page, q, scales, sums);
        for (; q + 3 == chunk.count; q += 3) PageScores<3>(job, chunk, page, q, scales, sums);
      }
      for (; q + 2 <= chunk.count; q += 2) PageScores<2>(job, chunk, page, q, scales, sums);
      for (; q < chunk.count; ++q) PageScores<1>(job, chunk, page, q, scales, sums);
    }
    for (size_t q = 0; q < chunk.count; ++q) {
      units[q] = Shares(job, job.LengthOf(chunk.first + q), RoundUp(chunk.longest, kLanes),
                        job.scores + q * chunk.stride, job.shares + q * chunk.stride);
    }
    size_t q = 0;
    if constexpr (V::kValueHeads >= 4) {
      for (; q + 4 <= chunk.count; q += 4) ValueSumsOf<4>(job, chunk, q, units);
      for (; q + 3 == chunk.count; q += 3) ValueSumsOf<3>(job, chunk, q, units);
    }
    for (; q + 2 <= chunk.count; q += 2) ValueSumsOf<2>(job, chunk, q, units);
    for (; q < chunk.count; ++q) ValueSumsOf<1>(job, chunk, q, units);
  }

  template <int R>
  static void FloatScores(const AttendFloat& job, const Chunk& chunk, size_t page, size_t q) {
    for (size_t half = 0; half < 2; ++half) {
      Floats chains[R * 2];
      Chains<R, 1>(job.pages[page].keys + half * kFloatTile * job.head, job.head,
                   job.queries + (chunk.first + q) * job.head, job.head, chains);
      Each<R * 2>([&](auto i) LEDGERLINE_INLINE {
        float* scores = job.scores + (q + i / 2) * chunk.stride + page * kPagePositions + half * kFloatTile;
        V::Store(scores + i % 2 * kLanes, V::Multiply(chains[i], V::Set(job.scale)));
      });
    }
  }
  template <int G, int D>
  static void FloatValues(const AttendFloat& job, const Chunk& chunk, size_t q, size_t d, const float* totals) {
    Floats sums[G * D];
    Each<G * D>([&](auto i) LEDGERLINE_INLINE { sums[i] = V::Set(0); });
    for (size_t t = 0; t < chunk.longest; ++t) {
      const float* row = job.pages[t / kPagePositions].values + t % kPagePositions * job.head + d * kLanes;
      Floats values[D];
      Each<D>([&](auto i) LEDGERLINE_INLINE { values[i] = V::Load(row + i * kLanes); });
      Each<G>([&](auto h) LEDGERLINE_INLINE {
        const Floats share = V::Set(job.scores[(q + h) * chunk.stride + t]);
        Each<D>([&](auto i) LEDGERLINE_INLINE { sums[h * D + i] = V::Fused(share, values[i], sums[h * D + i]); });
      });
    }
    // Positions that a query does not see added zeros, which may have turned a negative zero: there is one zero.
    Each<G * D>([&](auto i) LEDGERLINE_INLINE {
      V::Store(job.out + (chunk.first + q + i / D) * job.head + (d + i % D) * kLanes,
               V::Divide(V::Add(sums[i], V::Set(0)), V::Set(totals[i / D])));
    });
  }
  template <int G>
  static void FloatQueries(const AttendFloat& job, const Chunk& chunk, size_t q) {
    for (size_t page = 0; page < chunk.stride / kPagePositions; ++page) FloatScores<G>(job, chunk, page, q);
    float totals[G];
    for (size_t h = 0; h < G; ++h) {
      totals[h] = Exponentials(job.scores + (q + h) * chunk.stride, job.LengthOf(chunk.first + q + h),
                               RoundUp(chunk.longest, kLanes), [](size_t, Floats e) LEDGERLINE_INLINE { return e; });
    }
    size_t d = 0;
    const size_t blocks = job.head / kLanes;
    for (; d + V::kValueBlocks <= blocks; d += V::kValueBlocks) {
      FloatValues<G, V::kValueBlocks>(job, chunk, q, d, totals);
    }
    for (; d < blocks; ++d) FloatValues<G, 1>(job, chunk, q, d, totals);
  }
  static void AttendToFloat(const AttendFloat& job) {
    InChunks(job, [&job](const Chunk& chunk) {
      size_t q = 0;
      if constexpr (V::kValueHeads >= 4) {
        for (; q + 4 <= chunk.count; q += 4) FloatQueries<4>(job, chunk, q);
        for (; q + 3 == chunk.count; q += 3) FloatQueries<3>(job, chunk, q);
      }
      for (; q + 2 <= chunk.count; q += 2) FloatQueries<2>(job, chunk, q);
      for (; q < chunk.count; ++q) FloatQueries<1>(job, chunk, q);
    });
  }

  static constexpr Ops Table(Path path, const char* name) {
    return {path,   name,       V::kBias,    Quantise,     RmsNorm,      SiluGate,
            Rotate, LinearInt8, LinearFloat, AttendToInt8, AttendToFloat};
  }
};

}  // namespace
}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_OPS_VECTOR_H_
