#include "tools/bench/generate/limits.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>

#include "inference/kernel/aligned_array.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace ledgerline::bench {
namespace {

constexpr int kPasses = 7;
constexpr int kInner = 16;  // repeats of the block of instructions in one step of a loop
constexpr int kSteps = 200'000;
constexpr int kChains = 12;  // enough to cover a latency of four at two a cycle

// Keeps a result alive.
void Use(float value) {
  if (value == 12345.678f) std::printf(" ");
}

#if defined(__x86_64__)
// The instructions are written out: compilers merge equal chains and move loops about.
__attribute__((target("avx512f"))) void Fused512() {
  __m512 a[kChains];
  for (__m512& x : a) x = _mm512_set1_ps(0.5f);
  const __m512 m = _mm512_set1_ps(0.999f);
  for (int i = 0; i < kSteps; ++i) {
    __asm__ volatile(
        ".rept 16\n vfmadd213ps %12, %12, %0\n vfmadd213ps %12, %12, %1\n vfmadd213ps %12, %12, %2\n"
        "vfmadd213ps %12, %12, %3\n vfmadd213ps %12, %12, %4\n vfmadd213ps %12, %12, %5\n"
        "vfmadd213ps %12, %12, %6\n vfmadd213ps %12, %12, %7\n vfmadd213ps %12, %12, %8\n"
        "vfmadd213ps %12, %12, %9\n vfmadd213ps %12, %12, %10\n vfmadd213ps %12, %12, %11\n .endr\n"
        : "+v"(a[0]), "+v"(a[1]), "+v"(a[2]), "+v"(a[3]), "+v"(a[4]), "+v"(a[5]), "+v"(a[6]), "+v"(a[7]), "+v"(a[8]),
          "+v"(a[9]), "+v"(a[10]), "+v"(a[11])
        : "v"(m));
  }
  Use(_mm512_cvtss_f32(a[0]));
}
__attribute__((target("avx2,fma"))) void Fused256() {
  __m256 a[kChains];
  for (__m256& x : a) x = _mm256_set1_ps(0.5f);
  const __m256 m = _mm256_set1_ps(0.999f);
  for (int i = 0; i < kSteps; ++i) {
    __asm__ volatile(
        ".rept 16\n vfmadd213ps %12, %12, %0\n vfmadd213ps %12, %12, %1\n vfmadd213ps %12, %12, %2\n"
        "vfmadd213ps %12, %12, %3\n vfmadd213ps %12, %12, %4\n vfmadd213ps %12, %12, %5\n"
        "vfmadd213ps %12, %12, %6\n vfmadd213ps %12, %12, %7\n vfmadd213ps %12, %12, %8\n"
        "vfmadd213ps %12, %12, %9\n vfmadd213ps %12, %12, %10\n vfmadd213ps %12, %12, %11\n .endr\n"
        : "+x"(a[0]), "+x"(a[1]), "+x"(a[2]), "+x"(a[3]), "+x"(a[4]), "+x"(a[5]), "+x"(a[6]), "+x"(a[7]), "+x"(a[8]),
          "+x"(a[9]), "+x"(a[10]), "+x"(a[11])
        : "x"(m));
  }
  Use(_mm256_cvtss_f32(a[0]));
}
__attribute__((target("avx512f,avx512vnni"))) void Dots512() {
  __m512i a[kChains];
  for (__m512i& x : a) x = _mm512_setzero_si512();
  const __m512i m = _mm512_set1_epi32(0x01020304);
  for (int i = 0; i < kSteps; ++i) {
    __asm__ volatile(
        ".rept 16\n vpdpbusd %12, %12, %0\n vpdpbusd %12, %12, %1\n vpdpbusd %12, %12, %2\n vpdpbusd %12, %12, %3\n"
        "vpdpbusd %12, %12, %4\n vpdpbusd %12, %12, %5\n vpdpbusd %12, %12, %6\n vpdpbusd %12, %12, %7\n"
        "vpdpbusd %12, %12, %8\n vpdpbusd %12, %12, %9\n vpdpbusd %12, %12, %10\n vpdpbusd %12, %12, %11\n .endr\n"
        : "+v"(a[0]), "+v"(a[1]), "+v"(a[2]), "+v"(a[3]), "+v"(a[4]), "+v"(a[5]), "+v"(a[6]), "+v"(a[7]), "+v"(a[8]),
          "+v"(a[9]), "+v"(a[10]), "+v"(a[11])
        : "v"(m));
  }
  alignas(64) int32_t out[16];
  _mm512_store_si512(out, a[0]);
  Use(static_cast<float>(out[0]));
}
__attribute__((target("avx512f"))) uint64_t Sum512(const uint8_t* data, size_t bytes) {
  __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a;
  for (size_t i = 0; i + 256 <= bytes; i += 256) {
    a = _mm512_xor_si512(a, _mm512_load_si512(data + i));
    b = _mm512_xor_si512(b, _mm512_load_si512(data + i + 64));
    c = _mm512_xor_si512(c, _mm512_load_si512(data + i + 128));
    d = _mm512_xor_si512(d, _mm512_load_si512(data + i + 192));
  }
  alignas(64) uint64_t out[8];
  _mm512_store_si512(out, _mm512_xor_si512(_mm512_xor_si512(a, b), _mm512_xor_si512(c, d)));
  return out[0];
}
#endif

uint64_t SumPlain(const uint8_t* data, size_t bytes) {
  const auto* words = reinterpret_cast<const uint64_t*>(data);
  uint64_t a = 0, b = 0, c = 0, d = 0;
  for (size_t i = 0; i + 4 <= bytes / 8; i += 4) a ^= words[i], b ^= words[i + 1], c ^= words[i + 2], d ^= words[i + 3];
  return a ^ b ^ c ^ d;
}

template <typename Work>
double Best(double amount, Work&& work) {
  double best = 0;
  for (int pass = 0; pass < kPasses; ++pass) {
    const double begin = ThreadSeconds();
    work();
    best = std::max(best, amount / (ThreadSeconds() - begin) / 1e9);
  }
  return best;
}

}  // namespace

double ThreadSeconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double FusedPeakGflops() {
#if defined(__x86_64__)
  const double steps = static_cast<double>(kSteps) * kInner * kChains;
  if (__builtin_cpu_supports("avx512f")) return Best(steps * 32, Fused512);
  if (__builtin_cpu_supports("fma")) return Best(steps * 16, Fused256);
#endif
  return 0;
}

double Int8PeakGops() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512vnni")) return Best(static_cast<double>(kSteps) * kInner * kChains * 128, Dots512);
#endif
  return 0;
}

double ReadGigabytes(size_t bytes) {
  const kernel::AlignedArray<uint8_t> data(bytes);
  uint64_t sink = 0;
  const double best = Best(static_cast<double>(bytes) * 4, [&] {
    for (int again = 0; again < 4; ++again) {
#if defined(__x86_64__)
      if (__builtin_cpu_supports("avx512f")) {
        sink += Sum512(data.data(), bytes);
        continue;
      }
#endif
      sink += SumPlain(data.data(), bytes);
    }
  });
  Use(static_cast<float>(sink & 1));
  return best;
}

}  // namespace ledgerline::bench
