// FloatAttention: attention over the cache of floats.
#ifndef LEDGERLINE_INFERENCE_KERNEL_VECTOR_ATTENTION_FLOAT_H_
#define LEDGERLINE_INFERENCE_KERNEL_VECTOR_ATTENTION_FLOAT_H_

#include "inference/kernel/attention_job.h"
#include "inference/kernel/unrolled.h"
#include "inference/kernel/vector_products.h"
#include "inference/kernel/vector_softmax.h"

namespace ledgerline::kernel {
namespace {  // one copy for each unit, see ops_vector.h

template <class V>
struct FloatAttention {
  using Floats = typename V::Floats;
  using Softmax = VectorSoftmax<V>;
  static constexpr int kScoreRows = V::kFloatRows, kValueRows = V::kValueRows;

  // Queries of several rows come to stand side by side, as products take them.
  static void Start(const AttentionJob& job) {
    for (size_t q = 0; q < job.QueryCount(); ++q) {
      std::memcpy(&job.scratch->queries[q * job.head], job.QueryAt(q), job.head * sizeof(float));
    }
  }

  template <int R>
  static void Scores(const AttentionJob& job, uint8_t* page, size_t number, size_t count, size_t q) {
    const FloatPage at = FloatPage::At(page + job.offset, job.head);
    for (size_t half = 0; half * kFloatTile < count; ++half) {
      Floats chains[R * 2];
      VectorProducts<V>::template Chains<R, 1>(at.keys + half * kFloatTile * job.head, job.head,
                                               &job.scratch->queries[q * job.head], job.head, chains);
      Each<R * 2>([&](auto i) LEDGERLINE_INLINE {
        float* scores = &job.scratch->scores[(q + i / 2) * job.ScoreStride() + number * kPagePositions];
        V::Store(scores + half * kFloatTile + i % 2 * kLanes, V::Multiply(chains[i], V::Set(job.scale)));
      });
    }
  }

  // Scores -> exponentials, and their sum; zero from a query's length to `common`.
  static void Shares(const AttentionJob& job, size_t common) {
    Softmax::FindTops(job);
    for (size_t q = 0; q < job.QueryCount(); ++q) {
      job.scratch->units[q] =
          Softmax::Exponentials(job, q, [](size_t, size_t, Floats e) LEDGERLINE_INLINE { return e; });
      float* scores = &job.scratch->scores[q * job.ScoreStride()];
      for (size_t t = RoundUp(job.RowOf(q).length, kLanes); t < common; t += kLanes) V::Store(scores + t, V::Set(0));
    }
  }

  // Each element's sum is one chain over the positions in order. Sums to be taken up again wait where results go.
  template <int G, int D>
  static void Values(const AttentionJob& job, const Reach& reach, size_t q, size_t d) {
    const size_t stride = job.ScoreStride();
    Floats sums[G * D];
    Each<G * D>([&](auto i) LEDGERLINE_INLINE {
      const float* kept = job.OutAt(q + i / D) + (d + i % D) * kLanes;
      sums[i] = reach.begins ? V::Set(0) : V::Load(kept);
    });
    for (size_t page = reach.first_page, t = page * kPagePositions; t < reach.end; ++page, t += kPagePositions) {
      const float* row = FloatPage::At(reach.pages[page] + job.offset, job.head).values + d * kLanes;
      const float* shares_at = &job.scratch->scores[q * stride + t];
      const size_t left = reach.end - t, count = left < kPagePositions ? left : kPagePositions;
      for (size_t i = 0; i < count; ++i, row += job.head, ++shares_at) {
        Floats values[D];
        Each<D>([&](auto k) LEDGERLINE_INLINE { values[k] = V::Load(row + k * kLanes); });
        Each<G>([&](auto h) LEDGERLINE_INLINE {
          const Floats share = V::Set(shares_at[h * stride]);
          Each<D>([&](auto k) LEDGERLINE_INLINE { sums[h * D + k] = V::Fused(share, values[k], sums[h * D + k]); });
        });
      }
    }
    // Positions that a query does not see added zeros, which may have turned a negative zero: there is one zero.
    Each<G * D>([&](auto i) LEDGERLINE_INLINE {
      float* out = job.OutAt(q + i / D) + (d + i % D) * kLanes;
      V::Store(out,
               reach.ends ? V::Divide(V::Add(sums[i], V::Set(0)), V::Set(job.scratch->units[q + i / D])) : sums[i]);
    });
  }
};

}  // namespace
}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_VECTOR_ATTENTION_FLOAT_H_
