// Every job is done once, whoever does it; what is not begun when the crew goes is dropped.
#include "ledger/journal/work_crew.h"

#include <gtest/gtest.h>

#include <atomic>

namespace ledgerline::journal {
namespace {

TEST(WorkCrewTest, EveryJobOnce) {
  for (const size_t threads : {0, 1, 2, 5}) {
    WorkCrew crew(threads);
    std::vector<int> done(500);
    std::vector<WorkCrew::Handle> jobs;
    for (size_t i = 0; i < done.size(); ++i)
      jobs.push_back(crew.Add(i % 3 == 0 ? WorkCrew::When::kLater : WorkCrew::When::kSoon, [&done, i] { ++done[i]; }));
    for (size_t i = done.size(); i-- > 0;) {
      crew.Finish(jobs[i]);
      EXPECT_EQ(done[i], 1);
      crew.Finish(jobs[i]);
    }
    EXPECT_EQ(done, std::vector<int>(500, 1));
  }
}

TEST(WorkCrewTest, AloneItWorksInOrderAndWhatIsForLaterLast) {
  WorkCrew crew(1);
  std::vector<int> order;
  const auto add = [&](WorkCrew::When when, int number) {
    return crew.Add(when, [&order, number] { order.push_back(number); });
  };
  const WorkCrew::Handle last = add(WorkCrew::When::kLater, 3);
  add(WorkCrew::When::kSoon, 1);
  add(WorkCrew::When::kSoon, 2);
  crew.Finish(last);
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(WorkCrewTest, DropsWhatNobodyHasBegun) {
  std::atomic<int> done{0};
  {
    WorkCrew crew(1);
    crew.Add(WorkCrew::When::kSoon, [&] { ++done; });
  }
  EXPECT_EQ(done, 0);
}

}  // namespace
}  // namespace ledgerline::journal
