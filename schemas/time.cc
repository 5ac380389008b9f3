#include "schemas/time.h"

#include <chrono>
#include <cstdio>

namespace ledgerline {
namespace {

using std::chrono::sys_days;

constexpr int64_t kDayUs = 86'400'000'000;

// Reads exactly `count` digits at `at`; -1 if there are not that many.
int Digits(std::string_view text, size_t at, size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

std::string Quoted(std::string_view text) { return "'" + std::string(text.substr(0, 80)) + "'"; }

Status BadInstant(std::string_view text) {
  return InvalidArgument("time " + Quoted(text) +
                         ": expected a date like 2026-10-01 or a UTC time like 2026-10-01T12:30:00Z");
}

int64_t DaysUs(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  return static_cast<int64_t>(sys_days(date).time_since_epoch().count()) * kDayUs;
}

}  // namespace

Result<Instant> Instant::Parse(std::string_view text) {
  const int year = Digits(text, 0, 4), month = Digits(text, 5, 2), day = Digits(text, 8, 2);
  if (year < 0 || month < 0 || day < 0 || text[4] != '-' || text[7] != '-') return BadInstant(text);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || year < 1970) return InvalidArgument("time " + Quoted(text) + ": no such date from 1970 to 9999");
  int64_t us = DaysUs(year, month, day);
  if (text.size() == 10) return Instant{us};
  const int hour = Digits(text, 11, 2), minute = Digits(text, 14, 2), second = Digits(text, 17, 2);
  if (hour < 0 || minute < 0 || second < 0 || text[10] != 'T' || text[13] != ':' || text[16] != ':')
    return BadInstant(text);
  if (hour > 23 || minute > 59 || second > 59) return InvalidArgument("time " + Quoted(text) + ": no such time of day");
  us += (hour * 3600LL + minute * 60 + second) * 1'000'000;
  size_t at = 19;
  if (at < text.size() && text[at] == '.') {
    int64_t scale = 100'000;
    size_t digits = 0;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9' && digits < 6; ++at, ++digits, scale /= 10) {
      us += (text[at] - '0') * scale;
    }
    if (digits == 0) return BadInstant(text);
  }
  if (at + 1 != text.size() || text[at] != 'Z') return BadInstant(text);
  return Instant{us};
}

std::string Instant::ToString() const {
  const std::chrono::sys_time<std::chrono::microseconds> time{std::chrono::microseconds(us)};
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(time - days);
  char buffer[96];
  std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  std::string out = buffer;
  if (const auto fraction = static_cast<int>(clock.subseconds().count()); fraction != 0) {
    std::snprintf(buffer, sizeof buffer, ".%06d", fraction);
    out += buffer;
    while (out.back() == '0') out.pop_back();
  }
  return out + "Z";
}

Result<Period> Period::Parse(std::string_view text) {
  const int year = Digits(text, 0, 4), month = Digits(text, 5, 2);
  if (text.size() != 7 || year < 1970 || month < 1 || month > 12 || text[4] != '-') {
    return InvalidArgument("period " + Quoted(text) + ": expected a month like 2026-10");
  }
  return Period{year, month};
}

std::string Period::ToString() const {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%04d-%02d", year, month);
  return buffer;
}

TimeSpan Period::Span() const {
  const int next_year = month == 12 ? year + 1 : year;
  const int next_month = month == 12 ? 1 : month + 1;
  return TimeSpan{Instant{DaysUs(year, month, 1)}, Instant{DaysUs(next_year, next_month, 1)}};
}

Instant SystemClock::Now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return Instant{std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

}  // namespace ledgerline
