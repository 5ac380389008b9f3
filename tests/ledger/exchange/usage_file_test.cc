#include "ledger/exchange/usage_file.h"

#include <gtest/gtest.h>

#include "schemas/amount.h"

namespace ledgerline::exchange {
namespace {

constexpr char kHeader[] = "recording_id,period,territory,tier,plays,revenue,currency,used_on\n";

void ExpectWrong(const std::string& row, const std::string& part, StatusCode code = StatusCode::kInvalidArgument) {
  const auto file = ParseUsageFile(kHeader + row + "\n");
  ASSERT_FALSE(file.ok()) << row;
  EXPECT_EQ(file.status().code(), code);
  EXPECT_NE(file.status().message().find(part), std::string::npos) << file.status().message();
}

TEST(UsageFileTest, ReadsRowsTotalsAndPeriods) {
  const auto file = ParseUsageFile(std::string(kHeader) +
                                   "cov-1,2026-11,DE,premium,3,1.50,EUR,2026-11-30\ncov-1,2026-10,US,free,0,-0.250,USD,"
                                   "\ncov-2,2026-10,DE,premium,4,2.5,EUR,\n");
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  ASSERT_EQ(file->rows.size(), 3u);
  EXPECT_EQ(file->rows[0].line, 2u);
  EXPECT_EQ(file->rows[0].number, 0u);
  EXPECT_EQ(file->rows[0].used_on.ToString(), "2026-11-30T00:00:00Z");
  EXPECT_EQ(file->rows[1].used_on.ToString(), "2026-10-01T00:00:00Z");
  EXPECT_EQ(file->rows[1].revenue.ToDecimal(), "-0.25");
  EXPECT_EQ(file->rows[1].revenue_text, "-0.250");  // as the file has it
  const v1::UsageFile payload = file->ToPayload(v1::USAGE_KIND_COVERS);
  ASSERT_EQ(payload.totals_size(), 2);
  EXPECT_EQ(FromWire(payload.totals(0).revenue(), "revenue")->ToString(), "4.00 EUR");
  EXPECT_EQ(payload.totals(0).plays(), 7u);
  EXPECT_EQ(FromWire(payload.totals(1).revenue(), "revenue")->ToString(), "-0.25 USD");
  EXPECT_EQ(payload.periods_size(), 2);
  EXPECT_EQ(payload.periods(0), "2026-10");
}

TEST(UsageFileTest, NamesWhatIsWrong) {
  ExpectWrong("COV,2026-10,DE,premium,1,1,EUR,", "line 2, recording_id: recording_id 'COV'");
  ExpectWrong("cov-1,2026-13,DE,premium,1,1,EUR,", "line 2, period: period '2026-13'");
  ExpectWrong("cov-1,2026-10,WW,premium,1,1,EUR,", "line 2, territory: territory 'WW' is not an ISO 3166-1");
  ExpectWrong("cov-1,2026-10,DE,Premium,1,1,EUR,", "line 2, tier: tier 'Premium'");
  ExpectWrong("cov-1,2026-10,DE,premium,-1,1,EUR,", "plays '-1': expected a whole number from 0");
  ExpectWrong("cov-1,2026-10,DE,premium,1000000000001,1,EUR,", "is above 1000000000000", StatusCode::kOutOfRange);
  ExpectWrong("cov-1,2026-10,DE,premium,18446744073709551616,1,EUR,", "is above", StatusCode::kOutOfRange);
  ExpectWrong("cov-1,2026-10,DE,premium,1,\"1,5\",EUR,", "line 2, revenue: amount '1,5'");
  ExpectWrong("cov-1,2026-10,DE,premium,1,0.0000000001,EUR,", "more than nine decimals");
  ExpectWrong("cov-1,2026-10,DE,premium,1,1000000000000.000000001,EUR,", "is outside", StatusCode::kOutOfRange);
  ExpectWrong("cov-1,2026-10,DE,premium,1,-1000000000000.000000001,EUR,", "is outside", StatusCode::kOutOfRange);
  ExpectWrong("cov-1,2026-10,DE,premium,1,1,EURO,", "line 2, currency: currency 'EURO'");
  ExpectWrong("cov-1,2026-10,DE,premium,1,1,EUR,2026-11-01", "used_on '2026-11-01': is not in period 2026-10");
  ExpectWrong("cov-1,2026-10,DE,premium,1,1,EUR,2026-09-30", "is not in period 2026-10");
  ExpectWrong("cov-1,2026-10,DE,premium,1,1,EUR,2026-10-01T10:00:00Z", "expected a date");
}

TEST(UsageFileTest, BoundsAreInclusive) {
  const auto file = ParseUsageFile(std::string(kHeader) +
                                   "cov-1,2026-10,DE,premium,1000000000000,1000000000000,EUR,2026-10-31\ncov-1,2026-10,"
                                   "DE,premium,0,-1000000000000,EUR,2026-10-01\n");
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  EXPECT_EQ(file->totals[0].plays(), 1'000'000'000'000u);
}

}  // namespace
}  // namespace ledgerline::exchange
