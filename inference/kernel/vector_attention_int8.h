// Int8Attention: attention over the int8 cache: scores as an int8 product with a page's keys, shares as whole numbers,
// values summed over four positions at a time.
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

  // Scores of a page's first `count` positions, up to a multiple of 16, for queries q to q + R.
  template <int R>
  static void Scores(const AttentionJob& job, uint8_t* page, size_t number, size_t count, size_t q) {
    constexpr int B = kBlocksOf<V, R>;
    const size_t blocks = (count + kLanes - 1) / kLanes;
    size_t block = 0;
    for (; block + B <= blocks; block += B) BlockScores<R, B>(job, page, number, block, q);
    if (B > 3 && block + 3 == blocks) return BlockScores<R, 3>(job, page, number, block, q);
    if (B > 2 && block + 2 == blocks) return BlockScores<R, 2>(job, page, number, block, q);
    if (block < blocks) BlockScores<R, 1>(job, page, number, block, q);
  }
  template <int R, int B>
  static void BlockScores(const AttentionJob& job, uint8_t* page, size_t number, size_t block, size_t q) {
    const Int8Page at = Int8Page::At(page + job.offset, job.head);
    Ints sums[R * B];
    V::template Dots<R, B>(at.keys + block * kLanes * job.head, kLanes * job.head, 64, job.head / 4,
                           &job.scratch->codes[q * job.head], job.head, &job.scratch->sums[q], sums);
    const float* key_scales = at.key_scales + block * kLanes;
    const size_t stride = job.ScoreStride();
    float* scores = &job.scratch->scores[q * stride + number * kPagePositions + block * kLanes];
    Each<R>([&](auto r) LEDGERLINE_INLINE {
      const Floats query_scale = V::Set(job.scratch->scales[q + r]);
      Each<B>([&](auto b) LEDGERLINE_INLINE {
        const Floats scale = V::Multiply(query_scale, V::Load(key_scales + b * kLanes));
        V::Store(scores + r * stride + b * kLanes, V::Multiply(V::FromInts(sums[r * B + b]), scale));
      });
    });
  }

  // Scores -> shares, whole numbers of the query's unit; zero from its length to `common`.
  static void Shares(const AttentionJob& job, size_t common) {
    Softmax::FindTops(job);
    for (size_t q = 0; q < job.QueryCount(); ++q) {
      uint8_t* const* pages = job.RowOf(q).pages;
      Floats most = V::Set(0);
      const float total = Softmax::Exponentials(job, q, [&](size_t page, size_t t, Floats e) LEDGERLINE_INLINE {
        const float* scales = Int8Page::At(pages[page] + job.offset, job.head).value_scales;
        const Floats share = V::Multiply(e, V::Load(scales + t));
        most = V::Highest(most, share);
        return share;
      });
      job.scratch->units[q] = total;
      job.scratch->scales[q] = V::Largest(most);
    }
    for (size_t q = 0; q < job.QueryCount(); ++q) {
      const size_t length = job.RowOf(q).length, padded = RoundUp(length, kLanes);
      const float* scores = &job.scratch->scores[q * job.ScoreStride()];
      int16_t* shares = &job.scratch->shares[q * job.ScoreStride()];
      const float levels = static_cast<float>(ShareLevels(length)), largest = job.scratch->scales[q];
      const bool any = largest >= kTiniest;
      const Floats inverse = V::Set(any ? levels / largest : 0.0f);
      size_t t = 0;
      for (; t + 4 * kLanes <= padded; t += 4 * kLanes) {
        Each<4>([&](auto b) LEDGERLINE_INLINE {
          V::StoreShares(shares + t + b * kLanes, V::ToInts(V::Multiply(V::Load(scores + t + b * kLanes), inverse)));
        });
      }
      for (; t < padded; t += kLanes) {
        V::StoreShares(shares + t, V::ToInts(V::Multiply(V::Load(scores + t), inverse)));
      }
      for (t = padded; t < common; t += kLanes) V::StoreShares(shares + t, V::ZeroInts());
      job.scratch->units[q] = any ? (largest / levels) / job.scratch->units[q] : 0.0f;
    }
  }

  // Sums of shares times values for queries q to q + G and blocks d to d + D of 16 elements.
  template <int G, int D>
  static void Values(const AttentionJob& job, const Reach& reach, size_t q, size_t d) {
    // Few sums would wait for themselves: every other four positions get sums of their own.
    constexpr int kSets = G * D <= 4 ? 2 : 1;
    const size_t stride = job.ScoreStride();
    int32_t* kept = &job.scratch->products[q * job.head + d * kLanes];
    typename V::ValueSums parts[kSets * G * D];
    Each<kSets * G * D>([&](auto i) LEDGERLINE_INLINE { parts[i] = V::ValueSumsFrom(V::ZeroInts()); });
    if (!reach.begins) {
      Each<G * D>([&](auto i) LEDGERLINE_INLINE {
        parts[i] = V::ValueSumsFrom(V::LoadInts(kept + i / D * job.head + i % D * kLanes));
      });
    }
    for (size_t page = reach.first_page, t = page * kPagePositions; t < reach.end; ++page, t += kPagePositions) {
      const int8_t* four = Int8Page::At(reach.pages[page] + job.offset, job.head).values + d * 4 * kLanes;
      const size_t left = reach.end - t, count = left < kPagePositions ? left : kPagePositions;
      const int16_t* shares_at = &job.scratch->shares[q * stride + t];  // zeros follow the last position
      for (size_t i = 0; i < count; i += 4 * kSets, four += 4 * kSets * job.head, shares_at += 4 * kSets) {
        Each<kSets>([&](auto set) LEDGERLINE_INLINE {
          typename V::Values values[D];
          Each<D>([&](auto k)
                      LEDGERLINE_INLINE { values[k] = V::LoadValues(four + set * 4 * job.head + k * 4 * kLanes); });
          Each<G>([&](auto h) LEDGERLINE_INLINE {
            const typename V::Shares shares = V::FourShares(shares_at + h * stride + set * 4);
            Each<D>([&](auto k) LEDGERLINE_INLINE {
              auto& part = parts[(set * G + h) * D + k];
              part = V::AddProducts(part, values[k], shares);
            });
          });
        });
      }
    }
    Ints sums[kSets * G * D];
    Each<kSets * G * D>([&](auto i) LEDGERLINE_INLINE { sums[i] = V::Total(parts[i]); });
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
