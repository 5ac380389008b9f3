// VectorSoftmax: what both precisions of attention share: the reach of a sum of values, and exponentials of scores.
#ifndef LEDGERLINE_INFERENCE_KERNEL_VECTOR_SOFTMAX_H_
#define LEDGERLINE_INFERENCE_KERNEL_VECTOR_SOFTMAX_H_

#include <limits>

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

  // The largest of `length` scores, at least 1; lanes after the last one become the lowest number.
  static float Top(float* scores, size_t length) {
    const size_t whole = length / kLanes * kLanes;
    Floats highest = V::Set(-std::numeric_limits<float>::max());
    if (whole < length) {
      highest = V::FirstOf(length - whole, V::Load(scores + whole), highest);
      V::Store(scores + whole, highest);
    }
    for (size_t t = 0; t < whole; t += kLanes) highest = V::Highest(highest, V::Load(scores + t));
    return V::Largest(highest);
  }

  // Softmax without the division; what follows `length`, up to `end`, becomes zero. Returns the sum. `each(t, e)` is
  // told of sixteen results at a time, which it may change.
  template <class EachBlock>
  static float Exponentials(float* scores, size_t length, size_t end, EachBlock&& each) {
    const Floats top = V::Set(Top(scores, length));
    const size_t whole = length / kLanes * kLanes;
    Floats sums = V::Set(0);
    size_t t = 0;
    for (; t < whole; t += kLanes) {
      const Floats e = Rows::ExpOf(V::Subtract(V::Load(scores + t), top));
      sums = V::Add(sums, e);
      V::Store(scores + t, each(t, e));
    }
    if (t < length) {
      const Floats e = V::FirstOf(length - t, Rows::ExpOf(V::Subtract(V::Load(scores + t), top)), V::Set(0));
      sums = V::Add(sums, e);
      V::Store(scores + t, each(t, e));
      t += kLanes;
    }
    for (; t < end; t += kLanes) V::Store(scores + t, V::Set(0));
    return V::Tree(sums);
  }
};

}  // namespace
}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_VECTOR_SOFTMAX_H_
