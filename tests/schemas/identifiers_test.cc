// Published examples of each identifier, and the same with a digit changed: the format still holds, the check digit
// does not.
#include "schemas/identifiers.h"

#include <gtest/gtest.h>

namespace ledgerline {
namespace {

struct Case {
  IdentifierKind kind;
  const char* text;
  const char* canonical;
  bool right;
};

// Sources: ISWC T-034.524.680-1, ISO 15707 (the standard's own example); IPI 00014107338, CISAC's IPI page; ISNI
// 0000 0001 2103 2683 (isni.org) and 0000 0001 2150 090X (Wikipedia, "International Standard Name Identifier"); UPC-A
// 036000291452 and EAN-13 4006381333931 (Wikipedia, "Universal Product Code", "International Article Number"); EAN
// 5901234123457 and DPID PA-DPIDA-3897722461-G (kb.ddex.net, "Communication of identifiers in DDEX messages").
const Case kCases[] = {
    {IdentifierKind::kIsrc, "QZ-ES1-26-00001", "QZES12600001", true},
    {IdentifierKind::kIsrc, "us-s1z-99-00001", "USS1Z9900001", true},
    {IdentifierKind::kIswc, "T-034.524.680-1", "T0345246801", true},
    {IdentifierKind::kIswc, "T-034.524.680-2", "T0345246802", false},
    {IdentifierKind::kIswc, "T-034.524.681-1", "T0345246811", false},
    {IdentifierKind::kIpi, "00014107338", "00014107338", true},
    {IdentifierKind::kIpi, "14107338", nullptr, false},  // 8 digits: too short
    {IdentifierKind::kIpi, "014107338", "00014107338", true},
    {IdentifierKind::kIpi, "00014107339", "00014107339", false},
    {IdentifierKind::kIpi, "00014107438", "00014107438", false},
    {IdentifierKind::kIsni, "0000 0001 2103 2683", "0000000121032683", true},
    {IdentifierKind::kIsni, "0000 0001 2103 2684", "0000000121032684", false},
    {IdentifierKind::kIsni, "0000 0001 2150 090X", "000000012150090X", true},
    {IdentifierKind::kIsni, "0000 0001 2150 0900", "0000000121500900", false},
    {IdentifierKind::kIsni, "0000 0001 2103 268X", "000000012103268X", false},
    {IdentifierKind::kUpc, "036000291452", "036000291452", true},
    {IdentifierKind::kUpc, "036000291453", "036000291453", false},
    {IdentifierKind::kUpc, "4006381333931", "4006381333931", true},
    {IdentifierKind::kUpc, "5901234123457", "5901234123457", true},
    {IdentifierKind::kUpc, "5901234123475", "5901234123475", false},
    {IdentifierKind::kDpid, "PA-DPIDA-3897722461-G", "PADPIDA3897722461G", true},
    {IdentifierKind::kDpid, "PA-DPIDA-3897722461-H", "PADPIDA3897722461H", false},
    {IdentifierKind::kDpid, "PA-DPIDA-3897722416-G", "PADPIDA3897722416G", false},
};

TEST(IdentifiersTest, PublishedExamplesAndWrongDigits) {
  for (const Case& example : kCases) {
    const auto id = ParseIdentifier(example.kind, example.text);
    ASSERT_EQ(id.ok(), example.canonical != nullptr) << example.text;
    if (!id.ok()) continue;
    EXPECT_EQ(id->canonical, example.canonical) << example.text;
    EXPECT_EQ(id->check_digit_right, example.right) << example.text;
  }
}

TEST(IdentifiersTest, EverySingleWrongDigitIsFound) {
  // All of these check-digit systems find every substitution of one digit, IPI's included (its weights are below its
  // modulus).
  for (const auto& [kind, text] :
       {std::pair(IdentifierKind::kIpi, "00014107338"), std::pair(IdentifierKind::kIsni, "0000000121032683"),
        std::pair(IdentifierKind::kUpc, "4006381333931")}) {
    const std::string right = text;
    for (size_t i = 0; i < right.size(); ++i) {
      for (char digit = '0'; digit <= '9'; ++digit) {
        std::string wrong = right;
        wrong[i] = digit;
        const auto id = ParseIdentifier(kind, wrong);
        ASSERT_TRUE(id.ok());
        EXPECT_EQ(id->check_digit_right, wrong == right) << wrong;
      }
    }
  }
}

TEST(IdentifiersTest, WrongFormatsAreErrorsThatNameKindAndValue) {
  const std::pair<IdentifierKind, const char*> wrong[] = {
      {IdentifierKind::kIsrc, ""},
      {IdentifierKind::kIsrc, "1ZES12600001"},
      {IdentifierKind::kIsrc, "QZES1260000"},
      {IdentifierKind::kIsrc, "QZES1260000A"},
      {IdentifierKind::kIswc, "0345246801"},
      {IdentifierKind::kIswc, "T03452468011"},
      {IdentifierKind::kIswc, "T034524680A"},
      {IdentifierKind::kIpi, "000141073381"},
      {IdentifierKind::kIpi, "0001410733X"},
      {IdentifierKind::kIsni, "000000012103268"},
      {IdentifierKind::kIsni, "X000000121032683"},
      {IdentifierKind::kUpc, "03600029145"},
      {IdentifierKind::kUpc, "40063813339311"},
      {IdentifierKind::kUpc, "40063813339X1"},
      {IdentifierKind::kDpid, "PADPIDB3897722461G"},
      {IdentifierKind::kDpid, "PADPIDA389772246G"},
      {IdentifierKind::kDpid, "PADPIDA38977224_1G"},
      {IdentifierKind::kUpc, "0000000000000000000000000000000000000000000000000000000000000"},
  };
  for (const auto& [kind, text] : wrong) {
    const auto id = ParseIdentifier(kind, text);
    ASSERT_FALSE(id.ok()) << text;
    EXPECT_EQ(id.status().code(), StatusCode::kInvalidArgument);
    EXPECT_NE(id.status().message().find(IdentifierKindName(kind)), std::string::npos);
  }
}

}  // namespace
}  // namespace ledgerline
