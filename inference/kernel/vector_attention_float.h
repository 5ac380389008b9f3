// VectorAttentionFloat: attention over the cache of floats.
#ifndef LEDGERLINE_INFERENCE_KERNEL_VECTOR_ATTENTION_FLOAT_H_
#define LEDGERLINE_INFERENCE_KERNEL_VECTOR_ATTENTION_FLOAT_H_

#include "inference/kernel/unrolled.h"
#include "inference/kernel/vector_products.h"
#include "inference/kernel/vector_softmax.h"

namespace ledgerline::kernel {
namespace {  // one copy for each unit, see ops_vector.h

template <class V>
struct VectorAttentionFloat {
  using Floats = typename V::Floats;
  using Softmax = VectorSoftmax<V>;
  using Chunk = typename Softmax::Chunk;

  template <int R>
  static void FloatScores(const AttendFloat& job, const Chunk& chunk, size_t page, size_t q) {
    for (size_t half = 0; half < 2; ++half) {
      Floats chains[R * 2];
      VectorProducts<V>::template Chains<R, 1>(job.pages[page].keys + half * kFloatTile * job.head, job.head,
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
      totals[h] =
          Softmax::Exponentials(job.scores + (q + h) * chunk.stride, job.LengthOf(chunk.first + q + h),
                                RoundUp(chunk.longest, kLanes), [](size_t, Floats e) LEDGERLINE_INLINE { return e; });
    }
    size_t d = 0;
    const size_t blocks = job.head / kLanes;
    for (; d + V::kValueBlocks <= blocks; d += V::kValueBlocks) {
      FloatValues<G, V::kValueBlocks>(job, chunk, q, d, totals);
    }
    for (; d < blocks; ++d) FloatValues<G, 1>(job, chunk, q, d, totals);
  }
  static void Attend(const AttendFloat& job) {
    Softmax::InChunks(job, [&job](const Chunk& chunk) {
      size_t q = 0;
      if constexpr (V::kValueHeads >= 4) {
        for (; q + 4 <= chunk.count; q += 4) FloatQueries<4>(job, chunk, q);
        for (; q + 3 == chunk.count; q += 3) FloatQueries<3>(job, chunk, q);
      }
      for (; q + 2 <= chunk.count; q += 2) FloatQueries<2>(job, chunk, q);
      for (; q < chunk.count; ++q) FloatQueries<1>(job, chunk, q);
    });
  }
};

}  // namespace
}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_VECTOR_ATTENTION_FLOAT_H_
