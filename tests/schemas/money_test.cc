#include "schemas/money.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <numeric>

namespace ledgerline {
namespace {

using boost::multiprecision::cpp_int;

Currency Eur() { return *Currency::Parse("EUR"); }
Money Nanos(Int128 nanos) { return Money(nanos, Eur()); }

constexpr Int128 kMax = (static_cast<Int128>(INT64_MAX) << 64) + static_cast<Int128>(UINT64_MAX);
constexpr Int128 kMin = -kMax - 1;

cpp_int Big(Int128 value) { return cpp_int(Int128ToString(value)); }

// Any 128-bit value, with the sizes spread over all lengths.
Int128 GenInt128() {
  const auto high = *rc::gen::arbitrary<int64_t>();
  const auto low = *rc::gen::arbitrary<uint64_t>();
  const int shift = *rc::gen::inRange(0, 127);
  return ((static_cast<Int128>(high) << 64) | static_cast<Int128>(low)) >> shift;
}

TEST(MoneyTest, ParsesWhatItPrints) {
  for (const char* text : {"0", "12", "-0.5", "1234.000000001", "0.000000001", "-0.000000001",
                           "170141183460469231731687303715.884105727"}) {
    const auto money = Money::Parse(text, Eur());
    ASSERT_TRUE(money.ok()) << text << ": " << money.status().ToString();
    EXPECT_EQ(money->ToDecimal(), text);
  }
  EXPECT_EQ(Money::Parse("007.50", Eur())->ToDecimal(), "7.5");
  EXPECT_EQ(Nanos(12'500'000'000).ToString(), "12.50 EUR");
  EXPECT_EQ(Nanos(kMin).ToDecimal(), "-170141183460469231731687303715.884105728");
}

TEST(MoneyTest, RefusesWhatIsNoDecimal) {
  for (const char* text :
       {"", "-", ".", ".5", "5.", "1,5", "1e3", "+1", " 1", "1 ", "--1", "1.2.3", "0x10", "1.0000000001"}) {
    const auto money = Money::Parse(text, Eur());
    ASSERT_FALSE(money.ok()) << text;
    EXPECT_EQ(money.status().code(), StatusCode::kInvalidArgument) << text;
  }
  // One nano-unit beyond 2^127 - 1.
  EXPECT_EQ(Money::Parse("170141183460469231731687303715.884105728", Eur()).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(Money::Parse("1000000000000000000000000000000000000000", Eur()).status().code(), StatusCode::kOutOfRange);
}

TEST(MoneyTest, CurrencyIsThreeCapitals) {
  EXPECT_TRUE(Currency::Parse("USD").ok());
  for (const char* text : {"", "EU", "EURO", "eur", "E1R"})
    EXPECT_EQ(Currency::Parse(text).status().code(), StatusCode::kInvalidArgument) << text;
}

TEST(MoneyTest, NeverMixesCurrenciesAndNeverWraps) {
  const Money dollars(1, *Currency::Parse("USD"));
  EXPECT_EQ(Nanos(1).Plus(dollars).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Nanos(1).Minus(dollars).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Nanos(kMax).Plus(Nanos(0))->nanos(), kMax);
  EXPECT_EQ(Nanos(kMax).Plus(Nanos(1)).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(Nanos(kMin).Minus(Nanos(1)).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(Nanos(kMin).Negated().status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(Nanos(kMax).Times(2).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(Nanos(kMax).TimesRatio(2, 1).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(Nanos(1).TimesRatio(1, 0).status().code(), StatusCode::kInvalidArgument);
  // The product passes 128 bits, the result does not.
  EXPECT_EQ(Nanos(kMax).TimesRatio(1'000'000, 1'000'000)->nanos(), kMax);
}

TEST(MoneyTest, RatiosCutTowardsZeroOnBothSides) {
  EXPECT_EQ(Nanos(10).TimesRatio(1, 3)->nanos(), 3);
  EXPECT_EQ(Nanos(-10).TimesRatio(1, 3)->nanos(), -3);
}

TEST(MoneyTest, HashedFormIsBigEndianTwosComplement) {
  EXPECT_EQ(Nanos(1).ToHashedBytes(), std::string(15, '\0') + '\1');
  EXPECT_EQ(Nanos(-1).ToHashedBytes(), std::string(16, '\xff'));
  EXPECT_EQ(Nanos(0x0102).ToHashedBytes(), std::string(14, '\0') + "\x01\x02");
}

TEST(SplitTest, OneHundredOverSevenFiveOne) {
  const Int128 weights[] = {7, 5, 1};
  const auto split = SplitByLargestRemainder(Nanos(100), weights);
  ASSERT_TRUE(split.ok());
  EXPECT_EQ(split->parts, (std::vector<Money>{Nanos(54), Nanos(38), Nanos(8)}));
  EXPECT_EQ(split->total_weight, 13);
  EXPECT_EQ(split->leftover_nanos, 2u);  // 53 + 38 + 7 = 98; rests 11, 6, 9
  EXPECT_EQ(split->got_leftover, (std::vector<uint8_t>{1, 0, 1}));
}

TEST(SplitTest, TiesGoToTheEarlierAndNegativesMirror) {
  const Int128 equal[] = {1, 1, 1};
  EXPECT_EQ(SplitByLargestRemainder(Nanos(2), equal)->parts, (std::vector<Money>{Nanos(1), Nanos(1), Nanos(0)}));
  EXPECT_EQ(SplitByLargestRemainder(Nanos(-2), equal)->parts, (std::vector<Money>{Nanos(-1), Nanos(-1), Nanos(0)}));
  const Int128 halves[] = {1, 1};
  const auto lowest = SplitByLargestRemainder(Nanos(kMin), halves);
  ASSERT_TRUE(lowest.ok());
  EXPECT_EQ(lowest->parts[0].nanos(), kMin / 2);
}

TEST(SplitTest, RefusesWeightsThatSplitNothing) {
  const Int128 zeros[] = {0, 0};
  const Int128 negative[] = {1, -1};
  const Int128 huge[] = {kMax, 1};
  EXPECT_EQ(SplitByLargestRemainder(Nanos(1), {}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(SplitByLargestRemainder(Nanos(1), zeros).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(SplitByLargestRemainder(Nanos(1), negative).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(SplitByLargestRemainder(Nanos(1), huge).status().code(), StatusCode::kOutOfRange);
}

TEST(SplitTest, PropertiesOfLargestRemainder) {
  EXPECT_TRUE(rc::check("parts sum to gross, stay within one unit of exact, and rank by remainder", [] {
    const Money gross = Nanos(GenInt128());
    std::vector<Int128> weights;
    const int count = *rc::gen::inRange(1, 9);
    for (int i = 0; i < count; ++i) {
      const auto narrow = static_cast<Int128>(*rc::gen::inRange<uint64_t>(0, 5));
      const auto wide = static_cast<Int128>(*rc::gen::arbitrary<uint64_t>());
      weights.push_back(*rc::gen::arbitrary<bool>() ? narrow : wide);
    }
    const cpp_int total = std::accumulate(weights.begin(), weights.end(), cpp_int(0),
                                          [](const cpp_int& sum, Int128 w) { return sum + Big(w); });
    RC_PRE(total > 0);
    const auto split = SplitByLargestRemainder(gross, weights);
    RC_ASSERT(split.ok());
    const cpp_int magnitude = abs(Big(gross.nanos()));
    cpp_int sum = 0;
    for (size_t i = 0; i < weights.size(); ++i) {
      const cpp_int part = abs(Big(split->parts[i].nanos()));
      const cpp_int floor = magnitude * Big(weights[i]) / total;
      RC_ASSERT(part == floor || part == floor + 1);
      RC_ASSERT(part - floor == split->got_leftover[i]);
      RC_ASSERT(part == 0 || (split->parts[i].IsNegative() == gross.IsNegative()));
      sum += Big(split->parts[i].nanos());
      for (size_t k = 0; k < weights.size(); ++k) {
        const cpp_int mine = magnitude * Big(weights[i]) % total, other = magnitude * Big(weights[k]) % total;
        // Whoever ranks higher has a unit if the lower-ranked has one.
        if ((mine > other || (mine == other && i < k)) && split->got_leftover[k]) RC_ASSERT(split->got_leftover[i]);
      }
    }
    RC_ASSERT(sum == Big(gross.nanos()));
  }));
}

TEST(MoneyTest, ArithmeticAgreesWithArbitraryPrecision) {
  EXPECT_TRUE(rc::check("sums, differences and ratios are exact or refused", [] {
    const Int128 a = GenInt128(), b = GenInt128();
    const auto numerator = *rc::gen::arbitrary<uint64_t>();
    const auto denominator = *rc::gen::inRange<uint64_t>(1, 1'000'000'000);
    const auto same = [](const Result<Money>& is, const cpp_int& exact) {
      const bool fits = exact <= Big(kMax) && exact >= Big(kMin);
      return is.ok() ? fits && Big(is->nanos()) == exact : is.status().code() == StatusCode::kOutOfRange && !fits;
    };
    RC_ASSERT(same(Nanos(a).Plus(Nanos(b)), Big(a) + Big(b)));
    RC_ASSERT(same(Nanos(a).Minus(Nanos(b)), Big(a) - Big(b)));
    const cpp_int ratio = abs(Big(a)) * numerator / denominator;
    const auto product = Nanos(a).TimesRatio(numerator, denominator);
    if (ratio <= Big(kMax)) {
      RC_ASSERT(product.ok());
      RC_ASSERT(Big(product->nanos()) == (a < 0 ? cpp_int(-ratio) : ratio));
    } else {
      RC_ASSERT(product.status().code() == StatusCode::kOutOfRange);
    }
    RC_ASSERT(Money::Parse(Nanos(a).ToDecimal(), Eur()).ok() == (a != kMin));
    if (a != kMin) RC_ASSERT(*Money::Parse(Nanos(a).ToDecimal(), Eur()) == Nanos(a));
  }));
}

}  // namespace
}  // namespace ledgerline
