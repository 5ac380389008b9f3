#include "inference/kernel/attention_plan.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace ledgerline::kernel {
namespace {

constexpr CacheShape kShape = {1, 1, 16, Precision::kInt8};

Cache After(const Cache& beginning, size_t more) {
  Cache cache = beginning.Fork();
  cache.Extend(more);
  cache.Commit(more);
  return cache;
}

struct Planned {
  size_t rows, longest, shared;
  bool operator==(const Planned&) const = default;
};

// Makes room as a pass does, plans, and checks what holds for every plan: each row once, with the pages of its own
// cache, and shared pages that are the same for all rows of a part.
std::vector<Planned> Plan(const std::vector<Span>& spans, size_t most_rows) {
  std::vector<std::pair<uint8_t* const*, size_t>> expected;  // by row
  for (const Span& span : spans) {
    span.cache->Extend(span.count);
    for (size_t i = 0; i < span.count; ++i) {
      expected.emplace_back(span.cache->pages().data(), span.cache->length() + i + 1);
    }
  }
  AttentionPlan plan;
  plan.Make(spans, most_rows);
  std::vector<size_t> taken;
  std::vector<Planned> parts;
  for (const AttentionPlan::Part& part : plan.parts()) {
    size_t longest = 0;
    for (const AttentionRow& row : part.rows) {
      taken.push_back(row.row);
      longest = std::max(longest, row.length);
      EXPECT_EQ(row.pages, expected.at(row.row).first);
      EXPECT_EQ(row.length, expected.at(row.row).second);
      for (size_t page = 0; page < part.shared; ++page) EXPECT_EQ(row.pages[page], part.rows[0].pages[page]);
    }
    EXPECT_EQ(part.longest, longest);
    parts.push_back({part.rows.size(), part.longest, part.shared});
  }
  std::sort(taken.begin(), taken.end());
  EXPECT_EQ(taken.size(), expected.size());
  for (size_t r = 0; r < taken.size(); ++r) EXPECT_EQ(taken[r], r);
  std::sort(parts.begin(), parts.end(), [](const Planned& a, const Planned& b) { return a.longest > b.longest; });
  return parts;
}

using Parts = std::vector<Planned>;

TEST(AttentionPlan, RowsOfOneSequenceShareAllItsPages) {
  Cache cache(kShape);
  EXPECT_EQ(Plan({{&cache, 200}}, 70), (Parts{{60, 200, 4}, {70, 140, 4}, {70, 70, 4}}));
  cache.Commit(200);
  EXPECT_EQ(Plan({{&cache, 1}}, 70), (Parts{{1, 201, 4}}));
  EXPECT_EQ(Plan({}, 70), Parts{});
}

TEST(AttentionPlan, CandidatesShareTheFullPagesOfTheirBeginning) {
  const Cache beginning = After(Cache(kShape), 130);
  std::vector<Cache> caches;
  for (size_t c = 0; c < 5; ++c) caches.push_back(After(beginning, c * 40));
  std::vector<Span> spans;
  for (Cache& cache : caches) spans.push_back({&cache, 1});
  EXPECT_EQ(Plan(spans, 8), (Parts{{5, 291, 2}}));
  const std::vector<Planned> three = Plan(spans, 3);
  ASSERT_EQ(three.size(), 2u);
  EXPECT_EQ(three[0].rows + three[1].rows, 5u);
  EXPECT_EQ(three[0].shared, 2u);
  EXPECT_EQ(three[1].shared, 2u);
}

TEST(AttentionPlan, StrangersBetweenThemDoNotPartCandidates) {
  const Cache beginning = After(Cache(kShape), 64), other = After(Cache(kShape), 192);
  Cache a = After(beginning, 3), x = After(other, 1), b = After(beginning, 5), y = After(other, 100), lone(kShape);
  EXPECT_EQ(Plan({{&a, 1}, {&x, 1}, {&b, 2}, {&y, 1}, {&lone, 2}}, 16), (Parts{{2, 293, 3}, {3, 71, 1}, {2, 2, 1}}));
}

TEST(AttentionPlan, CandidatesOfTwoRowsEachStandTogether) {
  const Cache beginning = After(Cache(kShape), 66);
  Cache a = beginning.Fork(), b = beginning.Fork(), c = beginning.Fork();
  EXPECT_EQ(Plan({{&a, 2}, {&b, 2}, {&c, 2}}, 16), (Parts{{6, 68, 1}}));
}

TEST(AttentionPlan, ARowThatWouldEndTheSharingStandsApart) {
  // Two pairs share one page with each other, but four within.
  const Cache root = After(Cache(kShape), 64), left = After(root, 192), right = After(root, 192);
  Cache a = After(left, 1), b = After(left, 2), c = After(right, 3), d = After(right, 4);
  EXPECT_EQ(Plan({{&a, 1}, {&c, 1}, {&b, 1}, {&d, 1}}, 16), (Parts{{2, 261, 4}, {2, 259, 4}}));
}

}  // namespace
}  // namespace ledgerline::kernel
