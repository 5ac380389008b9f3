#include "inference/kernel/exact_math.h"

#include <bit>
#include <cstdint>

namespace ledgerline::kernel {
namespace {

// Adding and subtracting it rounds a double below 2^51 to an integer.
constexpr double kRounder = 0x1.8p52;

// Series in z = r * r, evaluated from the highest term: sum over i of the signed inverse factorials.
double CosineSeries(double r) {
  const double z = r * r;
  double sum = 1;
  for (int k = 16; k > 0; k -= 2) sum = 1 - sum * z / (k * (k - 1));
  return sum;
}

double SineSeries(double r) {
  const double z = r * r;
  double sum = 1;
  for (int k = 17; k > 1; k -= 2) sum = 1 - sum * z / (k * (k - 1));
  return sum * r;
}

// cos(x + quarters * pi / 2).
double Turned(double x, int64_t quarters) {
  // pi / 2 in parts of 33 bits, so that products with the count are exact.
  constexpr double kHigh = 0x1.921fb544p+0, kMiddle = 0x1.0b4611a6p-34, kLow = 0x1.3198a2e037073p-69;
  constexpr double kInverse = 0x1.45f306dc9c883p-1;
  const double count = (x * kInverse + kRounder) - kRounder;
  const double r = ((x - count * kHigh) - count * kMiddle) - count * kLow;
  switch ((static_cast<int64_t>(count) + quarters) & 3) {
    case 0:
      return CosineSeries(r);
    case 1:
      return -SineSeries(r);
    case 2:
      return -CosineSeries(r);
    default:
      return SineSeries(r);
  }
}

}  // namespace

double ExactExp(double x) {
  if (x < -700) x = -700;
  if (x > 700) x = 700;
  constexpr double kInverse = 0x1.71547652b82fep+0, kHigh = 0x1.62e42feep-1, kLow = 0x1.a39ef35793c76p-33;
  const double n = (x * kInverse + kRounder) - kRounder;
  const double r = (x - n * kHigh) - n * kLow;
  double sum = 1;
  for (int k = 14; k > 0; --k) sum = 1 + sum * r / k;
  return sum * std::bit_cast<double>(static_cast<uint64_t>(static_cast<int64_t>(n) + 1023) << 52);
}

double ExactLog(double x) {
  const auto bits = std::bit_cast<uint64_t>(x);
  auto exponent = static_cast<int64_t>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0x000fffffffffffffull) | 0x3ff0000000000000ull);
  if (m > 0x1.6a09e667f3bcdp+0) {  // sqrt 2
    m = m / 2;
    ++exponent;
  }
  // ln m = 2 artanh s, s = (m - 1) / (m + 1), |s| < 0.172.
  const double s = (m - 1) / (m + 1), z = s * s;
  double sum = 0;
  for (int k = 23; k > 0; k -= 2) sum = 1.0 / k + sum * z;
  constexpr double kHigh = 0x1.62e42feep-1, kLow = 0x1.a39ef35793c76p-33;
  const auto e = static_cast<double>(exponent);
  return e * kHigh + (e * kLow + 2 * s * sum);
}

double ExactCosine(double x) { return Turned(x, 0); }
double ExactSine(double x) { return Turned(x, 3); }

}  // namespace ledgerline::kernel
