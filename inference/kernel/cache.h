// Cache: keys and values of one sequence's positions, in pages of 64 positions that sequences with a common beginning
// share.
//
// A page holds 64 positions of every layer and key head. Full pages are never written again, so a fork shares them and
// copies the last one only if it is not full. An int8 page keeps one scale a position and head.
#ifndef LEDGERLINE_INFERENCE_KERNEL_CACHE_H_
#define LEDGERLINE_INFERENCE_KERNEL_CACHE_H_

#include <memory>
#include <span>
#include <vector>

#include "inference/kernel/attention_job.h"
#include "inference/kernel/matrix.h"
#include "inference/kernel/ops.h"
#include "inference/kernel/page_pool.h"

namespace ledgerline::kernel {

struct CacheShape {
  size_t layers = 0;
  size_t heads = 0;  // of keys and values
  size_t head = 0;   // elements, a multiple of 16
  Precision precision = Precision::kInt8;

  size_t BytesOfHead() const;  // in one page
  size_t OffsetOf(size_t layer, size_t which) const { return (layer * heads + which) * BytesOfHead(); }
  size_t BytesOfPage() const { return layers * heads * BytesOfHead(); }
};

class Cache {
 public:
  // Pages come from `pool`, whose pages have shape.BytesOfPage(), or from a pool of the cache's own and its forks'.
  explicit Cache(const CacheShape& shape, std::shared_ptr<PagePool> pool = nullptr)
      : shape_(shape), pool_(pool != nullptr ? std::move(pool) : PagePool::Of(shape.BytesOfPage())) {}
  Cache(Cache&&) = default;
  Cache& operator=(Cache&&) = default;

  // A cache with the same positions. What either adds afterwards is its own.
  Cache Fork() const;
  void Clear();
  size_t length() const { return length_; }
  const CacheShape& shape() const { return shape_; }
  // Bytes of the pages, shared ones counted in full.
  size_t bytes() const { return pages_.size() * shape_.BytesOfPage(); }

  // Makes room for `count` positions after the present ones; Store writes them, Commit counts them in.
  void Extend(size_t count);
  void Commit(size_t count) { length_ += count; }
  // key, value: float32 [head] of one head, rotated already.
  void Store(const Ops& ops, size_t layer, size_t head, size_t position, const float* key, const float* value);

  // The pages of all positions, including those that Extend made room for. Valid until the cache changes.
  std::span<uint8_t* const> pages() const { return addresses_; }

 private:
  CacheShape shape_;
  std::shared_ptr<PagePool> pool_;
  std::vector<std::shared_ptr<uint8_t>> pages_;
  std::vector<uint8_t*> addresses_;  // of them
  size_t length_ = 0;
};

}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_CACHE_H_
