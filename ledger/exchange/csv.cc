#include "ledger/exchange/csv.h"

#include <csv.h>

#include <algorithm>
#include <vector>

namespace ledgerline::exchange {
namespace {

std::string AtLine(uint64_t line) { return "line " + std::to_string(line) + ": "; }

// What libcsv's callbacks write into.
struct Sink {
  std::vector<std::string> fields;
  size_t longest = 0;
  int rows_ended = 0;
};

void OnField(void* data, size_t size, void* sink_pointer) {
  auto& sink = *static_cast<Sink*>(sink_pointer);
  sink.longest = std::max(sink.longest, size);
  // One too many is enough to say so.
  if (sink.fields.size() <= kCsvColumnsMax) {
    sink.fields.emplace_back(static_cast<const char*>(data), std::min(size, kCsvFieldBytesMax + 1));
  }
}

void OnRow(int, void* sink_pointer) { ++static_cast<Sink*>(sink_pointer)->rows_ended; }

int NeverSpace(unsigned char) { return 0; }

class Parser {
 public:
  Parser() { ready_ = csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) == 0; }
  ~Parser() {
    if (ready_) csv_free(&parser_);
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  bool ready() const { return ready_; }

  // One line without its end. False if libcsv refuses it.
  bool Line(std::string_view body, Sink& sink) {
    sink = Sink{};
    csv_set_space_func(&parser_, NeverSpace);
    if (csv_parse(&parser_, body.data(), body.size(), OnField, OnRow, &sink) != body.size()) return false;
    return csv_fini(&parser_, OnField, OnRow, &sink) == 0 && sink.rows_ended == 1;
  }

 private:
  csv_parser parser_;
  bool ready_ = false;
};

Status CheckFields(const Sink& sink, uint64_t line, size_t expected) {
  if (sink.longest > kCsvFieldBytesMax) {
    return OutOfRange(AtLine(line) + "a field of " + std::to_string(sink.longest) + " bytes; at most " +
                      std::to_string(kCsvFieldBytesMax) + " are allowed");
  }
  if (sink.fields.size() > kCsvColumnsMax) {
    return OutOfRange(AtLine(line) + "more than " + std::to_string(kCsvColumnsMax) + " fields");
  }
  if (expected != 0 && sink.fields.size() != expected) {
    return InvalidArgument(AtLine(line) + std::to_string(sink.fields.size()) + " fields where the header has " +
                           std::to_string(expected));
  }
  return Status::Ok();
}

}  // namespace

bool IsUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<uint8_t>(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || i + length > text.size()) return false;
    uint32_t code = lead & (0xffu >> (length + 1));
    for (size_t k = 1; k < length; ++k) {
      const auto byte = static_cast<uint8_t>(text[i + k]);
      if ((byte & 0xc0) != 0x80) return false;
      code = code << 6 | (byte & 0x3f);
    }
    if ((length == 3 && code < 0x800) || (length == 4 && (code < 0x10000 || code > 0x10ffff))) return false;
    if (code >= 0xd800 && code <= 0xdfff) return false;
    i += length;
  }
  return true;
}

Status ReadCsv(std::string_view bytes, const std::function<Status(const CsvRow&)>& header,
               const std::function<Status(const CsvRow&)>& row) {
  if (bytes.size() > kCsvBytesMax) {
    return OutOfRange("a file of " + std::to_string(bytes.size()) + " bytes; at most " + std::to_string(kCsvBytesMax) +
                      " are allowed");
  }
  if (bytes.substr(0, 3) == "\xef\xbb\xbf") bytes.remove_prefix(3);
  Parser parser;
  if (!parser.ready()) return ResourceExhausted("no memory for the CSV parser");
  Sink sink;
  size_t columns = 0;
  uint64_t line = 0;
  for (size_t at = 0; at < bytes.size();) {
    ++line;
    const size_t end = std::min(bytes.find('\n', at), bytes.size());
    std::string_view body = bytes.substr(at, end - at);
    if (end < bytes.size() && body.ends_with('\r')) body.remove_suffix(1);
    at = end + 1;
    if (body.empty()) return InvalidArgument(AtLine(line) + "an empty line");
    if (!IsUtf8(body)) return InvalidArgument(AtLine(line) + "the text is not UTF-8");
    for (const char c : body) {
      if (static_cast<uint8_t>(c) < 0x20 || c == 0x7f) {
        return InvalidArgument(AtLine(line) + "a control character (code " + std::to_string(static_cast<uint8_t>(c)) +
                               ")");
      }
    }
    if (!parser.Line(body, sink)) {
      return InvalidArgument(AtLine(line) +
                             "the quotes are not as RFC 4180 asks: a field is quoted wholly or not at all, " +
                             "a quote inside is doubled, and a field ends on its line");
    }
    RETURN_IF_ERROR(CheckFields(sink, line, columns));
    if (columns == 0) {
      columns = sink.fields.size();
      RETURN_IF_ERROR(header(CsvRow{line, 0, body, sink.fields}));
      continue;
    }
    const uint64_t number = line - 2;
    if (number >= kCsvRowsMax) return OutOfRange("more than " + std::to_string(kCsvRowsMax) + " rows");
    RETURN_IF_ERROR(row(CsvRow{line, number, body, sink.fields}));
  }
  if (columns == 0) return InvalidArgument("line 1: there is no header row");
  return Status::Ok();
}

std::string_view HeaderLine(std::string_view bytes) {
  if (bytes.substr(0, 3) == "\xef\xbb\xbf") bytes.remove_prefix(3);
  const size_t end = std::min(bytes.find('\n'), bytes.size());
  std::string_view line = bytes.substr(0, end);
  if (end < bytes.size() && line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string CsvField(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string field = "\"";
  for (const char c : text) {
    if (c == '"') field += '"';
    field += c;
  }
  return field + '"';
}

}  // namespace ledgerline::exchange
