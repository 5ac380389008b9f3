// Strict comma-separated values (RFC 4180) over libcsv: UTF-8, a header row, one row a line, bounded in every
// direction.
//
// Stricter than RFC 4180 in this: a field holds no control characters, so a row never spans lines; no empty lines;
// every row has as many fields as the header. Blanks belong to a field (RFC 4180 section 2.4). A byte order mark is
// skipped.
#ifndef LEDGERLINE_LEDGER_EXCHANGE_CSV_H_
#define LEDGERLINE_LEDGER_EXCHANGE_CSV_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "schemas/status.h"

namespace ledgerline::exchange {

inline constexpr size_t kCsvBytesMax = size_t{64} << 20;
inline constexpr uint64_t kCsvRowsMax = 1'000'000;
inline constexpr size_t kCsvFieldBytesMax = 4096;
inline constexpr size_t kCsvColumnsMax = 64;

// One row as it is read; valid during the call only.
struct CsvRow {
  uint64_t line = 0;     // of the file, counted from 1; the header is line 1
  uint64_t number = 0;   // rows after the header, counted from 0
  std::string_view raw;  // the row's bytes without its line end: what rows_root hashes
  std::span<const std::string> fields;
};

// Calls `header` once with the header row, then `row` for each row. The first error of either ends the reading.
// Errors: kInvalidArgument (encoding, quoting, control characters, number of fields; all name the line), kOutOfRange
// (a bound above is passed), those of the callbacks.
Status ReadCsv(std::string_view bytes, const std::function<Status(const CsvRow&)>& header,
               const std::function<Status(const CsvRow&)>& row);

// The header row's bytes, as `raw` of a row, of a file that ReadCsv accepts.
std::string_view HeaderLine(std::string_view bytes);

// `text` as one CSV field: quoted where it must be (RFC 4180 section 2.6).
std::string CsvField(std::string_view text);

// True if `text` is well-formed UTF-8 (RFC 3629: shortest form, no surrogates, up to U+10FFFF).
bool IsUtf8(std::string_view text);

}  // namespace ledgerline::exchange

#endif  // LEDGERLINE_LEDGER_EXCHANGE_CSV_H_
