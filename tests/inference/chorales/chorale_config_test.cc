#include "inference/chorales/chorale_config.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace ledgerline::chorales {
namespace {

TEST(ChoraleConfig, ReadsTheCommittedConfiguration) {
  std::ifstream in("tools/train/chorales.conf");
  std::stringstream text;
  text << in.rdbuf();
  const Result<ChoraleConfig> config = ChoraleConfig::Parse(text.str());
  ASSERT_TRUE(config.ok()) << config.status().ToString();
  EXPECT_GE(config->shape.context, 640);  // the longest piece of the benchmark
}

TEST(ChoraleConfig, ErrorsNameLineKeyValueAndBound) {
  const std::pair<const char*, const char*> cases[] = {
      {"dropout = 0.91", "line 1: dropout 0.91 is outside 0 to 0.9"},
      {"\n# fine\nbatch = 0", "line 3: batch 0 is outside 1 to 4096"},
      {"batch = 8x", "line 1: batch is not a number: \"8x\""},
      {"batch 8", "line 1 is not \"key = value\": \"batch 8\""},
      {"notes = 8", "line 1: unknown key \"notes\""},
      {"width = 190", "width 190 does not give 4 heads of an even size"}};
  for (const auto& [text, message] : cases) EXPECT_EQ(ChoraleConfig::Parse(text).status().message(), message);
  EXPECT_TRUE(ChoraleConfig::Parse("dropout = 0.9 # at most\nbatch = 256").ok());
}

}  // namespace
}  // namespace ledgerline::chorales
