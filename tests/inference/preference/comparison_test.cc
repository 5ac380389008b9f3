#include "inference/preference/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/inference/preference/sample_comparison.h"

namespace ledgerline::preference {
namespace {

using testing::HasSubstr;
using Json = nlohmann::ordered_json;

Comparison Sample() {
  Comparison sample = SampleComparison({{"notes_per_bar", 4'000'000}, {"parallel_share", -3}},
                                       {{"notes_per_bar", 2'500'000}, {"parallel_share", 0}}, Preferred::kB);
  sample.adapter.bytes[31] = 1;
  sample.train_leave = true;
  sample.listener = "00112233445566778899aabbccddeeff";
  sample.why = "calmer, \"für mich\"";
  return sample;
}

TEST(ComparisonTest, WhatIsWrittenIsRead) {
  for (const Preferred preferred : {Preferred::kNotJudged, Preferred::kA, Preferred::kB, Preferred::kSame}) {
    Comparison sample = Sample();
    sample.preferred = preferred;
    const std::string line = FormatComparison(sample);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    const Result<Comparison> read = ParseComparison(line);
    ASSERT_TRUE(read.ok()) << read.status().ToString();
    EXPECT_EQ(*read, sample);
    EXPECT_EQ(FormatComparison(*read), line);
  }
}

// Every member, one at a time: missing, of another kind, and out of bounds.
TEST(ComparisonTest, EveryMemberIsNeededAndChecked) {
  const Json whole = Json::parse(FormatComparison(Sample()));
  for (const auto& [name, value] : whole.items()) {
    Json lacking = whole, other = whole;
    lacking.erase(name);
    EXPECT_THAT(ParseComparison(lacking.dump()).status().message(), HasSubstr("\"" + name + "\" is missing"));
    other[name] = Json::array({1});
    EXPECT_THAT(ParseComparison(other.dump()).status().message(), HasSubstr("\"" + name + "\"")) << name;
  }
  Json unknown = whole;
  unknown["mood"] = 1;
  EXPECT_THAT(ParseComparison(unknown.dump()).status().message(), HasSubstr("\"mood\" is unknown"));
}

TEST(ComparisonTest, BothSidesOfEveryBound) {
  const Json whole = Json::parse(FormatComparison(Sample()));
  const auto says = [&](const std::string& pointer, const Json& value) {
    Json changed = whole;
    changed[Json::json_pointer(pointer)] = value;
    return std::string(ParseComparison(changed.dump()).status().message());
  };
  EXPECT_EQ(says("/a/candidate", 15), "");
  EXPECT_THAT(says("/a/candidate", 16), HasSubstr("\"a.candidate\" 16 is outside 0 to 15"));
  EXPECT_THAT(says("/a/candidate", 3), HasSubstr("\"b.candidate\" is that of a"));
  EXPECT_EQ(says("/a/figures/notes_per_bar", 1'000'000'000), "");
  EXPECT_EQ(says("/a/figures/notes_per_bar", -1'000'000'000), "");
  EXPECT_THAT(says("/a/figures/notes_per_bar", 1'000'000'001), HasSubstr("is outside -1000000000 to 1000000000"));
  EXPECT_THAT(says("/a/figures/notes_per_bar", -1'000'000'001), HasSubstr("is outside"));
  EXPECT_THAT(says("/a/figures/notes_per_bar", 18446744073709551615u), HasSubstr("is outside"));
  EXPECT_THAT(says("/a/figures/notes_per_bar", 1.5), HasSubstr("is no whole number"));
  EXPECT_THAT(says("/a/figures/Notes", 1), HasSubstr("is no figure's name"));
  EXPECT_THAT(says("/a/figures/more", 1), HasSubstr("\"b.figures\" has other names than a's"));
  EXPECT_THAT(says("/typical/notes_per_bar", -1), HasSubstr("\"typical.notes_per_bar\" -1 is below 0"));
  EXPECT_EQ(says("/why", std::string(500, 'x')), "");
  EXPECT_THAT(says("/why", std::string(501, 'x')), HasSubstr("\"why\" has 501 bytes; the bound is 500"));
  EXPECT_THAT(says("/listener", "00112233445566778899AABBCCDDEEFF"), HasSubstr("\"listener\""));
  EXPECT_THAT(says("/preferred", "c"), HasSubstr("none of null, a, b and same"));
  EXPECT_THAT(says("/conditioning", "?"), HasSubstr("is no base64"));
  EXPECT_THAT(says("/format", "ledgerline-comparison/2"), HasSubstr("is not ledgerline-comparison/1"));
  Json many = whole;
  for (int i = 0; i < 65; ++i) many["a"]["figures"]["f" + std::to_string(i)] = i;
  EXPECT_THAT(ParseComparison(many.dump()).status().message(), HasSubstr("has 67 figures; the bound is 64"));
  EXPECT_THAT(ParseComparison(std::string(70, '[')).status().message(), HasSubstr("nested more than 64 deep"));
  EXPECT_THAT(ParseComparison("[]").status().message(), HasSubstr("is not an object"));
}

TEST(ComparisonTest, APairsFileNamesItsLines) {
  const std::string line = FormatComparison(Sample());
  EXPECT_EQ(ParsePairs(line + line)->size(), 2u);
  EXPECT_TRUE(ParsePairs("")->empty());
  EXPECT_THAT(ParsePairs(line + line.substr(0, 40)).status().message(), HasSubstr("line 2: not ended"));
  EXPECT_THAT(ParsePairs(line + "\n").status().message(), HasSubstr("line 2: "));
  Comparison heard = Sample();
  heard.preferred = Preferred::kNotJudged;
  EXPECT_THAT(ParsePairs(line + FormatComparison(heard)).status().message(), HasSubstr("line 2: not judged yet"));
}

TEST(ComparisonTest, APairsFileHoldsAtMostTenThousand) {
  const std::string line = FormatComparison(Sample());
  std::string most;
  for (size_t i = 0; i < kMaxComparisons; ++i) most += line;
  EXPECT_EQ(ParsePairs(most)->size(), kMaxComparisons);
  EXPECT_EQ(ParsePairs(most + line).status().message(), "line 10001: more than 10000 comparisons");
}

TEST(ComparisonTest, ARequestIsModelAdapterConditioningAndSeed) {
  const Comparison sample = Sample();
  Comparison other = sample;
  other.a.candidate = 5;
  other.preferred = Preferred::kA;
  EXPECT_EQ(other.Request(), sample.Request());
  other.seed = 2;
  EXPECT_NE(other.Request(), sample.Request());
  other = sample;
  other.conditioning += "x";
  EXPECT_NE(other.Request(), sample.Request());
  other = sample;
  other.model.bytes[5] ^= 1;
  EXPECT_NE(other.Request(), sample.Request());
  other = sample;
  other.adapter.bytes[5] ^= 1;
  EXPECT_NE(other.Request(), sample.Request());
}

TEST(ComparisonTest, MostUnlikeByHand) {
  // x reaches 10 and y 1000: candidate 2 is 1 and 0.1 away, candidate 3 0.2 and 1.
  const std::vector<Figures> candidates = {
      {}, {{"x", 0}, {"y", 0}}, {{"x", 10}, {"y", 100}}, {{"x", 2}, {"y", 1000}}, {{"x", 1}, {"y", 1}}};
  EXPECT_EQ(MostUnlike(candidates, 1), 3);
  EXPECT_EQ(MostUnlike({{}, {{"x", 1}}, {}}, 1), -1);
  // Squares, whichever way: 0.67 of x alone is farther than 0.33 of x and 0.45 of y.
  EXPECT_EQ(MostUnlike({{{"x", 0}, {"y", 0}}, {{"x", 5}, {"y", 5}}, {{"x", -10}, {"y", 0}}, {{"x", 0}, {"y", -6}}}, 0),
            2);
}

TEST(ComparisonTest, TypicalDifferencesByHand) {
  // Differences of 3, 4 and 1: the root of 26 / 3 is 2.94.
  EXPECT_EQ(TypicalDifferences({{{"x", 0}}, {{"x", 3}}, {{"x", 4}}}), (Figures{{"x", 3}}));
  EXPECT_EQ(TypicalDifferences({{{"x", 5}}}), (Figures{{"x", 0}}));
}

}  // namespace
}  // namespace ledgerline::preference
