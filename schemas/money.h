// Money: a signed 128-bit count of nano-units (1e-9) of one currency. No floating point comes near it.
//
// Adding two currencies or leaving 128 bits is an error, never a wrap. Products are formed in 256 bits. Division is
// only offered as Split, which names its rounding and loses nothing. Source: docs/decisions/0002-money.md
#ifndef LEDGERLINE_SCHEMAS_MONEY_H_
#define LEDGERLINE_SCHEMAS_MONEY_H_

#include <array>
#include <compare>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/status.h"

namespace ledgerline {

__extension__ typedef __int128 Int128;

inline constexpr uint32_t kWholePpm = 1'000'000;
inline constexpr int64_t kNanosPerUnit = 1'000'000'000;

// An ISO 4217 code: three capital letters.
class Currency {
 public:
  Currency() = default;  // "XXX", ISO 4217's "no currency"
  static Result<Currency> Parse(std::string_view text);
  std::string ToString() const { return std::string(code_.data(), code_.size()); }
  friend auto operator<=>(const Currency&, const Currency&) = default;

 private:
  std::array<char, 3> code_{'X', 'X', 'X'};
};

class Money {
 public:
  Money() = default;
  Money(Int128 nanos, Currency currency) : nanos_(nanos), currency_(currency) {}
  template <std::floating_point Number>
  Money(Number, Currency) = delete;
  static Money Zero(Currency currency) { return Money(0, currency); }
  // "12", "-0.5", "1234.000000001": at most nine decimals, no exponent, no grouping. Errors: kInvalidArgument,
  // kOutOfRange.
  static Result<Money> Parse(std::string_view decimal, Currency currency);

  Int128 nanos() const { return nanos_; }
  Currency currency() const { return currency_; }
  bool IsZero() const { return nanos_ == 0; }
  bool IsNegative() const { return nanos_ < 0; }
  // "12.5": no trailing zeros, no currency.
  std::string ToDecimal() const;
  // "12.500000000": all nine decimals, for columns.
  std::string ToNanoDecimal() const;
  // "12.50 EUR": at least two decimals.
  std::string ToString() const;
  // 16 bytes, big-endian two's complement: the form that is hashed.
  std::string ToHashedBytes() const;

  // Errors: kInvalidArgument (two currencies), kOutOfRange (overflow).
  Result<Money> Plus(const Money& other) const;
  Result<Money> Minus(const Money& other) const;
  Result<Money> Negated() const;
  Result<Money> Times(int64_t count) const;
  // floor(this x numerator / denominator), for amounts at or above zero; a negative one is the negative of its
  // magnitude's result. Errors: kInvalidArgument (denominator 0), kOutOfRange.
  Result<Money> TimesRatio(uint64_t numerator, uint64_t denominator) const;

  friend bool operator==(const Money&, const Money&) = default;

 private:
  Int128 nanos_ = 0;
  Currency currency_;
};

// One level of largest-remainder allocation: what each weight received, and what it takes to check one part alone:
// part = floor(|gross| x weight / total_weight) + [ranked at or above the cutoff], signed as gross.
struct Split {
  std::vector<Money> parts;  // in the order of the weights; they sum to gross exactly
  Int128 total_weight = 0;
  uint64_t leftover_nanos = 0;        // units handed out one by one
  std::vector<uint8_t> got_leftover;  // 1 where a part has one of them
};

// Splits `gross` by `weights` (each >= 0, in stable-id order: ties go to the earlier) with largest remainder. A
// negative gross is split by magnitude and signed after. Errors: kInvalidArgument (no weights, all zero), kOutOfRange.
// Source: docs/decisions/0002-money.md
Result<Split> SplitByLargestRemainder(const Money& gross, std::span<const Int128> weights);

// Decimal digits of a 128-bit integer.
std::string Int128ToString(Int128 value);

}  // namespace ledgerline

#endif  // LEDGERLINE_SCHEMAS_MONEY_H_
