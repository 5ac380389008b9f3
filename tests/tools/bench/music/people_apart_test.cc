#include "tools/bench/music/people_apart.h"

#include <gtest/gtest.h>

#include <cmath>

namespace ledgerline::bench {
namespace {

std::vector<Values> Pieces(const std::vector<double>& returns) {
  std::vector<Values> pieces;
  for (const double value : returns) {
    pieces.emplace_back().fill(NAN);
    pieces.back()[kReturns] = value;
  }
  return pieces;
}

TEST(PeopleApart, HalvesAreAsFarApartAsTheirMeans) {
  // Of two pieces each half is one; of equal ones nothing is apart, and what has no value is no piece.
  EXPECT_DOUBLE_EQ(HalvesApart({{"motet", Pieces({0.2, 0.6})}}, kReturns, 5, 1), 0.4);
  EXPECT_DOUBLE_EQ(HalvesApart({{"motet", Pieces({0.2, NAN, 0.6})}, {"mass", Pieces({0.5, 0.5, 0.5})}}, kReturns, 5, 1),
                   0.2);
  EXPECT_TRUE(std::isnan(HalvesApart({{"motet", Pieces({0.2})}}, kReturns, 5, 1)));
  // Three pieces: one against the mean of two others, 0.3, 0, or 0.3.
  const double three = HalvesApart({{"motet", Pieces({0.2, 0.4, 0.6})}}, kReturns, 2000, 1);
  EXPECT_NEAR(three, 0.2, 0.01);
}

TEST(PeopleApart, SamplesAreDrawnFromTheCorpus) {
  const ValuesByStyle people = {{"motet", Pieces({0.5})}, {"mass", Pieces({0.1, 0.3})}};
  const ValuesByStyle corpus = {{"motet", Pieces({0.6, 0.6})}, {"organ", Pieces({9})}};
  EXPECT_NEAR(SamplesApart(corpus, people, kReturns, 14, 3, 1), 0.1, 1e-12);  // no mass to draw from
  EXPECT_TRUE(std::isnan(SamplesApart({}, people, kReturns, 14, 3, 1)));
  // More pieces are nearer to their mean.
  const ValuesByStyle spread = {{"motet", Pieces({0, 1})}};
  EXPECT_NEAR(SamplesApart(spread, people, kReturns, 1, 50, 1), 0.5, 1e-12);
  EXPECT_LT(SamplesApart(spread, people, kReturns, 100, 50, 1), 0.1);
}

TEST(PeopleApart, TheGridHasTheRowsWhoseGoalIsAFifth) {
  const ValuesByStyle people = {{"motet", Pieces({0.2, 0.6})}};
  const Grid grid = PeopleApart(people, people, 14, 5, 1);
  ASSERT_EQ(grid.lines.size(), 12u);
  EXPECT_EQ(grid.lines[8][0], "returns kept");
  EXPECT_EQ(grid.lines[8][1], ".080");
  EXPECT_EQ(grid.lines[8][2], ".400");
}

}  // namespace
}  // namespace ledgerline::bench
