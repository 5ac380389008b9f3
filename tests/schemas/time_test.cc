#include "schemas/time.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace ledgerline {
namespace {

TEST(InstantTest, ParsesDatesAndTimes) {
  EXPECT_EQ(Instant::Parse("1970-01-01")->us, 0);
  EXPECT_EQ(Instant::Parse("2026-10-01")->us, 1'790'812'800'000'000);
  EXPECT_EQ(Instant::Parse("2026-10-01T12:30:00Z")->ToString(), "2026-10-01T12:30:00Z");
  EXPECT_EQ(Instant::Parse("2026-10-01T12:30:00.25Z")->us % 1'000'000, 250'000);
  EXPECT_EQ(Instant::Parse("2026-10-01T12:30:00.000001Z")->ToString(), "2026-10-01T12:30:00.000001Z");
  EXPECT_TRUE(Instant::Parse("2028-02-29").ok());
}

TEST(InstantTest, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2026", "2026-10", "2026-13-01", "2026-02-29", "2026-10-32", "1969-12-31", "2026/10/01", "26-10-01",
        "2026-10-01T12:30Z", "2026-10-01T24:00:00Z", "2026-10-01T12:60:00Z", "2026-10-01T12:30:00",
        "2026-10-01T12:30:00+01:00", "2026-10-01T12:30:00.Z", "2026-10-01T12:30:00.1234567Z", "2026-10-01 "}) {
    EXPECT_EQ(Instant::Parse(text).status().code(), StatusCode::kInvalidArgument) << text;
  }
}

TEST(InstantTest, PrintsWhatItParses) {
  EXPECT_TRUE(rc::check("any instant from 1970 to 9999 survives its text", [] {
    const Instant instant{*rc::gen::inRange<int64_t>(0, 253'402'300'800'000'000)};
    RC_ASSERT(Instant::Parse(instant.ToString())->us == instant.us);
  }));
}

TEST(TimeSpanTest, IsHalfOpen) {
  const TimeSpan span{Instant{10}, Instant{20}};
  EXPECT_FALSE(span.Contains(Instant{9}));
  EXPECT_TRUE(span.Contains(Instant{10}));
  EXPECT_TRUE(span.Contains(Instant{19}));
  EXPECT_FALSE(span.Contains(Instant{20}));
  EXPECT_FALSE(span.Overlaps({Instant{20}, Instant{30}}));
  EXPECT_FALSE(span.Overlaps({Instant{0}, Instant{10}}));
  EXPECT_TRUE(span.Overlaps({Instant{19}, Instant{30}}));
  EXPECT_TRUE((TimeSpan{Instant{5}, TimeSpan::kOpen}.Overlaps({Instant{1'000'000}, TimeSpan::kOpen})));
}

TEST(PeriodTest, IsAMonthAndCrossesTheYear) {
  const auto december = Period::Parse("2026-12");
  ASSERT_TRUE(december.ok());
  EXPECT_EQ(december->Span().from.ToString(), "2026-12-01T00:00:00Z");
  EXPECT_EQ(december->Span().to.ToString(), "2027-01-01T00:00:00Z");
  EXPECT_LT(*december, *Period::Parse("2027-01"));
  EXPECT_EQ(december->ToString(), "2026-12");
  for (const char* text : {"", "2026", "2026-00", "2026-13", "2026-1", "2026-101", "2026/10", "1969-12"}) {
    EXPECT_EQ(Period::Parse(text).status().code(), StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace ledgerline
