// Avx2: sixteen floats or int32 in two registers.
#ifndef LEDGERLINE_INFERENCE_KERNEL_LANES_AVX2_H_
#define LEDGERLINE_INFERENCE_KERNEL_LANES_AVX2_H_

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "inference/kernel/folds_256.h"
#include "inference/kernel/unrolled.h"

namespace ledgerline::kernel {
namespace {  // one copy for each unit that is built with these instructions: none may leak into another

struct Avx2 {
  struct Floats {
    __m256 low, high;
  };
  struct Ints {
    __m256i low, high;
  };
  static constexpr uint8_t kBias = 0;
  static constexpr int kRows = 2;
  static constexpr int kBlocks = 2;
  static constexpr int kSums = 4;
  static constexpr int kFloatRows = 3;
  static constexpr int kSingleTiles = 2;
  static constexpr int kValueRows = 2;
  static constexpr int kValueBlocks = 2;

  static Floats Load(const float* p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
  static void Store(float* p, Floats a) {
    _mm256_storeu_ps(p, a.low);
    _mm256_storeu_ps(p + 8, a.high);
  }
  static Floats Set(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
  static Floats Add(Floats a, Floats b) { return {_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)}; }
  static Floats Subtract(Floats a, Floats b) { return {_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high)}; }
  static Floats Multiply(Floats a, Floats b) { return {_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high)}; }
  static Floats Divide(Floats a, Floats b) { return {_mm256_div_ps(a.low, b.low), _mm256_div_ps(a.high, b.high)}; }
  static Floats Fused(Floats a, Floats b, Floats c) {
    return {_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high)};
  }
  static Floats Highest(Floats a, Floats b) { return {_mm256_max_ps(a.low, b.low), _mm256_max_ps(a.high, b.high)}; }
  static Floats Lowest(Floats a, Floats b) { return {_mm256_min_ps(a.low, b.low), _mm256_min_ps(a.high, b.high)}; }
  static Floats FromInts(Ints a) { return {_mm256_cvtepi32_ps(a.low), _mm256_cvtepi32_ps(a.high)}; }
  static Ints ToInts(Floats a) { return {_mm256_cvtps_epi32(a.low), _mm256_cvtps_epi32(a.high)}; }
  static __m256 ScaledByPower(__m256 p, __m256 shifted) {
    return _mm256_castsi256_ps(
        _mm256_add_epi32(_mm256_castps_si256(p), _mm256_slli_epi32(_mm256_castps_si256(shifted), 23)));
  }
  static Floats ScaledByPower(Floats p, Floats shifted) {
    return {ScaledByPower(p.low, shifted.low), ScaledByPower(p.high, shifted.high)};
  }
  static Ints Magnitude(Floats a) {
    const __m256i mask = _mm256_set1_epi32(0x7fffffff);
    return {_mm256_and_si256(_mm256_castps_si256(a.low), mask), _mm256_and_si256(_mm256_castps_si256(a.high), mask)};
  }
  static Ints ZeroInts() { return {_mm256_setzero_si256(), _mm256_setzero_si256()}; }
  static Ints HighestInts(Ints a, Ints b) { return {_mm256_max_epi32(a.low, b.low), _mm256_max_epi32(a.high, b.high)}; }
  static Ints AddInts(Ints a, Ints b) { return {_mm256_add_epi32(a.low, b.low), _mm256_add_epi32(a.high, b.high)}; }
  static float Tree(Floats a) { return TreeOf(_mm256_add_ps(a.low, a.high)); }
  static float Largest(Floats a) { return HighestOf(_mm256_max_ps(a.low, a.high)); }
  static int32_t LargestInt(Ints a) { return HighestOf(_mm256_max_epi32(a.low, a.high)); }
  static int32_t Sum(Ints a) { return SumOf(_mm256_add_epi32(a.low, a.high)); }
  static Floats FirstOf(size_t count, Floats a, Floats b) {
    const __m256i bound = _mm256_set1_epi32(static_cast<int>(count));
    const __m256i low = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7),
                  high = _mm256_setr_epi32(8, 9, 10, 11, 12, 13, 14, 15);
    return {_mm256_blendv_ps(b.low, a.low, _mm256_castsi256_ps(_mm256_cmpgt_epi32(bound, low))),
            _mm256_blendv_ps(b.high, a.high, _mm256_castsi256_ps(_mm256_cmpgt_epi32(bound, high)))};
  }
  static Ints LoadInts(const int32_t* p) {
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)),
            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 8))};
  }
  static void StoreInts(int32_t* p, Ints a) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a.low);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p + 8), a.high);
  }
  // Saturating packs work in halves of a register; the permutation puts the words back in order.
  static __m256i Words(Ints a) { return _mm256_permute4x64_epi64(_mm256_packs_epi32(a.low, a.high), 0xd8); }
  static void StoreBytes(int8_t* p, Ints a) {
    const __m256i words = Words(a);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p),
                     _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)));
  }
  // The low bytes of all, and in the result the sums of some of them added to `sums`.
  static Ints StoreFour(int8_t* p, const Ints (&a)[4], Ints sums) {
    Each<4>([&](auto i) LEDGERLINE_INLINE {
      StoreBytes(p + i * 16, a[i]);
      sums = AddInts(sums, a[i]);
    });
    return sums;
  }

  static void Spread(const int8_t* codes, size_t n, int8_t* to) {
    for (size_t i = 0; i < n; ++i) to[i * 4] = codes[i];
  }

  static __m256i FourBytes(const int8_t* p) {
    int32_t word;
    std::memcpy(&word, p, sizeof(word));
    return _mm256_set1_epi32(word);
  }
  template <int R, int B, int kFetch = 0, class Apart>
  LEDGERLINE_INLINE static void Dots(const uint8_t* tile, Apart apart, size_t step, size_t groups, const int8_t* rows,
                                     size_t stride, const int32_t* /*row_sums*/, Ints (&sums)[R * B],
                                     const uint8_t* fetch = nullptr) {
    const __m256i ones = _mm256_set1_epi16(1);
    Each<R * B>([&](auto i) LEDGERLINE_INLINE { sums[i] = ZeroInts(); });
    for (size_t g = 0; g < groups; ++g, tile += step) {
      __m256i codes[R];
      Each<R>([&](auto r) LEDGERLINE_INLINE { codes[r] = FourBytes(rows + r * stride + g * 4); });
      Each<kFetch>([&](auto line) LEDGERLINE_INLINE {
        _mm_prefetch(reinterpret_cast<const char*>(fetch + line * 64), _MM_HINT_T1);
      });
      fetch += kFetch * 64;
      Each<B * 2>([&](auto half) LEDGERLINE_INLINE {
        const __m256i weights =
            _mm256_load_si256(reinterpret_cast<const __m256i*>(tile + half / 2 * apart + half % 2 * 32));
        const __m256i magnitude = _mm256_abs_epi8(weights);
        Each<R>([&](auto r) LEDGERLINE_INLINE {
          // |w| times x with w's sign: pairs sum to at most 2 * 127 * 127, inside 16 bits.
          const __m256i pairs = _mm256_maddubs_epi16(magnitude, _mm256_sign_epi8(codes[r], weights));
          Ints& sum = sums[r * B + half / 2];
          if constexpr (half % 2 == 0) {
            sum.low = _mm256_add_epi32(sum.low, _mm256_madd_epi16(pairs, ones));
          } else {
            sum.high = _mm256_add_epi32(sum.high, _mm256_madd_epi16(pairs, ones));
          }
        });
      });
    }
  }

  // Shares of 16 positions, of each four in the order 0, 2, 1, 3.
  static void StoreShares(int16_t* p, Ints a) {
    const __m256i words = _mm256_shufflehi_epi16(_mm256_shufflelo_epi16(Words(a), 0xd8), 0xd8);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), words);
  }
  struct Shares {
    __m256i even, odd;  // two positions in every lane
  };
  static __m256i TwoShares(const int16_t* p) {
    int32_t word;
    std::memcpy(&word, p, sizeof(word));
    return _mm256_set1_epi32(word);
  }
  static Shares FourShares(const int16_t* p) { return {TwoShares(p), TwoShares(p + 2)}; }
  // 16 elements of four positions, as words: those of positions 0 and 2, and of 1 and 3.
  struct Values {
    Ints even, odd;
  };
  static Values LoadValues(const int8_t* p) {
    const __m256i low = _mm256_load_si256(reinterpret_cast<const __m256i*>(p));
    const __m256i high = _mm256_load_si256(reinterpret_cast<const __m256i*>(p + 32));
    return {{_mm256_srai_epi16(_mm256_slli_epi16(low, 8), 8), _mm256_srai_epi16(_mm256_slli_epi16(high, 8), 8)},
            {_mm256_srai_epi16(low, 8), _mm256_srai_epi16(high, 8)}};
  }
  using ValueSums = Ints;
  static ValueSums ValueSumsFrom(Ints a) { return a; }
  static __m256i AddPairs(__m256i sums, __m256i a, __m256i b) {
    return _mm256_add_epi32(sums, _mm256_madd_epi16(a, b));
  }
  static ValueSums AddProducts(ValueSums sums, Values values, Shares shares) {
    return {AddPairs(AddPairs(sums.low, values.even.low, shares.even), values.odd.low, shares.odd),
            AddPairs(AddPairs(sums.high, values.even.high, shares.even), values.odd.high, shares.odd)};
  }
  static Ints Total(ValueSums sums) { return sums; }
};

}  // namespace
}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_LANES_AVX2_H_
