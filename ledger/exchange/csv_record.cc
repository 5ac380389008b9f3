#include "ledger/exchange/csv_record.h"

#include <algorithm>

#include "crypto/merkle.h"
#include "crypto/sha256.h"

namespace ledgerline::exchange {
namespace {

std::string Shown(std::string_view value) {
  // Cut at a character's beginning, so that the message stays UTF-8.
  size_t size = std::min<size_t>(value.size(), 60);
  while (size < value.size() && size > 0 && (static_cast<uint8_t>(value[size]) & 0xc0) == 0x80) --size;
  return "'" + std::string(value.substr(0, size)) + (size < value.size() ? "...'" : "'");
}

Result<std::vector<int>> Positions(const CsvRow& header, std::span<const Column> columns) {
  std::vector<int> positions(columns.size(), -1);
  for (size_t i = 0; i < header.fields.size(); ++i) {
    const auto found =
        std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == header.fields[i]; });
    if (found == columns.end()) {
      std::string known;
      for (const Column& column : columns) known += (known.empty() ? "" : ", ") + std::string(column.name);
      return InvalidArgument("line 1: unknown column " + Shown(header.fields[i]) + "; the columns are " + known);
    }
    int& position = positions[static_cast<size_t>(found - columns.begin())];
    if (position >= 0) return InvalidArgument("line 1: column '" + header.fields[i] + "' stands twice");
    position = static_cast<int>(i);
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].required && positions[i] < 0) {
      return InvalidArgument("line 1: column '" + std::string(columns[i].name) + "' is missing");
    }
  }
  return positions;
}

}  // namespace

std::string_view CsvRecord::Text(std::string_view column) const {
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].name == column && positions_[i] >= 0) return row_.fields[static_cast<size_t>(positions_[i])];
  }
  return {};
}

Status CsvRecord::Wrong(std::string_view column, const std::string& rule) const {
  return InvalidArgument("line " + std::to_string(row_.line) + ", " + std::string(column) + " " + Shown(Text(column)) +
                         ": " + rule);
}

Status CsvRecord::At(std::string_view column, const Status& status) const {
  return status.WithContext("line " + std::to_string(row_.line) + ", " + std::string(column));
}

Result<uint64_t> CsvRecord::Unsigned(std::string_view column, uint64_t max) const {
  const std::string_view text = Text(column);
  uint64_t value = 0;
  const bool digits = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (text.empty() || text.size() > 20 || !digits)
    return Wrong(column, "expected a whole number from 0 to " + std::to_string(max));
  for (const char c : text) {
    if (__builtin_mul_overflow(value, uint64_t{10}, &value) ||
        __builtin_add_overflow(value, static_cast<uint64_t>(c - '0'), &value) || value > max) {
      return OutOfRange(Wrong(column, "is above " + std::to_string(max)).message());
    }
  }
  return value;
}

Result<uint64_t> CsvRecord::UnsignedOrZero(std::string_view column, uint64_t max) const {
  if (Text(column).empty()) return uint64_t{0};
  return Unsigned(column, max);
}

Result<TimeSpan> CsvRecord::Valid() const {
  TimeSpan span;
  if (!Text("valid_from").empty()) {
    auto from = Instant::Parse(Text("valid_from"));
    if (!from.ok()) return At("valid_from", from.status());
    span.from = *from;
  }
  if (!Text("valid_to").empty()) {
    auto to = Instant::Parse(Text("valid_to"));
    if (!to.ok()) return At("valid_to", to.status());
    span.to = *to;
  }
  if (span.to <= span.from)
    return Wrong("valid_to", "must be after valid_from (" + span.from.ToString() + "); the end is exclusive");
  return span;
}

Result<std::string> CsvRecord::Identified(std::string_view column, IdentifierKind kind,
                                          std::vector<std::string>& warnings) const {
  if (Text(column).empty()) return std::string();
  auto identifier = ParseIdentifier(kind, Text(column));
  if (!identifier.ok()) return At(column, identifier.status());
  if (!identifier->check_digit_right) {
    warnings.push_back(Wrong(column, "the check digit is wrong; the value is kept").message());
  }
  return identifier->canonical;
}

Result<std::string> CsvRecord::Required(std::string_view column) const {
  if (Text(column).empty()) return Wrong(column, "must not be empty");
  return std::string(Text(column));
}

Result<v1::FileDigest> ReadRecords(std::string_view bytes, std::span<const Column> columns,
                                   const std::function<Status(const CsvRecord&)>& each) {
  std::vector<int> positions;
  crypto::Frontier rows;
  RETURN_IF_ERROR(ReadCsv(
      bytes,
      [&](const CsvRow& header) -> Status {
        ASSIGN_OR_RETURN(positions, Positions(header, columns));
        return Status::Ok();
      },
      [&](const CsvRow& row) -> Status {
        rows.Append(crypto::LeafHash(row.raw));
        return each(CsvRecord(row, columns, positions));
      }));
  v1::FileDigest digest;
  digest.set_blob_sha256(crypto::Sha256(bytes).ToBytes());
  digest.set_byte_size(bytes.size());
  digest.set_row_count(rows.size().value);
  digest.set_rows_root(rows.Root().ToBytes());
  return digest;
}

Result<std::vector<std::string>> ReadHeader(std::string_view bytes) {
  // The bound is on the whole file; only its first line is read here.
  if (bytes.size() > kCsvBytesMax)
    return OutOfRange("a file of " + std::to_string(bytes.size()) + " bytes; at most " + std::to_string(kCsvBytesMax) +
                      " are allowed");
  std::vector<std::string> names;
  RETURN_IF_ERROR(ReadCsv(
      bytes.substr(0, std::min(bytes.find('\n'), bytes.size() - 1) + 1),
      [&](const CsvRow& header) {
        names.assign(header.fields.begin(), header.fields.end());
        return Status::Ok();
      },
      [](const CsvRow&) { return Status::Ok(); }));
  return names;
}

}  // namespace ledgerline::exchange
