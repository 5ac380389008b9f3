#include "inference/kernel/page_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>

namespace ledgerline::kernel {
namespace {

constexpr size_t kBytes = 100 * 1024 + 64;

bool AllZero(const uint8_t* page) {
  return std::all_of(page, page + kBytes, [](uint8_t byte) { return byte == 0; });
}

TEST(PagePoolTest, PagesAreZeroAlignedAndApart) {
  const std::shared_ptr<PagePool> pool = PagePool::Of(kBytes);
  std::vector<std::shared_ptr<uint8_t>> pages;
  for (int i = 0; i < 50; ++i) {  // more than one large block holds
    pages.push_back(pool->Take());
    EXPECT_EQ(reinterpret_cast<uintptr_t>(pages.back().get()) % 64, 0u);
    EXPECT_TRUE(AllZero(pages.back().get()));
    std::fill_n(pages.back().get(), kBytes, static_cast<uint8_t>(i + 1));
  }
  for (size_t i = 0; i < pages.size(); ++i) {
    const uint8_t* page = pages[i].get();
    EXPECT_TRUE(std::all_of(page, page + kBytes, [&](uint8_t byte) { return byte == i + 1; })) << "page " << i;
  }
}

TEST(PagePoolTest, AReturnedPageServesAgainAndIsZero) {
  const std::shared_ptr<PagePool> pool = PagePool::Of(kBytes);
  std::set<const uint8_t*> first;
  {
    std::vector<std::shared_ptr<uint8_t>> pages;
    for (int i = 0; i < 7; ++i) {  // 1 + 2 + 4: the first three blocks
      pages.push_back(pool->Take());
      std::fill_n(pages.back().get(), kBytes, uint8_t{0xff});
      first.insert(pages.back().get());
    }
  }
  std::vector<std::shared_ptr<uint8_t>> again;
  for (int i = 0; i < 7; ++i) {
    again.push_back(pool->Take());
    EXPECT_TRUE(first.count(again.back().get()) == 1);
    EXPECT_TRUE(AllZero(again.back().get()));
  }
}

TEST(PagePoolTest, APageOutlivesItsPoolAndThreadsMayShareOne) {
  std::shared_ptr<uint8_t> page;
  {
    const std::shared_ptr<PagePool> pool = PagePool::Of(kBytes);
    page = pool->Take();
    auto work = [&pool] {
      for (int i = 0; i < 200; ++i) {
        const std::shared_ptr<uint8_t> own = pool->Take();
        EXPECT_EQ(own.get()[kBytes - 1], 0);
        own.get()[kBytes - 1] = 1;
      }
    };
    std::thread other(work);
    work();
    other.join();
  }
  EXPECT_TRUE(AllZero(page.get()));
}

}  // namespace
}  // namespace ledgerline::kernel
