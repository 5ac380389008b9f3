#include "ledger/royalty/allocation.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace ledgerline::royalty {
namespace {

Money Nanos(Int128 nanos) { return Money(nanos, *Currency::Parse("EUR")); }

TEST(AllocationTest, OneHundredOverSevenFiveOne) {
  const auto node = Allocate("shares", Nanos(100), {{"a", 7}, {"b", 5}, {"c", 1}});
  ASSERT_TRUE(node.ok());
  EXPECT_EQ(node->children[0].amount, Nanos(54));
  EXPECT_EQ(node->children[1].amount, Nanos(38));
  EXPECT_EQ(node->children[2].amount, Nanos(8));
  EXPECT_EQ(node->leftover_nanos, 2u);
  // Rests 11 (a), 6 (b), 9 (c): the last that got a unit is c.
  ASSERT_TRUE(node->cutoff);
  EXPECT_EQ(node->cutoff->remainder, 9);
  EXPECT_EQ(node->cutoff->id, "c");
}

TEST(AllocationTest, TheCutoffOfATieIsTheLaterIdThatStillGotOne) {
  const auto node = Allocate("shares", Nanos(2), {{"a", 1}, {"b", 1}, {"c", 1}});
  ASSERT_TRUE(node->cutoff);
  EXPECT_EQ(node->cutoff->id, "b");
  EXPECT_EQ(*Recompute(StepOf(*node, 0)), Nanos(1));
  EXPECT_EQ(*Recompute(StepOf(*node, 1)), Nanos(1));
  EXPECT_EQ(*Recompute(StepOf(*node, 2)), Nanos(0));
}

TEST(AllocationTest, IdsAscend) {
  EXPECT_EQ(Allocate("x", Nanos(1), {{"b", 1}, {"a", 1}}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Allocate("x", Nanos(1), {{"a", 1}, {"a", 1}}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Allocate("x", Nanos(1), {{"a", 0}}).status().code(), StatusCode::kInvalidArgument);
}

TEST(AllocationTest, OnePartIsCheckedFromItsStepAlone) {
  EXPECT_TRUE(rc::check("every step of every node recomputes to its amount, and to no other with another cutoff", [] {
    const auto nanos = static_cast<Int128>(*rc::gen::arbitrary<int64_t>()) *
                       *rc::gen::elementOf(std::vector<int64_t>{1, 1'000'000'007});
    std::vector<WeightedId> weights;
    const int count = *rc::gen::inRange(1, 12);
    for (int i = 0; i < count; ++i)
      weights.push_back(
          {std::string(1, static_cast<char>('a' + i)), static_cast<Int128>(*rc::gen::inRange<uint64_t>(0, 20))});
    weights[0].weight += 1;
    const auto node = Allocate("level", Nanos(nanos), weights);
    RC_ASSERT(node.ok());
    uint64_t units = 0;
    for (size_t i = 0; i < weights.size(); ++i) {
      const SplitStep step = StepOf(*node, i);
      RC_ASSERT(*Recompute(step) == step.amount);
      units += node->children[i].got_leftover;
    }
    RC_ASSERT(units == node->leftover_nanos);
    RC_ASSERT(node->cutoff.has_value() == (units > 0));
  }));
}

TEST(AllocationTest, RecomputeRefusesStepsThatCannotBe) {
  SplitStep step{"level", "a", Nanos(10), 1, 3, 0, {}, Nanos(3)};
  EXPECT_EQ(*Recompute(step), Nanos(3));
  step.weight = 4;
  EXPECT_EQ(Recompute(step).status().code(), StatusCode::kInvalidArgument);
  step.weight = -1;
  EXPECT_EQ(Recompute(step).status().code(), StatusCode::kInvalidArgument);
  step.weight = 0;
  step.total_weight = 0;
  EXPECT_EQ(Recompute(step).status().code(), StatusCode::kInvalidArgument);
  step = {"level", "a", Nanos(10), 1, 3, 1, {}, Nanos(3)};
  EXPECT_EQ(Recompute(step).status().code(), StatusCode::kInvalidArgument);
}

TEST(DueTest, IsTheGreatestOfWhatApplies) {
  const auto due = [](int64_t revenue, uint64_t generations, bool floor_applies) {
    DueStep step;
    step.revenue = Nanos(revenue);
    step.rate_ppm = 200'000;
    step.generations = generations;
    step.fee = Nanos(50);
    step.floor = Nanos(10);
    step.floor_applies = floor_applies;
    EXPECT_TRUE(ComputeDue(step).ok());
    return static_cast<int64_t>(step.amount.nanos());
  };
  EXPECT_EQ(due(1000, 1, true), 200);
  EXPECT_EQ(due(255, 1, true), 51);
  EXPECT_EQ(due(254, 1, true), 50);
  EXPECT_EQ(due(100, 0, true), 20);
  EXPECT_EQ(due(49, 0, true), 10);
  EXPECT_EQ(due(49, 0, false), 9);  // 9.8 cut
  EXPECT_EQ(due(0, 3, true), 150);
  // A late correction gives back what the rate gave, cut towards zero.
  EXPECT_EQ(due(-49, 0, false), -9);
  EXPECT_EQ(due(-49, 0, true), 10);
  EXPECT_EQ(due(-49, 1, true), 50);
}

TEST(ParseInt128Test, Bounds) {
  EXPECT_EQ(Int128ToString(*ParseInt128("170141183460469231731687303715884105727")),
            "170141183460469231731687303715884105727");
  EXPECT_EQ(ParseInt128("170141183460469231731687303715884105728").status().code(), StatusCode::kOutOfRange);
  for (const char* text : {"", "-1", "1 ", "1.0", "1000000000000000000000000000000000000000"})
    EXPECT_FALSE(ParseInt128(text).ok()) << text;
}

}  // namespace
}  // namespace ledgerline::royalty
