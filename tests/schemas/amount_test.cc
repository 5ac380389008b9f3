#include "schemas/amount.h"

#include <gtest/gtest.h>

#include <limits>

namespace ledgerline {
namespace {

v1::Amount Wire(const std::string& currency, int64_t units, int32_t nanos) {
  v1::Amount amount;
  amount.set_currency(currency);
  amount.set_units(units);
  amount.set_nanos(nanos);
  return amount;
}

TEST(AmountTest, GoesThereAndBack) {
  const Currency eur = *Currency::Parse("EUR");
  for (const char* text : {"0", "1.5", "-1.5", "0.000000001", "-0.000000001", "9223372036854775807.999999999",
                           "-9223372036854775808.999999999"}) {
    const Money money = *Money::Parse(text, eur);
    const auto wire = ToWire(money);
    ASSERT_TRUE(wire.ok()) << text;
    EXPECT_EQ(*FromWire(*wire, "amount"), money) << text;
  }
  EXPECT_EQ(ToWire(*Money::Parse("9223372036854775808", eur)).status().code(), StatusCode::kOutOfRange);
}

TEST(AmountTest, RefusesMixedSignsAndWideNanos) {
  EXPECT_TRUE(FromWire(Wire("EUR", 1, 999'999'999), "fee").ok());
  for (const v1::Amount& wrong : {Wire("EUR", 1, -1), Wire("EUR", -1, 1), Wire("EUR", 0, 1'000'000'000),
                                  Wire("EUR", 0, -1'000'000'000), Wire("eur", 1, 0)}) {
    const auto money = FromWire(wrong, "fee");
    EXPECT_EQ(money.status().code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(money.status().message().find("fee"), 0u);
  }
}

}  // namespace
}  // namespace ledgerline
