#include "ledger/exchange/csv.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <vector>

namespace ledgerline::exchange {
namespace {

struct Read {
  Status status;
  std::vector<std::vector<std::string>> rows;  // the header first
  std::vector<std::string> raw;
};

Read ReadAll(std::string_view bytes) {
  Read read;
  const auto keep = [&](const CsvRow& row) {
    read.rows.emplace_back(row.fields.begin(), row.fields.end());
    read.raw.emplace_back(row.raw);
    return Status::Ok();
  };
  read.status = ReadCsv(bytes, keep, keep);
  return read;
}

TEST(CsvTest, ReadsWhatRfc4180Says) {
  const Read read = ReadAll(
      "\xef\xbb\xbf"
      "a,b\r\n1,\"x, \"\"y\"\"\"\n, z \n\"\",");
  ASSERT_TRUE(read.status.ok()) << read.status.ToString();
  const std::vector<std::vector<std::string>> expected = {{"a", "b"}, {"1", "x, \"y\""}, {"", " z "}, {"", ""}};
  EXPECT_EQ(read.rows, expected);
  EXPECT_EQ(read.raw[1], "1,\"x, \"\"y\"\"\"");
  EXPECT_EQ(read.raw[0], "a,b");
}

TEST(CsvTest, NamesTheLineOfWhatIsWrong) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "line 1: there is no header"},
      {"\n", "line 1: an empty line"},
      {"a,b\n1,2\n\n3,4\n", "line 3: an empty line"},
      {"a,b\n1\n", "line 2: 1 fields where the header has 2"},
      {"a,b\n1,2,3\n", "line 2: 3 fields where the header has 2"},
      {"a,b\n1,\"2\n", "line 2: the quotes"},
      {"a,b\n1,x\"2\n", "line 2: the quotes"},
      {"a,b\n1,\"x\"2\n", "line 2: the quotes"},
      {"a,b\n1,\"x\ny\"\n", "line 2: the quotes"},
      {"a,b\n1,\xff\n", "line 2: the text is not UTF-8"},
      {std::string("a,b\n1,\0\n", 8), "line 2: a control character (code 0)"},
      {"a,b\n1\r,2\n", "line 2: a control character (code 13)"},
      {"a,b\n1,2\r\r\n", "line 2: a control character (code 13)"},
  };
  for (const auto& [bytes, message] : cases) {
    const Read read = ReadAll(bytes);
    EXPECT_EQ(read.status.code(), StatusCode::kInvalidArgument) << bytes;
    EXPECT_NE(read.status.message().find(message), std::string::npos) << bytes << " gave " << read.status.message();
  }
}

TEST(CsvTest, BoundsOnBothSides) {
  EXPECT_TRUE(ReadAll("a\n" + std::string(kCsvFieldBytesMax, 'x') + "\n").status.ok());
  EXPECT_EQ(ReadAll("a\n" + std::string(kCsvFieldBytesMax + 1, 'x') + "\n").status.code(), StatusCode::kOutOfRange);
  std::string columns = "a";
  for (size_t i = 1; i < kCsvColumnsMax; ++i) columns += ",a";
  EXPECT_TRUE(ReadAll(columns).status.ok());
  EXPECT_EQ(ReadAll(columns + ",a").status.code(), StatusCode::kOutOfRange);
  std::string rows = "a\n";
  for (uint64_t i = 0; i < kCsvRowsMax; ++i) rows += "1\n";
  uint64_t count = 0;
  const auto counted = [&](const CsvRow&) {
    ++count;
    return Status::Ok();
  };
  EXPECT_TRUE(ReadCsv(
                  rows, [](const CsvRow&) { return Status::Ok(); }, counted)
                  .ok());
  EXPECT_EQ(count, kCsvRowsMax);
  EXPECT_EQ(ReadCsv(
                rows + "1\n", [](const CsvRow&) { return Status::Ok(); }, counted)
                .code(),
            StatusCode::kOutOfRange);
  EXPECT_EQ(ReadAll(std::string(kCsvBytesMax + 1, 'x')).status.code(), StatusCode::kOutOfRange);
}

TEST(CsvTest, Utf8IsStrict) {
  for (const char* good : {"", "a", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x8e\xb5", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(IsUtf8(good)) << good;
  // Overlong forms, surrogates, beyond U+10FFFF, cut short, a stray continuation.
  for (const char* bad : {"\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xed\xa0\x80",
                          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xc3", "\xe2\x82", "\x80", "\xc3("})
    EXPECT_FALSE(IsUtf8(bad)) << bad;
}

TEST(CsvTest, FieldsAreReadAsTheyWereWritten) {
  EXPECT_TRUE(rc::check("CsvField is the inverse of reading", [] {
    const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab,\" ;\xc3\xa4").substr(0, 6)));
    const Read read = ReadAll("h,k\n" + CsvField(text) + ",end\n");
    RC_ASSERT(read.status.ok());
    RC_ASSERT(read.rows[1][0] == text);
  }));
}

}  // namespace
}  // namespace ledgerline::exchange
