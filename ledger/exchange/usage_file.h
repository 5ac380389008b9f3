// Usage files: plays and revenue of recordings by period, territory and tier. Format: docs/formats/usage_csv.md.
#ifndef LEDGERLINE_LEDGER_EXCHANGE_USAGE_FILE_H_
#define LEDGERLINE_LEDGER_EXCHANGE_USAGE_FILE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledgerline/v1/usage.pb.h"
#include "schemas/ids.h"
#include "schemas/money.h"
#include "schemas/status.h"
#include "schemas/time.h"

namespace ledgerline::exchange {

inline constexpr uint64_t kPlaysMax = 1'000'000'000'000;        // in one row
inline constexpr int64_t kRevenueUnitsMax = 1'000'000'000'000;  // in one row, either sign

struct UsageRow {
  uint64_t line = 0;    // of the file, from 1; the header is line 1
  uint64_t number = 0;  // row after the header, from 0: the leaf index under rows_root
  RecordingId recording;
  Period period;
  std::string territory;  // ISO 3166-1 alpha-2
  std::string tier;
  uint64_t plays = 0;
  Money revenue;             // may be negative: a correction
  std::string revenue_text;  // as the file has it
  Instant used_on;           // midnight UTC; the first day of the period unless the file says otherwise
};

struct UsageFile {
  std::vector<UsageRow> rows;  // in the order of the file
  std::vector<std::string> warnings;
  v1::FileDigest digest;
  std::vector<v1::UsageTotal> totals;  // by currency
  std::vector<std::string> periods;    // sorted

  v1::UsageFile ToPayload(v1::UsageKind kind) const;
};

// Columns: recording_id, period, territory, tier, plays, revenue, currency, and optionally used_on.
// Errors: kInvalidArgument, kOutOfRange; all name line, column, value and rule.
Result<UsageFile> ParseUsageFile(std::string_view bytes);

}  // namespace ledgerline::exchange

#endif  // LEDGERLINE_LEDGER_EXCHANGE_USAGE_FILE_H_
