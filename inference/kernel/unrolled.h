// Each: a loop over constants. Arrays of registers must be indexed by constants from the start, or compilers keep them
// in memory and store every sum after every step.
#ifndef LEDGERLINE_INFERENCE_KERNEL_UNROLLED_H_
#define LEDGERLINE_INFERENCE_KERNEL_UNROLLED_H_

#include <type_traits>
#include <utility>

#define LEDGERLINE_INLINE __attribute__((always_inline))

namespace ledgerline::kernel {
namespace {  // one copy for each unit, see ops_vector.h

template <class Body, int... I>
LEDGERLINE_INLINE inline void EachOf(Body&& body, std::integer_sequence<int, I...>) {
  (body(std::integral_constant<int, I>{}), ...);
}
// body(0), body(1), ... body(N - 1), each argument a constant.
template <int N, class Body>
LEDGERLINE_INLINE inline void Each(Body&& body) {
  EachOf(body, std::make_integer_sequence<int, N>{});
}

}  // namespace
}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_UNROLLED_H_
