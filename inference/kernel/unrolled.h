// Each: a loop over constants. Arrays of registers must be indexed by constants from the start, or compilers keep them
// in memory and store every sum after every step.
#ifndef LEDGERLINE_INFERENCE_KERNEL_UNROLLED_H_
#define LEDGERLINE_INFERENCE_KERNEL_UNROLLED_H_

#include <cstddef>
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

// Blocks of 16 outputs that R rows take at once: all four of a tile, or V::kBlocks where those would be too many sums.
template <class V, int R>
inline constexpr int kBlocksOf = R * 4 <= V::kSums ? 4 : V::kBlocks;

// take(i, R) for i in [begin, end) in blocks of R, a constant of at most kMost; all blocks are all but equal.
template <int R, class Take>
inline void TakeBlock(size_t rows, size_t i, Take&& take) {
  if (rows == R) {
    take(i, std::integral_constant<int, R>{});
  } else if constexpr (R > 1) {
    TakeBlock<R - 1>(rows, i, take);
  }
}
template <int kMost, class Take>
inline void InBlocks(size_t begin, size_t end, Take&& take) {
  for (size_t blocks = (end - begin + kMost - 1) / kMost; begin < end; --blocks) {
    const size_t rows = (end - begin + blocks - 1) / blocks;
    TakeBlock<kMost>(rows, begin, take);
    begin += rows;
  }
}

}  // namespace
}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_UNROLLED_H_
