// VectorAttentionInt8: attention over the int8 cache: scores as an int8 product with a page's keys, shares as whole
// numbers, values summed in pairs of positions.
#ifndef LEDGERLINE_INFERENCE_KERNEL_VECTOR_ATTENTION_INT8_H_
#define LEDGERLINE_INFERENCE_KERNEL_VECTOR_ATTENTION_INT8_H_

#include "inference/kernel/unrolled.h"
#include "inference/kernel/vector_softmax.h"

namespace ledgerline::kernel {
namespace {  // one copy for each unit, see ops_vector.h

template <class V>
struct VectorAttentionInt8 {
  using Floats = typename V::Floats;
  using Ints = typename V::Ints;
  using Rows = VectorRows<V>;
  using Softmax = VectorSoftmax<V>;
  using Chunk = typename Softmax::Chunk;

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

  // Scores -> shares, whole numbers of a unit that is returned.
  static float Shares(const AttendInt8& job, size_t length, size_t end, float* scores, int16_t* shares) {
    const auto levels = static_cast<float>(ShareLevels(length));
    Floats most = V::Set(0);
    const float total = Softmax::Exponentials(scores, length, end, [&](size_t t, Floats e) LEDGERLINE_INLINE {
      const Floats share = V::Multiply(e, V::Load(job.pages[t / kPagePositions].value_scales + t % kPagePositions));
      most = V::Highest(most, share);
      return share;
    });
    const float largest = Rows::Largest(most);
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

  static void Attend(const AttendInt8& job) {
    Softmax::InChunks(job, [&job](const Chunk& chunk) { AttendChunk(job, chunk); });
  }
  static void AttendChunk(const AttendInt8& job, const Chunk& chunk) {
    float scales[Softmax::kMostQueries], units[Softmax::kMostQueries];
    int32_t sums[Softmax::kMostQueries];
    for (size_t q = 0; q < chunk.count; ++q) {
      Rows::Quantise(job.queries + (chunk.first + q) * job.head, job.head, job.codes + q * job.head, &scales[q],
                     &sums[q]);
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
};

}  // namespace
}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_VECTOR_ATTENTION_INT8_H_
