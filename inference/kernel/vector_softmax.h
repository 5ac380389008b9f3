// VectorSoftmax: what both precisions of attention share: the reach of a sum of values, and exponentials of scores.
#ifndef LEDGERLINE_INFERENCE_KERNEL_VECTOR_SOFTMAX_H_
#define LEDGERLINE_INFERENCE_KERNEL_VECTOR_SOFTMAX_H_

#include <limits>

#include "inference/kernel/attention_job.h"
#include "inference/kernel/unrolled.h"
#include "inference/kernel/vector_rows.h"

namespace ledgerline::kernel {
namespace {  // one copy for each unit, see ops_vector.h

// A part of the positions whose values are summed: from a page on to a position, a multiple of 16.
struct Reach {
  uint8_t* const* pages;
  size_t first_page;
  size_t end;
  bool begins;  // else earlier sums are taken up
  bool ends;    // else sums are kept
};

template <class V>
struct VectorSoftmax {
  using Floats = typename V::Floats;
  using Rows = VectorRows<V>;

  // Each step is taken for all of a job's queries before the next: one query's steps wait for each other, those of
  // different queries do not.

  static constexpr size_t kFour = 4 * kLanes;  // a loop's end costs as much as some vectors

  // units[q] = the largest of the query's scores. Lanes after a query's last position become the lowest number.
  static void FindTops(const AttentionJob& job) {
    for (size_t q = 0; q < job.QueryCount(); ++q) {
      float* scores = &job.scratch->scores[q * job.ScoreStride()];
      const size_t length = job.RowOf(q).length, whole = length / kLanes * kLanes;
      Floats highest = V::Set(-std::numeric_limits<float>::max());
      if (whole < length) {
        highest = V::FirstOf(length - whole, V::Load(scores + whole), highest);
        V::Store(scores + whole, highest);
      }
      size_t t = 0;
      if (whole >= kFour) {
        Floats tops[4];
        Each<4>([&](auto b) LEDGERLINE_INLINE { tops[b] = highest; });
        for (; t + kFour <= whole; t += kFour) {
          Each<4>([&](auto b) LEDGERLINE_INLINE { tops[b] = V::Highest(tops[b], V::Load(scores + t + b * kLanes)); });
        }
        highest = V::Highest(V::Highest(tops[0], tops[1]), V::Highest(tops[2], tops[3]));
      }
      for (; t < whole; t += kLanes) highest = V::Highest(highest, V::Load(scores + t));
      job.scratch->units[q] = V::Largest(highest);
    }
  }

  // Softmax without the division for query q, whose top is units[q]. Returns the sum. `each(page, within, e)` is told
  // of sixteen results at a time, which it may change, and where they stand.
  template <class EachBlock>
  LEDGERLINE_INLINE static float Exponentials(const AttentionJob& job, size_t q, EachBlock&& each) {
    float* scores = &job.scratch->scores[q * job.ScoreStride()];
    const size_t length = job.RowOf(q).length;
    const Floats top = V::Set(job.scratch->units[q]);
    Floats sums = V::Set(0);
    size_t page = 0, left = length;
    constexpr int kBlocks = static_cast<int>(kPagePositions / kLanes);
    for (; left >= kPagePositions; ++page, left -= kPagePositions, scores += kPagePositions) {
      Floats e[kBlocks];
      Each<kBlocks>([&](auto b) LEDGERLINE_INLINE { e[b] = V::Subtract(V::Load(scores + b * kLanes), top); });
      Rows::template Exponentials<kBlocks>(e);
      Each<kBlocks>([&](auto b) LEDGERLINE_INLINE {
        sums = V::Add(sums, e[b]);
        V::Store(scores + b * kLanes, each(page, b * kLanes, e[b]));
      });
    }
    for (size_t t = 0; t < left; t += kLanes) {
      Floats e[1] = {V::Subtract(V::Load(scores + t), top)};
      Rows::template Exponentials<1>(e);
      if (left - t < kLanes) e[0] = V::FirstOf(left - t, e[0], V::Set(0));
      sums = V::Add(sums, e[0]);
      V::Store(scores + t, each(page, t, e[0]));
    }
    return V::Tree(sums);
  }
};

}  // namespace
}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_VECTOR_SOFTMAX_H_
