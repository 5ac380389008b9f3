#include "schemas/money.h"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <numeric>

namespace ledgerline {
namespace {

__extension__ typedef unsigned __int128 UInt128;
using boost::multiprecision::int256_t;

constexpr Int128 kMax = static_cast<Int128>(~UInt128{0} >> 1);
constexpr Int128 kMin = -kMax - 1;

UInt128 Magnitude(Int128 value) {
  return value < 0 ? UInt128{0} - static_cast<UInt128>(value) : static_cast<UInt128>(value);
}

std::string UInt128ToString(UInt128 value) {
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

Status Overflow(std::string_view what) {
  return OutOfRange("money: " + std::string(what) + " leaves the signed 128-bit range of nano-units");
}

}  // namespace

std::string Int128ToString(Int128 value) {
  const std::string digits = UInt128ToString(Magnitude(value));
  return value < 0 ? std::string("-").append(digits) : digits;
}

Result<Currency> Currency::Parse(std::string_view text) {
  const bool letters = std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (text.size() != 3 || !letters) {
    return InvalidArgument("currency '" + std::string(text.substr(0, 20)) +
                           "': expected three capital letters (ISO 4217), such as EUR");
  }
  Currency currency;
  std::copy(text.begin(), text.end(), currency.code_.begin());
  return currency;
}

Result<Money> Money::Parse(std::string_view decimal, Currency currency) {
  const std::string shown = "amount '" + std::string(decimal.substr(0, 60)) + "'";
  const bool negative = !decimal.empty() && decimal[0] == '-';
  std::string_view rest = negative ? decimal.substr(1) : decimal;
  UInt128 nanos = 0;
  int decimals = -1;  // -1 before the point
  size_t digits = 0;
  for (const char c : rest) {
    if (c == '.' && decimals < 0 && digits > 0) {
      decimals = 0;
      continue;
    }
    if (c < '0' || c > '9') return InvalidArgument(shown + ": expected a decimal number such as 1234.56");
    if (decimals >= 0 && ++decimals > 9) return InvalidArgument(shown + " has more than nine decimals");
    if (++digits > 39) return Overflow(shown);
    nanos = nanos * 10 + static_cast<unsigned>(c - '0');
    if (nanos > static_cast<UInt128>(kMax)) return Overflow(shown);
  }
  if (digits == 0 || decimals == 0) return InvalidArgument(shown + ": expected a decimal number such as 1234.56");
  for (int i = std::max(decimals, 0); i < 9; ++i) {
    if (nanos > static_cast<UInt128>(kMax) / 10) return Overflow(shown);
    nanos *= 10;
  }
  const auto magnitude = static_cast<Int128>(nanos);
  return Money(negative ? -magnitude : magnitude, currency);
}

std::string Money::ToNanoDecimal() const {
  const UInt128 magnitude = Magnitude(nanos_);
  const auto scale = static_cast<UInt128>(kNanosPerUnit);
  std::string text(nanos_ < 0 ? "-" : "");
  text += UInt128ToString(magnitude / scale);
  const std::string fraction = UInt128ToString(magnitude % scale);
  return text + "." + std::string(9 - fraction.size(), '0') + fraction;
}

std::string Money::ToDecimal() const {
  std::string text = ToNanoDecimal();
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string Money::ToString() const {
  std::string text = ToDecimal();
  const size_t point = text.find('.');
  if (point == std::string::npos)
    text += ".00";
  else if (text.size() - point == 2)
    text += "0";
  return text + " " + currency_.ToString();
}

std::string Money::ToHashedBytes() const {
  std::string raw(16, '\0');
  auto value = static_cast<UInt128>(nanos_);
  for (int i = 15; i >= 0; --i, value >>= 8) raw[static_cast<size_t>(i)] = static_cast<char>(value & 0xff);
  return raw;
}

Result<Money> Money::Plus(const Money& other) const {
  if (currency_ != other.currency_) {
    return InvalidArgument("money: cannot add " + currency_.ToString() + " and " + other.currency_.ToString());
  }
  Int128 sum = 0;
  if (__builtin_add_overflow(nanos_, other.nanos_, &sum)) return Overflow("a sum");
  return Money(sum, currency_);
}

Result<Money> Money::Minus(const Money& other) const {
  if (currency_ != other.currency_) {
    return InvalidArgument("money: cannot subtract " + other.currency_.ToString() + " from " + currency_.ToString());
  }
  Int128 difference = 0;
  if (__builtin_sub_overflow(nanos_, other.nanos_, &difference)) return Overflow("a difference");
  return Money(difference, currency_);
}

Result<Money> Money::Negated() const {
  if (nanos_ == kMin) return Overflow("a negation");
  return Money(-nanos_, currency_);
}

Result<Money> Money::Times(int64_t count) const {
  Int128 product = 0;
  if (__builtin_mul_overflow(nanos_, static_cast<Int128>(count), &product)) return Overflow("a product");
  return Money(product, currency_);
}

Result<Money> Money::TimesRatio(uint64_t numerator, uint64_t denominator) const {
  if (denominator == 0) return InvalidArgument("ratio: denominator 0");
  const int256_t magnitude = int256_t(Magnitude(nanos_)) * numerator / denominator;
  if (magnitude > int256_t(kMax)) return Overflow("a product");
  const auto nanos = magnitude.convert_to<Int128>();
  return Money(nanos_ < 0 ? -nanos : nanos, currency_);
}

Result<Split> SplitByLargestRemainder(const Money& gross, std::span<const Int128> weights) {
  Split split;
  for (const Int128 weight : weights) {
    if (weight < 0) return InvalidArgument("split: weight " + Int128ToString(weight) + " is below 0");
    if (__builtin_add_overflow(split.total_weight, weight, &split.total_weight))
      return OutOfRange("split: the weights leave 128 bits");
  }
  if (split.total_weight == 0) return InvalidArgument("split: there is no weight above 0 to split by");

  const int256_t magnitude(Magnitude(gross.nanos()));
  const int256_t total(split.total_weight);
  std::vector<int256_t> remainders(weights.size());
  std::vector<UInt128> parts(weights.size());
  UInt128 handed_out = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    const int256_t product = magnitude * int256_t(weights[i]);
    parts[i] = int256_t(product / total).convert_to<UInt128>();
    remainders[i] = product % total;
    handed_out += parts[i];
  }
  // Fewer units are left than there are weights, since each floor loses less than one.
  split.leftover_nanos = static_cast<uint64_t>(Magnitude(gross.nanos()) - handed_out);
  std::vector<size_t> order(weights.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return remainders[a] > remainders[b]; });
  split.got_leftover.assign(weights.size(), 0);
  for (uint64_t i = 0; i < split.leftover_nanos; ++i) {
    ++parts[order[i]];
    split.got_leftover[order[i]] = 1;
  }
  split.parts.reserve(weights.size());
  for (const UInt128 part : parts) {
    // Modular conversion: also right for the one magnitude (2^127) that only exists below zero.
    const auto nanos = static_cast<Int128>(gross.IsNegative() ? UInt128{0} - part : part);
    split.parts.emplace_back(nanos, gross.currency());
  }
  return split;
}

}  // namespace ledgerline
