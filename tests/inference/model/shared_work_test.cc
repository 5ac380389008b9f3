#include "inference/model/shared_work.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace ledgerline::model {
namespace {

class SharedWorkTest : public testing::Test {
 protected:
  SharedWorkTest() { at::set_num_threads(2); }
  ~SharedWorkTest() override { at::set_num_threads(1); }
};

TEST_F(SharedWorkTest, WorkIsCutAmongTheThreads) {
  std::vector<std::atomic<int>> done(100);
  std::set<std::thread::id> threads;
  std::mutex mutex;
  ShareWork(100, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) ++done[static_cast<size_t>(i)];
    const std::lock_guard lock(mutex);
    threads.insert(std::this_thread::get_id());
  });
  for (const std::atomic<int>& once : done) EXPECT_EQ(once, 1);
  EXPECT_EQ(threads.size(), 2u) << "is shared_work.cc compiled with OpenMP?";
}

// Each waits until the other has begun: they are not one after the other.
TEST_F(SharedWorkTest, SideBySideIsAtTheSameTimeAndEachKeepsToItsThread) {
  std::atomic<int> begun = 0;
  std::vector<std::thread::id> threads(2);
  std::vector<int> within(2);
  std::vector<bool> strayed(2);
  SideBySide(2, [&](int64_t i) {
    ++begun;
    while (begun < 2) std::this_thread::yield();
    const auto at = static_cast<size_t>(i);
    threads[at] = std::this_thread::get_id();
    within[at] = at::get_num_threads();
    ShareWork(1000, 1, [&](int64_t, int64_t) {
      if (std::this_thread::get_id() != threads[at]) strayed[at] = true;
    });
  });
  EXPECT_NE(threads[0], threads[1]);
  EXPECT_EQ(within, (std::vector<int>{1, 1}));
  EXPECT_EQ(strayed, (std::vector<bool>{false, false}));
  EXPECT_EQ(at::get_num_threads(), 2) << "as before";
}

TEST_F(SharedWorkTest, MoreThanThereAreThreadsAreAllDone) {
  std::vector<std::atomic<int>> done(7);
  SideBySide(7, [&](int64_t i) { ++done[static_cast<size_t>(i)]; });
  for (const std::atomic<int>& once : done) EXPECT_EQ(once, 1);
  SideBySide(0, [](int64_t) { FAIL(); });
}

TEST_F(SharedWorkTest, TheLowestExceptionComesThrough) {
  std::atomic<int> done = 0;
  const auto work = [&](int64_t i) {
    ++done;
    if (i > 0) throw std::runtime_error("number " + std::to_string(i));
  };
  try {
    SideBySide(4, work);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "number 1");
  }
  EXPECT_EQ(done, 4);
}

}  // namespace
}  // namespace ledgerline::model
