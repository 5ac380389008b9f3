// Instants, half-open spans of valid time, months, and the clock that programs are given.
#ifndef LEDGERLINE_SCHEMAS_TIME_H_
#define LEDGERLINE_SCHEMAS_TIME_H_

#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "schemas/status.h"

namespace ledgerline {

// UTC microseconds since 1970-01-01.
struct Instant {
  int64_t us = 0;
  friend auto operator<=>(const Instant&, const Instant&) = default;

  // "2026-10-01" (midnight UTC) or "2026-10-01T12:30:00Z", with up to six decimals of the second; years 1970 to 9999.
  static Result<Instant> Parse(std::string_view text);
  // "2026-10-01T12:30:00Z", with decimals only where they are not zero.
  std::string ToString() const;
};

// [from, to): valid time. An open end is kOpen.
struct TimeSpan {
  static constexpr Instant kOpen{std::numeric_limits<int64_t>::max()};
  Instant from;
  Instant to = kOpen;
  bool Contains(Instant at) const { return from <= at && at < to; }
  bool Overlaps(const TimeSpan& other) const { return from < other.to && other.from < to; }
  friend bool operator==(const TimeSpan&, const TimeSpan&) = default;
};

// A calendar month in UTC, written "2026-10".
struct Period {
  int year = 1970;
  int month = 1;
  friend auto operator<=>(const Period&, const Period&) = default;

  static Result<Period> Parse(std::string_view text);
  std::string ToString() const;
  TimeSpan Span() const;
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant Now() = 0;
};

class SystemClock : public Clock {
 public:
  Instant Now() override;
};

}  // namespace ledgerline

#endif  // LEDGERLINE_SCHEMAS_TIME_H_
