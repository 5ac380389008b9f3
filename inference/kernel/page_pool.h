// PagePool: memory for the pages of caches, cut from large blocks.
//
// Sixteen candidates hold some hundred pages of 100 kB. Cut from blocks of 2 MB that ask for large pages of the system,
// reading them waits less for address translation, and a page that a finished candidate returns serves the next.
// Thread-safe. Memory goes back when the pool and all its pages are gone.
#ifndef LEDGERLINE_INFERENCE_KERNEL_PAGE_POOL_H_
#define LEDGERLINE_INFERENCE_KERNEL_PAGE_POOL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "inference/kernel/aligned_array.h"

namespace ledgerline::kernel {

class PagePool : public std::enable_shared_from_this<PagePool> {
 public:
  // bytes: of one page, a multiple of 64.
  static std::shared_ptr<PagePool> Of(size_t bytes);

  // A page of zeros, aligned to 64 bytes. Its last owner gives it back; it keeps the pool alive.
  std::shared_ptr<uint8_t> Take();
  size_t bytes_of_page() const { return bytes_; }

 private:
  explicit PagePool(size_t bytes) : bytes_(bytes) {}

  const size_t bytes_;
  std::mutex mutex_;
  size_t next_pages_ = 1;  // in the next block: small models and tests need no large one
  std::vector<AlignedArray<uint8_t>> blocks_;
  std::vector<uint8_t*> free_;
};

}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_PAGE_POOL_H_
