// The CSV reader against a second one of thirty lines: both accept the same bytes and read the same fields.
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <vector>

#include "ledger/exchange/csv.h"

namespace {

using Rows = std::vector<std::vector<std::string>>;

// One line by RFC 4180 section 2, strictly.
std::optional<std::vector<std::string>> Fields(std::string_view line) {
  std::vector<std::string> fields;
  for (size_t at = 0;; ++at) {
    std::string field;
    if (at < line.size() && line[at] == '"') {
      for (++at;; ++at) {
        if (at >= line.size()) return std::nullopt;
        if (line[at] == '"' && (at + 1 >= line.size() || line[at + 1] != '"')) break;
        if (line[at] == '"') ++at;
        field += line[at];
      }
      ++at;
      if (at < line.size() && line[at] != ',') return std::nullopt;
    } else {
      for (; at < line.size() && line[at] != ','; ++at) {
        if (line[at] == '"') return std::nullopt;
        field += line[at];
      }
    }
    fields.push_back(field);
    if (at >= line.size()) return fields;
  }
}

std::optional<Rows> Expected(std::string_view bytes) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  Rows rows;
  while (!bytes.empty()) {
    const size_t end = bytes.find('\n');
    std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || !ledgerline::exchange::IsUtf8(line)) return std::nullopt;
    for (const char c : line)
      if (static_cast<uint8_t>(c) < 0x20 || c == 0x7f) return std::nullopt;
    auto fields = Fields(line);
    if (!fields || fields->size() > ledgerline::exchange::kCsvColumnsMax) return std::nullopt;
    for (const std::string& field : *fields)
      if (field.size() > ledgerline::exchange::kCsvFieldBytesMax) return std::nullopt;
    if (!rows.empty() && fields->size() != rows[0].size()) return std::nullopt;
    rows.push_back(std::move(*fields));
  }
  if (rows.empty()) return std::nullopt;
  return rows;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ledgerline;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Rows rows;
  const auto keep = [&](const exchange::CsvRow& row) {
    rows.emplace_back(row.fields.begin(), row.fields.end());
    return Status::Ok();
  };
  const Status status = exchange::ReadCsv(bytes, keep, keep);
  const auto expected = Expected(bytes);
  if (status.ok() != expected.has_value()) std::abort();
  if (expected && *expected != rows) std::abort();
  return 0;
}
