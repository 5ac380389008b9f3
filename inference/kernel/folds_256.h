// Folds of eight lanes into one, in registers: what is left of a fold of sixteen after its first step.
#ifndef LEDGERLINE_INFERENCE_KERNEL_FOLDS_256_H_
#define LEDGERLINE_INFERENCE_KERNEL_FOLDS_256_H_

#include <immintrin.h>

#include <cstdint>

namespace ledgerline::kernel {
namespace {  // one copy for each unit, see ops_vector.h

// ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7)): the tree 4, 2, 1 of fixed-order sums.
inline float TreeOf(__m256 a) {
  __m128 sum = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  sum = _mm_add_ps(sum, _mm_movehl_ps(sum, sum));
  return _mm_cvtss_f32(_mm_add_ss(sum, _mm_shuffle_ps(sum, sum, 1)));
}
inline float HighestOf(__m256 a) {
  __m128 top = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  top = _mm_max_ps(top, _mm_movehl_ps(top, top));
  return _mm_cvtss_f32(_mm_max_ss(top, _mm_shuffle_ps(top, top, 1)));
}
inline int32_t HighestOf(__m256i a) {
  __m128i top = _mm_max_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
  top = _mm_max_epi32(top, _mm_shuffle_epi32(top, 0x4e));
  return _mm_cvtsi128_si32(_mm_max_epi32(top, _mm_shuffle_epi32(top, 0xb1)));
}
inline int32_t SumOf(__m256i a) {
  __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
  sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xb1)));
}

}  // namespace
}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_FOLDS_256_H_
