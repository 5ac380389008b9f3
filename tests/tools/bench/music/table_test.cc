#include "tools/bench/music/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ledgerline::bench {
namespace {

Row RowOf(Better better, double cover, double floor) {
  Row row("a measure", better);
  row.values[kCover] = row.distance[kCover] = cover;
  row.values[kNgram] = row.distance[kNgram] = floor;
  return row;
}

TEST(Row, BeatsAFloorInItsOwnDirection) {
  EXPECT_EQ(RowOf(Better::kMore, 0.8, 0.7).Against(kNgram), '+');
  EXPECT_EQ(RowOf(Better::kMore, 0.7, 0.8).Against(kNgram), '-');
  EXPECT_EQ(RowOf(Better::kLess, 0.8, 0.7).Against(kNgram), '-');
  EXPECT_EQ(RowOf(Better::kNearer, 0.1, 0.2).Against(kNgram), '+');
  EXPECT_EQ(RowOf(Better::kMore, 0.8, 0.8).Against(kNgram), '=');
  EXPECT_EQ(RowOf(Better::kMore, 0.8, 0.7).Against(kMelody), ' ');  // does not apply
}

TEST(Table, SaysWhereAGoalWasMissed) {
  Table table{"T", {RowOf(Better::kMore, 0.8, 0.7), RowOf(Better::kMore, 0.5, 0.7)}};
  for (Row& row : table.rows) row.goal = ">= .75";
  table.rows[0].reached = true;
  EXPECT_THAT(AsMarkdown(table),
              testing::HasSubstr("| a measure | .800 | - | - | - | .700 | - | >= .75 | yes |     +   |"));
  EXPECT_THAT(AsMarkdown(table),
              testing::HasSubstr("| a measure | .500 | - | - | - | .700 | - | >= .75 | NO |     -   |"));
}

TEST(Page, TablesStandBetweenTheirMarks) {
  const std::string page = "# Title\n<!-- measures: begin -->\nold\n<!-- measures: end -->\nrest\n";
  const std::string filled = WithTables(page, "new\n").value();
  EXPECT_EQ(filled, "# Title\n<!-- measures: begin -->\nnew\n<!-- measures: end -->\nrest\n");
  EXPECT_EQ(WithTables(filled, "old\n").value(), page);
  EXPECT_EQ(WithTables("# Title\n", "new").status().code(), StatusCode::kInvalidArgument);
}

TEST(Number, LeavesTheZeroOut) {
  EXPECT_EQ(Number(0.5, 2), ".50");
  EXPECT_EQ(Number(-0.25, 2), "-.25");
  EXPECT_EQ(Number(12.5, 1), "12.5");
  EXPECT_EQ(Number(NAN, 2), "-");
}

}  // namespace
}  // namespace ledgerline::bench
