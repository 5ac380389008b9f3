#include "schemas/ids.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace ledgerline {
namespace {

TEST(IdsTest, BoundsAndAlphabet) {
  EXPECT_TRUE(PartyId::Parse("ab").ok());
  EXPECT_TRUE(PartyId::Parse(std::string(64, 'a')).ok());
  EXPECT_TRUE(WorkId::Parse("0-work_1.b").ok());
  for (const std::string& text : {std::string(), std::string("a"), std::string(65, 'a'), std::string("Ab"),
                                  std::string("a b"), std::string("-ab"), std::string(".ab"), std::string("a/b"),
                                  std::string("\xc3\xa4"
                                              "b"),
                                  std::string("a~b"), std::string("a\0b", 3)}) {
    const auto id = PartyId::Parse(text);
    ASSERT_FALSE(id.ok()) << text;
    EXPECT_EQ(id.status().code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(id.status().message().find("party_id"), 0u) << id.status().message();
  }
}

TEST(IdsTest, KindsCannotBeSwapped) {
  static_assert(!std::is_convertible_v<PartyId, WorkId>);
  static_assert(!std::is_constructible_v<PartyId, WorkId>);
  static_assert(!std::is_constructible_v<EntryIndex, TreeSize>);
  static_assert(!std::is_convertible_v<uint64_t, EntryIndex>);
  EXPECT_TRUE(PartyId().empty());
  EXPECT_LT(*PartyId::Parse("ann"), *PartyId::Parse("ben"));
}

}  // namespace
}  // namespace ledgerline
