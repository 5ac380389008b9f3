// The kernel's exponential: Cody-Waite reduction and the Taylor polynomial of degree 7, in fused operations.
//
// e^x = 2^n e^r, n = round(x / ln 2), |r| <= ln 2 / 2: the first term left out is r^8 / 8! < 5.3e-9, a tenth of an ulp.
// The argument is clamped to -87 to 88, so that results are normal numbers.
#ifndef LEDGERLINE_INFERENCE_KERNEL_EXACT_EXP_H_
#define LEDGERLINE_INFERENCE_KERNEL_EXACT_EXP_H_

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace ledgerline::kernel {

inline constexpr float kExpLowest = -87.0f, kExpHighest = 88.0f;
inline constexpr float kLog2E = 0x1.715476p+0f;
// Adding it rounds a small number to an integer, which then stands in the low bits.
inline constexpr float kRounder = 12582912.0f;
// ln 2 in two parts; the first has 15 bits, so that its product with n is exact.
inline constexpr float kLn2High = 0x1.62e4p-1f, kLn2Low = 0x1.7f7d1cp-20f;
inline constexpr std::array<float, 7> kExpTerms = {
    0x1.a01a02p-13f, 0x1.6c16c2p-10f, 0x1.111112p-7f, 0x1.555556p-5f, 0x1.555556p-3f, 0.5f, 1.0f};

inline float Exp(float x) {
  if (x < kExpLowest) x = kExpLowest;
  if (x > kExpHighest) x = kExpHighest;
  const float shifted = std::fma(x, kLog2E, kRounder);
  const float n = shifted - kRounder;
  float r = std::fma(n, -kLn2High, x);
  r = std::fma(n, -kLn2Low, r);
  float p = kExpTerms[0];
  for (size_t i = 1; i < kExpTerms.size(); ++i) p = std::fma(p, r, kExpTerms[i]);
  p = std::fma(p, r, 1.0f);
  return std::bit_cast<float>(std::bit_cast<uint32_t>(p) + (std::bit_cast<uint32_t>(shifted) << 23));
}

}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_EXACT_EXP_H_
