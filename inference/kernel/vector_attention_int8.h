// Int8Attention: attention over the int8 cache: scores as an int8 product with a page's keys, shares as whole numbers,
// values summed in pairs of positions.
#ifndef LEDGERLINE_INFERENCE_KERNEL_VECTOR_ATTENTION_INT8_H_
#define LEDGERLINE_INFERENCE_KERNEL_VECTOR_ATTENTION_INT8_H_

#include "inference/kernel/attention_job.h"
#include "inference/kernel/unrolled.h"
#include "inference/kernel/vector_softmax.h"

namespace ledgerline::kernel {
namespace {  // one copy for each unit, see ops_vector.h

template <class V>
struct Int8Attention {
  using Floats = typename V::Floats;
  using Ints = typename V::Ints;
  using Rows = VectorRows<V>;
  using Softmax = VectorSoftmax<V>;
  static constexpr int kScoreRows = V::kRows, kValueRows = V::kValueRows;

  static void Start(const AttentionJob& job) {
    AttentionScratch& scratch = *job.scratch;
    for (size_t q = 0; q < job.QueryCount(); ++q) {
      Rows::Quantise(job.QueryAt(q), job.head, &scratch.codes[q * job.head], &scratch.scales[q], &scratch.sums[q]);
      scratch.scales[q] = scratch.scales[q] * job.scale;
    }
  }

  // Scores of a page's 64 positions for queries q to q + R.
  template <int R>
  static void Scores(const AttentionJob& job, uint8_t* page, size_t number, size_t q) {
    const Int8Page at = Int8Page::At(page + job.offset, job.head);
    const float* query_scales = &job.scratch->scales[q];
    float* page_scores = &job.scratch->scores[q * job.ScoreStride() + number * kPagePositions];
    constexpr int B = R == 1 ? 4 : V::kBlocks;
    for (size_t block = 0; block < kPagePositions / kLanes; block += B) {
      Ints sums[R * B];
      V::template Dots<R, B>(at.keys + block * 64, 256, job.head / 4, &job.scratch->codes[q * job.head], job.head,
                             &job.scratch->sums[q], sums);
      Each<R>([&](auto r) LEDGERLINE_INLINE {
        float* scores = page_scores + r * job.ScoreStride();
        Each<B>([&](auto b) LEDGERLINE_INLINE {
          const size_t t = (block + b) * kLanes;
          const Floats scale = V::Multiply(V::Set(query_scales[r]), V::Load(at.key_scales + t));
          V::Store(scores + t, V::Multiply(V::FromInts(sums[r * B + b]), scale));
        });
      });
    }
  }

  // Scores -> shares, whole numbers of the query's unit; zero from its length to `common`.
  static void Shares(const AttentionJob& job, size_t common) {
    for (size_t q = 0; q < job.QueryCount(); ++q) {
      const AttentionRow& row = job.RowOf(q);
      float* scores = &job.scratch->scores[q * job.ScoreStride()];
      int16_t* shares = &job.scratch->shares[q * job.ScoreStride()];
      const size_t padded = RoundUp(row.length, kLanes), end = padded > common ? padded : common;
      const auto levels = static_cast<float>(ShareLevels(row.length));
      Floats most = V::Set(0);
      const float total = Softmax::Exponentials(scores, row.length, end, [&](size_t t, Floats e) LEDGERLINE_INLINE {
        const Int8Page page = Int8Page::At(row.pages[t / kPagePositions] + job.offset, job.head);
        const Floats share = V::Multiply(e, V::Load(page.value_scales + t % kPagePositions));
        most = V::Highest(most, share);
        return share;
      });
      const float largest = V::Largest(most);
      const bool any = largest >= kTiniest;
      const Floats inverse = V::Set(any ? levels / largest : 0.0f);
      for (size_t t = 0; t < end; t += kLanes) {
        V::StoreWords(shares + t, V::ToInts(V::Multiply(V::Load(scores + t), inverse)));
      }
      job.scratch->units[q] = any ? (largest / levels) / total : 0.0f;
    }
  }

  // Sums of shares times values for queries q to q + G and blocks d to d + D of 16 elements.
  template <int G, int D>
  static void Values(const AttentionJob& job, const Reach& reach, size_t q, size_t d) {
    // Few sums would wait for themselves: every other pair of positions gets sums of its own.
    constexpr int kSets = G * D <= 8 ? 2 : 1;
    const size_t stride = job.ScoreStride();
    int32_t* kept = &job.scratch->products[q * job.head + d * kLanes];
    Ints sums[kSets * G * D];
    Each<kSets * G * D>([&](auto i) LEDGERLINE_INLINE { sums[i] = V::ZeroInts(); });
    if (!reach.begins) {
      Each<G * D>([&](auto i) LEDGERLINE_INLINE { sums[i] = V::LoadInts(kept + i / D * job.head + i % D * kLanes); });
    }
    for (size_t page = reach.first_page, t = page * kPagePositions; t < reach.end; ++page, t += kPagePositions) {
      const int8_t* pair = Int8Page::At(reach.pages[page] + job.offset, job.head).values + d * 2 * kLanes;
      const size_t left = reach.end - t, count = left < kPagePositions ? left : kPagePositions;
      const int16_t* shares_at = &job.scratch->shares[q * stride + t];  // zeros follow the last position
      for (size_t i = 0; i < count; i += 2 * kSets, pair += 2 * kSets * job.head, shares_at += 2 * kSets) {
        Each<kSets>([&](auto set) LEDGERLINE_INLINE {
          typename V::Values values[D];
          Each<D>([&](auto k)
                      LEDGERLINE_INLINE { values[k] = V::LoadValues(pair + set * 2 * job.head + k * 2 * kLanes); });
          Each<G>([&](auto h) LEDGERLINE_INLINE {
            const typename V::Shares shares = V::TwoShares(shares_at + h * stride + set * 2);
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
    if (!reach.ends) {
      Each<G * D>([&](auto i) LEDGERLINE_INLINE { V::StoreInts(kept + i / D * job.head + i % D * kLanes, sums[i]); });
      return;
    }
    Each<G>([&](auto h) LEDGERLINE_INLINE {
      float* out = job.OutAt(q + h) + d * kLanes;
      const Floats unit = V::Set(job.scratch->units[q + h]);
      Each<D>([&](auto k)
                  LEDGERLINE_INLINE { V::Store(out + k * kLanes, V::Multiply(V::FromInts(sums[h * D + k]), unit)); });
    });
  }
};

}  // namespace
}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_VECTOR_ATTENTION_INT8_H_
