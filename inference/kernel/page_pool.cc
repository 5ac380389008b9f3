#include "inference/kernel/page_pool.h"

#include <algorithm>
#include <cstring>

namespace ledgerline::kernel {

namespace {

constexpr size_t kBlock = 2u << 20;  // what the system's large pages hold

}  // namespace

std::shared_ptr<PagePool> PagePool::Of(size_t bytes) { return std::shared_ptr<PagePool>(new PagePool(bytes)); }

std::shared_ptr<uint8_t> PagePool::Take() {
  uint8_t* page = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) {
      const size_t most = std::max<size_t>(1, kBlock / bytes_);
      const size_t pages = std::min(next_pages_, most);
      next_pages_ = std::min(2 * pages, most);
      // A block of most pages is as large as a large page, the remainder unused, or it would not become one.
      blocks_.emplace_back(pages == most ? std::max(kBlock, pages * bytes_) : pages * bytes_);
      free_.reserve(free_.size() + pages);
      for (size_t i = pages; i-- > 0;) free_.push_back(blocks_.back().data() + i * bytes_);
    }
    page = free_.back();
    free_.pop_back();
  }
  std::memset(page, 0, bytes_);
  return {page, [pool = shared_from_this()](uint8_t* used) {
            const std::lock_guard lock(pool->mutex_);
            pool->free_.push_back(used);
          }};
}

}  // namespace ledgerline::kernel
