// A CSV row read by the names of its columns, with errors that say where: "line 7, share_ppm '12x': expected ...".
#ifndef LEDGERLINE_LEDGER_EXCHANGE_CSV_RECORD_H_
#define LEDGERLINE_LEDGER_EXCHANGE_CSV_RECORD_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/exchange/csv.h"
#include "ledgerline/v1/catalogue.pb.h"
#include "schemas/identifiers.h"
#include "schemas/status.h"
#include "schemas/time.h"

namespace ledgerline::exchange {

struct Column {
  std::string_view name;
  bool required = true;
};

// One row by column names. Valid during the callback only.
class CsvRecord {
 public:
  CsvRecord(const CsvRow& row, std::span<const Column> columns, std::span<const int> positions)
      : row_(row), columns_(columns), positions_(positions) {}

  uint64_t line() const { return row_.line; }
  uint64_t number() const { return row_.number; }
  // Empty where the file has no such (optional) column.
  std::string_view Text(std::string_view column) const;
  // "line 7, COLUMN 'VALUE': rule".
  Status Wrong(std::string_view column, const std::string& rule) const;
  // An error from elsewhere, with the line and the column before it. An ok status stays ok.
  Status At(std::string_view column, const Status& status) const;
  // A decimal integer from 0 to `max`. Errors: kInvalidArgument, kOutOfRange.
  Result<uint64_t> Unsigned(std::string_view column, uint64_t max) const;
  // The same, and 0 where the field is empty.
  Result<uint64_t> UnsignedOrZero(std::string_view column, uint64_t max) const;
  // valid_from (empty: 1970) and valid_to (empty: open). Errors: kInvalidArgument (form, or the end is not after the
  // start).
  Result<TimeSpan> Valid() const;
  // Canonical identifier, or empty; a wrong check digit is added to `warnings` and the value kept.
  Result<std::string> Identified(std::string_view column, IdentifierKind kind,
                                 std::vector<std::string>& warnings) const;
  // Free text of at least one character.
  Result<std::string> Required(std::string_view column) const;

 private:
  const CsvRow& row_;
  std::span<const Column> columns_;
  std::span<const int> positions_;
};

// Reads a file with these columns (in any order, no others) and computes its digest: SHA-256 of the bytes as received,
// size, row count, and the RFC 6962 root over the rows' raw bytes.
// Errors: those of ReadCsv; kInvalidArgument (a column missing, unknown or twice).
Result<v1::FileDigest> ReadRecords(std::string_view bytes, std::span<const Column> columns,
                                   const std::function<Status(const CsvRecord&)>& each);

// The names in a file's header row. Errors: those of ReadCsv.
Result<std::vector<std::string>> ReadHeader(std::string_view bytes);

}  // namespace ledgerline::exchange

#endif  // LEDGERLINE_LEDGER_EXCHANGE_CSV_RECORD_H_
