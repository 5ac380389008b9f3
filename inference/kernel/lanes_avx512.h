// Avx512: sixteen floats or int32 in one register, and the integer dot products of AVX-512 VNNI.
#ifndef LEDGERLINE_INFERENCE_KERNEL_LANES_AVX512_H_
#define LEDGERLINE_INFERENCE_KERNEL_LANES_AVX512_H_

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "inference/kernel/folds_256.h"
#include "inference/kernel/unrolled.h"

namespace ledgerline::kernel {
namespace {  // one copy for each unit that is built with these instructions: none may leak into another

struct Avx512 {
  using Floats = __m512;
  using Ints = __m512i;
  static constexpr uint8_t kBias = 0x80;  // weights are the unsigned operand of vpdpbusd
  static constexpr int kRows = 8;         // rows x blocks of 16 outputs whose int32 sums stay in registers
  static constexpr int kBlocks = 2;
  static constexpr int kSums = 24;        // fewer rows take all four blocks of a tile, at most so many sums
  static constexpr int kFloatRows = 12;   // rows x one tile of 32 outputs
  static constexpr int kSingleTiles = 4;  // tiles of 32 outputs that one row takes at once: chains are slow alone
  static constexpr int kValueRows = 3;    // queries x blocks of 16 elements, in attention
  static constexpr int kValueBlocks = 4;

