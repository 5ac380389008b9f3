#include "inference/drums/groove_model.h"

#include <gmock/gmock.h>

#include "tests/inference/drums/sample_grooves.h"

namespace ledgerline::drums {
namespace {

using testing::HasSubstr;

TEST(GrooveModel, TheCommittedFileIsSmallAndWrittenBackAsItWas) {
  const std::string bytes = CommittedGrooveBytes();
  EXPECT_LT(bytes.size(), 1u << 20);
  const GrooveModel model = ParseGrooveModel(bytes).value();
  EXPECT_EQ(SerialiseGrooveModel(model), bytes);
  for (int style = 0; style < kGrooveStyles; ++style) {
    EXPECT_GE(model.trained_bars[static_cast<size_t>(style)], 90u) << GrooveStyleName(style);
  }
}

TEST(GrooveModel, EveryTruncationIsRefused) {
  const std::string bytes = CommittedGrooveBytes();
  for (size_t size = 0; size < bytes.size(); size += size < 200 || size + 200 > bytes.size() ? 1 : 20'011) {
    EXPECT_FALSE(ParseGrooveModel(bytes.substr(0, size)).ok()) << size;
  }
  EXPECT_THAT(ParseGrooveModel(bytes + "x").status().message(), HasSubstr("1 bytes after its end"));
}

TEST(GrooveModel, NamesWhatItRefuses) {
  std::string bytes = CommittedGrooveBytes();
  EXPECT_THAT(ParseGrooveModel("LLGROOV2" + bytes.substr(8)).status().message(), HasSubstr("LLGROOV1"));
  std::string many = bytes;
  many[8 + 4 * kGrooveStyles] = '\x7f';
  EXPECT_THAT(ParseGrooveModel(many).status().message(), HasSubstr("entries"));
  std::string unsorted = bytes;
  const size_t keys = 8 + 4 * kGrooveStyles + 4;
  std::swap_ranges(unsorted.begin() + keys, unsorted.begin() + keys + 6, unsorted.begin() + keys + 6);
  EXPECT_THAT(ParseGrooveModel(unsorted).status().message(), HasSubstr("do not rise"));
}

TEST(GrooveModel, TrustGrowsWithWhatWasSeen) {
  EXPECT_EQ(TrustClass(0), 0);
  EXPECT_EQ(TrustClass(7), 1);
  EXPECT_EQ(TrustClass(8), 2);
  EXPECT_EQ(TrustClass(511), 6);
  EXPECT_EQ(TrustClass(512), 7);
}

}  // namespace
}  // namespace ledgerline::drums
