#include "inference/preference/taste.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/sha256.h"

namespace ledgerline::preference {
namespace {

using testing::HasSubstr;

Taste Sample() {
  Taste taste;
  taste.engine = "ledgerline-generator/9";
  taste.pairs = crypto::Sha256("pairs");
  taste.judgements = 17;
  taste.weights = {{"bass_leap_mean", {-300'000, 2'000'000}}, {"ranking_score", {2'500'000, 100'000}}};
  return taste;
}

// The bytes that records' hashes stand for.
TEST(TasteTest, Golden) {
  const std::string text = FormatTaste(Sample());
  EXPECT_EQ(text,
            "ledgerline taste 1\n"
            "engine ledgerline-generator/9\n"
            "pairs fb095624103259f86a43b8cedab71373a62f18c2539424a53863e3e9fbb984c7\n"
            "judgements 17\n"
            "weight bass_leap_mean -300000 2000000\n"
            "weight ranking_score 2500000 100000\n");
  const Result<Taste> read = ParseTaste(text);
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(*read, Sample());
}

TEST(TasteTest, WhatIsNotCanonicalIsRefusedByLine) {
  const std::string text = FormatTaste(Sample());
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return std::string(ParseTaste(changed).status().message());
  };
  EXPECT_THAT(with("taste 1", "taste 2"), HasSubstr("line 1: not \"ledgerline taste 1\""));
  EXPECT_THAT(with("engine ", "engine  "), HasSubstr("line 2"));
  EXPECT_EQ(with("ledgerline-generator/9", std::string(80, 'e')), "");
  EXPECT_THAT(with("ledgerline-generator/9", std::string(81, 'e')), HasSubstr("line 2: not \"engine NAME\""));
  EXPECT_THAT(with("pairs ", "pairs A"), HasSubstr("line 3: pairs is no SHA-256"));
  EXPECT_THAT(with("judgements 17", "judgements 0"), HasSubstr("line 4: judgements 0 is outside 1 to 10000"));
  EXPECT_EQ(with("judgements 17", "judgements 10000"), "");
  EXPECT_THAT(with("judgements 17", "judgements 10001"), HasSubstr("is outside 1 to 10000"));
  EXPECT_THAT(with("judgements 17", "judgements 017"), HasSubstr("is not written as a whole number is"));
  EXPECT_EQ(with("-300000 ", "-1000000000000 "), "");
  EXPECT_THAT(with("-300000 ", "-1000000000001 "), HasSubstr("line 5: weight -1000000000001 is outside"));
  EXPECT_THAT(with("-300000 ", "99999999999999999999 "), HasSubstr("is outside"));
  EXPECT_THAT(with("-300000 ", "-0 "), HasSubstr("is not written as"));
  EXPECT_THAT(with("2000000\n", "-1\n"), HasSubstr("line 5: spread -1 is outside 0 to 2000000000"));
  EXPECT_THAT(with("bass_leap_mean", "Bass"), HasSubstr("line 5: \"Bass\" is no figure's name"));
  EXPECT_THAT(with("bass_leap_mean", "zither"), HasSubstr("line 6: names do not rise: ranking_score"));
  EXPECT_THAT(std::string(ParseTaste(text.substr(0, text.size() - 1)).status().message()), HasSubstr("line 6"));
  EXPECT_THAT(std::string(ParseTaste(text + "\n").status().message()), HasSubstr("line 7"));
  EXPECT_THAT(std::string(ParseTaste(std::string(16385, 'x')).status().message()), HasSubstr("the bound is 16384"));
}

TEST(TasteTest, AsManyWeightsAsFiguresMayBe) {
  Taste taste = Sample();
  taste.weights.clear();
  for (size_t i = 0; i < kMaxFigures; ++i) taste.weights["f" + std::to_string(100 + i)] = {1, 1};
  EXPECT_EQ(ParseTaste(FormatTaste(taste)).value(), taste);
  taste.weights["g"] = {1, 1};
  EXPECT_EQ(ParseTaste(FormatTaste(taste)).status().message(), "taste: more than 64 weights");
}

// Whole numbers, rounded down: nothing of it depends on a machine.
TEST(TasteTest, UtilityByHand) {
  Taste taste;
  taste.weights = {{"x", {1'500'000, 0}}};
  EXPECT_EQ(Utility(taste, {{"x", 2'000'000}}).value(), 3'000'000);
  EXPECT_EQ(Utility(taste, {{"x", 1}}).value(), 1);    // 1.5
  EXPECT_EQ(Utility(taste, {{"x", -1}}).value(), -2);  // -1.5
  taste.weights = {{"x", {-1, 0}}};
  EXPECT_EQ(Utility(taste, {{"x", 1}}).value(), -1);  // a millionth below 0
  EXPECT_EQ(Utility(taste, {{"x", -1}}).value(), 0);
  taste.weights = {{"x", {-1'500'000, 0}}, {"y", {250'000, 0}}};
  EXPECT_EQ(Utility(taste, {{"x", 3}, {"y", 8}, {"z", 99}}).value(), -5 + 2);
  // The largest values that a taste and a candidate may have leave no 64 bits.
  taste.weights.clear();
  Figures figures;
  for (int i = 0; i < 64; ++i) {
    taste.weights["f" + std::to_string(i)] = {-kMaxWeight, 0};
    figures["f" + std::to_string(i)] = kMaxFigure;
  }
  EXPECT_EQ(Utility(taste, figures).value(), -64 * int64_t{1'000'000'000'000'000});
}

TEST(TasteTest, AFigureThatIsNotMeasuredIsNamed) {
  const Result<int64_t> utility = Utility(Sample(), {{"ranking_score", 1}});
  EXPECT_EQ(utility.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(utility.status().message(),
            "the taste weighs \"bass_leap_mean\", which this generator does not measure; it was fitted for "
            "ledgerline-generator/9");
}

}  // namespace
}  // namespace ledgerline::preference