  static Floats Load(const float* p) { return _mm512_loadu_ps(p); }
  static void Store(float* p, Floats a) { _mm512_storeu_ps(p, a); }
  static Floats Set(float x) { return _mm512_set1_ps(x); }
  static Floats Add(Floats a, Floats b) { return _mm512_add_ps(a, b); }
  static Floats Subtract(Floats a, Floats b) { return _mm512_sub_ps(a, b); }
  static Floats Multiply(Floats a, Floats b) { return _mm512_mul_ps(a, b); }
  static Floats Divide(Floats a, Floats b) { return _mm512_div_ps(a, b); }
  static Floats Fused(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(a, b, c); }
  static Floats Highest(Floats a, Floats b) { return _mm512_max_ps(a, b); }
  static Floats Lowest(Floats a, Floats b) { return _mm512_min_ps(a, b); }
  static Floats FromInts(Ints a) { return _mm512_cvtepi32_ps(a); }
  static Ints ToInts(Floats a) { return _mm512_cvtps_epi32(a); }
  static Floats ScaledByPower(Floats p, Floats shifted) {  // p times 2 to the low bits of `shifted`
    return _mm512_castsi512_ps(
        _mm512_add_epi32(_mm512_castps_si512(p), _mm512_slli_epi32(_mm512_castps_si512(shifted), 23)));
  }
  static Ints Magnitude(Floats a) { return _mm512_and_si512(_mm512_castps_si512(a), _mm512_set1_epi32(0x7fffffff)); }
  static Ints ZeroInts() { return _mm512_setzero_si512(); }
  static Ints HighestInts(Ints a, Ints b) { return _mm512_max_epi32(a, b); }
  static Ints AddInts(Ints a, Ints b) { return _mm512_add_epi32(a, b); }
  // One number of sixteen; sums of floats over the tree 8, 4, 2, 1.
  static float Tree(Floats a) { return TreeOf(_mm256_add_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1))); }
  static float Largest(Floats a) {
    return HighestOf(_mm256_max_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1)));
  }
  static int32_t LargestInt(Ints a) {
    return HighestOf(_mm256_max_epi32(_mm512_castsi512_si256(a), _mm512_extracti32x8_epi32(a, 1)));
  }
  static int32_t Sum(Ints a) {
    return SumOf(_mm256_add_epi32(_mm512_castsi512_si256(a), _mm512_extracti32x8_epi32(a, 1)));
  }
  // The first `count` of a, below 16, and then those of b.
  static Floats FirstOf(size_t count, Floats a, Floats b) {
    return _mm512_mask_blend_ps(static_cast<__mmask16>((1u << count) - 1), b, a);
  }
  static Ints LoadInts(const int32_t* p) { return _mm512_loadu_si512(p); }
  static void StoreInts(int32_t* p, Ints a) { _mm512_storeu_si512(p, a); }
  static void StoreBytes(int8_t* p, Ints a) {  // the low bytes; all are in range
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(a));
  }
  // The low bytes of all, and in the result the sums of some of them added to `sums`.
  static Ints StoreFour(int8_t* p, const Ints (&a)[4], Ints sums) {
    // Packs work in quarters of a register; the permutation puts the bytes back in order.
    const Ints bytes = _mm512_packs_epi16(_mm512_packs_epi32(a[0], a[1]), _mm512_packs_epi32(a[2], a[3]));
    const Ints order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    _mm512_storeu_si512(p, _mm512_permutexvar_epi32(order, bytes));
    return AddDots(sums, _mm512_set1_epi8(1), bytes);
  }

  // The dot product as an instruction, not an intrinsic: g++ 12 copies and spills the sums of the intrinsic, which
  // takes half of the speed where many stay in registers.
  static Ints AddDots(Ints sums, Ints unsigned_bytes, Ints signed_bytes) {
    __asm__("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(unsigned_bytes), "v"(signed_bytes));
    return sums;
  }

  static void Spread(const int8_t* codes, size_t n, int8_t* to) {
    const size_t place = reinterpret_cast<uintptr_t>(to) % 4;  // in each four bytes
    const auto which = static_cast<__mmask64>(0x1111111111111111u << place);
    const __m128i shift = _mm_cvtsi64_si128(static_cast<long long>(8 * place));
    for (size_t i = 0; i < n; i += 16) {
      const Ints bytes = _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(codes + i)));
      _mm512_mask_storeu_epi8(to - place + i * 4, which, _mm512_sll_epi32(bytes, shift));
    }
  }

  static Ints Four(const int8_t* p) {  // four codes in every lane
    int32_t word;
    std::memcpy(&word, p, sizeof(word));
    return _mm512_set1_epi32(word);
  }
  // sums[r * B + b] = dots of row r and the outputs of block b. `step` bytes from one group of four inputs to the next,
  // `apart` from one block to the next: a size_t, or a constant of that type.
  // Meanwhile kFetch lines a group, from `fetch` on, come into the second-level cache.
  template <int R, int B, int kFetch = 0, class Apart>
  LEDGERLINE_INLINE static void Dots(const uint8_t* tile, Apart apart, size_t step, size_t groups, const int8_t* rows,
                                     size_t stride, const int32_t* row_sums, Ints (&sums)[R * B],
                                     const uint8_t* fetch = nullptr) {
    // A stored code is 128 too large, so that each dot is 128 times the row's sum too large.
    Each<R * B>([&](auto i) LEDGERLINE_INLINE { sums[i] = _mm512_set1_epi32(-128 * row_sums[i / B]); });
    if constexpr (R == 1) {  // one row alone would wait for its own sums
      Ints odd[B];
      Each<B>([&](auto b) LEDGERLINE_INLINE { odd[b] = ZeroInts(); });
      for (size_t g = 0; g < groups; g += 2, tile += 2 * step) {  // inputs are padded to 16
        const Ints first = Four(rows + g * 4), second = Four(rows + g * 4 + 4);
        Each<B>([&](auto b) LEDGERLINE_INLINE {
          sums[b] = AddDots(sums[b], _mm512_load_si512(tile + b * apart), first);
          odd[b] = AddDots(odd[b], _mm512_load_si512(tile + step + b * apart), second);
        });
      }
      Each<B>([&](auto b) LEDGERLINE_INLINE { sums[b] = AddInts(sums[b], odd[b]); });
    } else {
      for (size_t g = 0; g < groups; ++g, tile += step) {
        Ints weights[B];
        Each<B>([&](auto b) LEDGERLINE_INLINE { weights[b] = _mm512_load_si512(tile + b * apart); });
        Each<kFetch>([&](auto line) LEDGERLINE_INLINE {
          _mm_prefetch(reinterpret_cast<const char*>(fetch + line * 64), _MM_HINT_T1);
        });
        fetch += kFetch * 64;
        Each<R>([&](auto r) LEDGERLINE_INLINE {
          const Ints codes = Four(rows + r * stride + g * 4);
          Each<B>([&](auto b) LEDGERLINE_INLINE { sums[r * B + b] = AddDots(sums[r * B + b], weights[b], codes); });
        });
      }
    }
  }

  // Shares, whole numbers of 15 bits, as the dot product of bytes takes them: for each four positions the low bytes of
  // all four and then the high ones. One instruction then sums four positions, and values need no conversion.
  static void StoreShares(int16_t* p, Ints a) {  // of 16 positions
    const Ints bytes = _mm512_shuffle_epi8(
        a, _mm512_broadcast_i32x4(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, -1, -1, -1, -1, -1, -1, -1, -1)));
    const Ints front = _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), bytes);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_castsi512_si256(front));
  }
  struct Shares {
    Ints low, high;
  };
  static Shares FourShares(const int16_t* p) {
    const auto* bytes = reinterpret_cast<const int8_t*>(p);
    return {Four(bytes), Four(bytes + 4)};
  }
  using Values = __m512i;
  static Values LoadValues(const int8_t* p) { return _mm512_load_si512(p); }  // 16 elements of four positions
  struct ValueSums {
    Ints low, high;
  };
  static ValueSums ValueSumsFrom(Ints a) { return {a, ZeroInts()}; }
  static ValueSums AddProducts(ValueSums sums, Values values, Shares shares) {
    return {AddDots(sums.low, shares.low, values), AddDots(sums.high, shares.high, values)};
  }
  static Ints Total(ValueSums sums) { return AddInts(sums.low, _mm512_slli_epi32(sums.high, 8)); }
};

}  // namespace
}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_LANES_AVX512_H_
