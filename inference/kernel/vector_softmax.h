// VectorSoftmax: what both precisions of attention share: how queries are taken in chunks, and the exponentials of
// their scores.
#ifndef LEDGERLINE_INFERENCE_KERNEL_VECTOR_SOFTMAX_H_
#define LEDGERLINE_INFERENCE_KERNEL_VECTOR_SOFTMAX_H_

#include <limits>

#include "inference/kernel/vector_rows.h"

namespace ledgerline::kernel {
namespace {  // one copy for each unit, see ops_vector.h

template <class V>
struct VectorSoftmax {
  using Floats = typename V::Floats;
  using Rows = VectorRows<V>;

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

  // Softmax without the division; what follows `length`, up to `end`, becomes zero. Returns the sum. `each(t, e)` is
  // told of sixteen results at a time, which it may store changed.
  template <class EachBlock>
  static float Exponentials(float* scores, size_t length, size_t end, EachBlock&& each) {
    const size_t padded = RoundUp(length, kLanes);
    for (size_t t = length; t < padded; ++t) scores[t] = -std::numeric_limits<float>::max();
    Floats highest = V::Load(scores);
    for (size_t t = kLanes; t < padded; t += kLanes) highest = V::Highest(highest, V::Load(scores + t));
    const Floats top = V::Set(Rows::Largest(highest));
    Floats sums = V::Set(0);
    for (size_t t = 0; t < padded; t += kLanes) {
      Floats e = Rows::ExpOf(V::Subtract(V::Load(scores + t), top));
      if (t + kLanes > length) {
        V::Store(scores + t, e);
        for (size_t i = length; i < padded; ++i) scores[i] = 0;
        e = V::Load(scores + t);
      }
      sums = V::Add(sums, e);
      V::Store(scores + t, each(t, e));
    }
    for (size_t t = padded; t < end; t += kLanes) V::Store(scores + t, V::Set(0));
    return Rows::Tree(sums);
  }
};

}  // namespace
}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_VECTOR_SOFTMAX_H_
