#include "inference/chorales/chorale_file.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/inference/chorales/sample_chorales.h"

namespace ledgerline::chorales {
namespace {

std::string File(const std::string& train) {
  return "{\"train\": " + train + ", \"valid\": [], \"test\": [[[-1, 60, 60, 91]]]}";
}

TEST(ChoraleFile, ReadsPitchesAndRests) {
  const Result<ChoraleSet> set = ParseChoraleFile(File("[[[74, 70, 65, 58], [74, 70, 65, 28]]]"));
  ASSERT_TRUE(set.ok()) << set.status().ToString();
  EXPECT_EQ(set->train, (std::vector<Chorale>{{{46, 42, 37, 30}, {46, 42, 37, 0}}}));
  EXPECT_TRUE(set->valid.empty());
  EXPECT_EQ(set->test, (std::vector<Chorale>{{{kRest, 32, 32, 63}}}));
}

TEST(ChoraleFile, ErrorsNameSplitPieceStepVoiceValueAndBound) {
  const std::string good = "[60, 60, 60, 60]";
  const std::pair<std::string, std::string> cases[] = {
      {"3", "chorales: the list \"train\" is missing"},
      {"[[]]", "train: piece 0 has 0 steps; 1 to 1024"},
      {"[[" + good + "], 7]", "train: piece 1 is not a list of steps"},
      {"[[" + good + ", [60, 60, 60]]]", "train: piece 0: step 1 is not a list of 4 pitches"},
      {"[[[60, 60, 60.5, 60]]]", "train: piece 0: step 0: tenor is not a whole number"},
      {"[[[60, \"a\", 60, 60]]]", "train: piece 0: step 0: alto is not a whole number"},
      {"[[[92, 60, 60, 60]]]", "train: piece 0: step 0: soprano 92 is neither -1 nor in 28 to 91"},
      {"[[[60, 60, 60, 27]]]", "train: piece 0: step 0: bass 27 is neither -1 nor in 28 to 91"},
      {"[[[60, 60, 60, -2]]]", "train: piece 0: step 0: bass -2 is neither -1 nor in 28 to 91"},
      {"[[[60, 60, 60, 18446744073709551615]]]",
       "train: piece 0: step 0: bass 18446744073709551615 is neither -1 nor in 28 to 91"},
      {"[[[[60], 60, 60, 60]]]", "chorales: brackets nested deeper than 4"},
      {"}", "chorales: the file is not a JSON object"}};
  for (const auto& [train, message] : cases) {
    EXPECT_EQ(ParseChoraleFile(File(train)).status().message(), message) << train;
  }
  EXPECT_EQ(ParseChoraleFile("[]").status().message(), "chorales: the file is not a JSON object");
  EXPECT_EQ(ParseChoraleFile(std::string(kMaxFileBytes + 1, ' ')).status().message(),
            "chorales: a file of 8388609 bytes; at most 8388608");
}

TEST(ChoraleFile, BoundsPiecesAndSteps) {
  auto list = [](const std::string& item, size_t count) {
    std::string text = "[" + item;
    for (size_t i = 1; i < count; ++i) text += "," + item;
    return text + "]";
  };
  EXPECT_TRUE(ParseChoraleFile(File("[" + list("[60,60,60,60]", kMaxSteps) + "]")).ok());
  EXPECT_EQ(ParseChoraleFile(File("[" + list("[60,60,60,60]", kMaxSteps + 1) + "]")).status().message(),
            "train: piece 0 has 1025 steps; 1 to 1024");
  EXPECT_TRUE(ParseChoraleFile(File(list("[[60,60,60,60]]", kMaxPieces))).ok());
  EXPECT_EQ(ParseChoraleFile(File(list("[[60,60,60,60]]", kMaxPieces + 1))).status().message(),
            "train has 4097 pieces; at most 4096");
}

TEST(ChoraleFile, TranspositionsStayWithinTheRanges) {
  VoiceRanges ranges;
  ranges.Include({{40, 35, 30, 20}, {45, 35, kRest, 25}});
  EXPECT_EQ(AllowedTranspositions({{42, 35, 30, 20}}, ranges), (std::vector<int>{0}));
  ranges.Include({{38, 33, 29, 19}, {46, 38, 33, 26}});
  EXPECT_EQ(AllowedTranspositions({{42, 35, 30, 20}}, ranges), (std::vector<int>{-1, 0, 1, 2, 3}));
  // A rest has no pitch to bound, and does not move.
  EXPECT_EQ(AllowedTranspositions({{kRest, 35, 30, 20}}, ranges), (std::vector<int>{-1, 0, 1, 2, 3}));
  EXPECT_EQ(Transposed({{kRest, 35, 30, 20}}, 3), (Chorale{{kRest, 38, 33, 23}}));
  // Twelve at most, and its own key even outside the ranges.
  VoiceRanges wide;
  wide.Include({{0, 0, 0, 0}, {63, 63, 63, 63}});
  EXPECT_EQ(AllowedTranspositions({{42, 35, 30, 20}}, wide).size(), 12u);
  EXPECT_EQ(AllowedTranspositions({{60, 35, 30, 20}}, ranges), (std::vector<int>{0}));
}

}  // namespace
}  // namespace ledgerline::chorales
