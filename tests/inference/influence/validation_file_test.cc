#include "inference/influence/validation_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ledgerline::influence {
namespace {

using testing::HasSubstr;

ValidationFile Sample() {
  ValidationFile file;
  file.method = "ledgerline-influence/1 rank 6 rows 1536 damping 100000 seed 1";
  file.model.bytes[3] = 7;
  file.parameters = 537'896;
  file.pieces = 100;
  file.queries = 40;
  file.subsets = 24;
  file.steps = 300;
  file.seed = 1;
  file.lds_ppm = 41'000;
  file.low_ppm = -20'000;
  file.high_ppm = 90'000;
  return file;
}

TEST(ValidationFileTest, WhatIsWrittenIsRead) {
  const std::string text = Sample().Serialise();
  EXPECT_EQ(ValidationFile::Parse(text).value(), Sample());
  EXPECT_THAT(text, HasSubstr("\nlow_ppm = -20000\n"));
}

TEST(ValidationFileTest, AnythingElseIsRefused) {
  const std::string text = Sample().Serialise();
  for (size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(ValidationFile::Parse(text.substr(0, size)).ok());
  EXPECT_THAT(ValidationFile::Parse(text + "more").status().message(), HasSubstr("something follows"));
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return ValidationFile::Parse(changed).status();
  };
  EXPECT_THAT(with("low_ppm = -20000", "low_ppm = -1000001").message(), HasSubstr("outside -1000000 to 1000000"));
  EXPECT_THAT(with("low_ppm = -20000", "low_ppm = 020").message(), HasSubstr("not a whole number"));
  const std::string method = "method = ledgerline-influence/1 rank 6 rows 1536 damping 100000 seed 1";
  EXPECT_TRUE(with(method, "method = " + std::string(200, 'm')).ok());
  EXPECT_EQ(with(method, "method = " + std::string(201, 'm')).code(), StatusCode::kOutOfRange);
  EXPECT_THAT(with("model = 00000007", "model = 0000000A").message(), HasSubstr("lower-case hex"));
  EXPECT_THAT(with("subsets = 24", "subsets = 0").message(), HasSubstr("subsets 0 is outside"));
  EXPECT_THAT(with("queries = 40", "pieces = 40").message(), HasSubstr("no line \"queries = "));
  EXPECT_EQ(ValidationFile::Parse(std::string(4097, 'x')).status().code(), StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace ledgerline::influence
