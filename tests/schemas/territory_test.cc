#include "schemas/territory.h"

#include <gtest/gtest.h>

namespace ledgerline {
namespace {

TerritorySet Set(std::string_view text) {
  const auto set = TerritorySet::Parse(text);
  EXPECT_TRUE(set.ok()) << set.status().ToString();
  return set.ok() ? *set : TerritorySet();
}

TEST(TerritoryTest, ReadsFromLeftToRight) {
  EXPECT_EQ(Set("DE AT CH").ToString(), "AT CH DE");
  EXPECT_TRUE(Set("WW").Contains("ZW"));
  EXPECT_EQ(Set("WW").ToString(), "WW");
  EXPECT_FALSE(Set("WW -DE").Contains("DE"));
  EXPECT_TRUE(Set("WW -DE DE").Contains("DE"));
  EXPECT_FALSE(Set("EU -FR").Contains("FR"));
  EXPECT_TRUE(Set("EU -FR").Contains("DE"));
  EXPECT_FALSE(Set("EU").Contains("GB"));
  EXPECT_FALSE(Set("EU").Contains("NO"));
  EXPECT_TRUE(Set("EEA").Contains("NO"));
  EXPECT_TRUE(Set("WW -EEA").Contains("GB"));
}

TEST(TerritoryTest, IsWrittenShortAndReadBack) {
  EXPECT_EQ(Set("WW -US").ToString(), "WW -US");
  EXPECT_EQ(Set("WW -US -DE").ToString(), "WW -DE -US");
  for (const std::string text : {"WW", "EU -FR", "WW -EEA", "WW -EU -US -CA", "DE"}) {
    EXPECT_EQ(Set(Set(text).ToString()), Set(text)) << text;
    EXPECT_LT(Set(text).ToString().size(), 500u) << text;
  }
}

TEST(TerritoryTest, KnowsTwoHundredAndFortyNineCodesAndTwentySevenOfTheUnion) {
  int world = 0, european_union = 0;
  for (char a = 'A'; a <= 'Z'; ++a) {
    for (char b = 'A'; b <= 'Z'; ++b) {
      const std::string code{a, b};
      world += Set("WW").Contains(code);
      european_union += Set("EU").Contains(code);
      EXPECT_EQ(CheckTerritoryCode("territory", code).ok(), Set("WW").Contains(code)) << code;
    }
  }
  EXPECT_EQ(world, 249);
  EXPECT_EQ(european_union, 27);
}

TEST(TerritoryTest, RefusesUnknownCodesAndEmptySets) {
  for (const char* text : {"", " ", "XX", "de", "D", "DEU", "UK", "DE,AT", "DE -DE", "-DE", "WW -WW", "-", "EW"}) {
    EXPECT_EQ(TerritorySet::Parse(text).status().code(), StatusCode::kInvalidArgument) << text;
  }
  EXPECT_EQ(TerritorySet::Parse(std::string(1025, ' ')).status().code(), StatusCode::kInvalidArgument);
  // A code over the border of two of the table's codes is none.
  EXPECT_FALSE(Set("WW").Contains("D "));
  EXPECT_FALSE(Set("WW").Contains("EU"));
  EXPECT_NE(CheckTerritoryCode("usage territory", "UK").message().find("usage territory 'UK'"), std::string::npos);
}

TEST(TerritoryTest, OverlapIsByCode) {
  EXPECT_TRUE(Set("DE AT").Overlaps(Set("EU")));
  EXPECT_FALSE(Set("DE AT").Overlaps(Set("EU -DE -AT")));
}

}  // namespace
}  // namespace ledgerline
