#include "inference/kernel/cache.h"

#include <array>
#include <cstring>

namespace ledgerline::kernel {
size_t CacheShape::BytesOfHead() const {
  return precision == Precision::kInt8 ? Int8Page::Bytes(head) : FloatPage::Bytes(head);
}

Cache Cache::Fork() const {
  Cache fork(shape_, pool_);
  fork.pages_ = pages_;
  fork.pages_.resize(RoundUp(length_, kPagePositions) / kPagePositions);
  fork.addresses_.assign(addresses_.begin(), addresses_.begin() + static_cast<std::ptrdiff_t>(fork.pages_.size()));
  fork.length_ = length_;
  if (length_ % kPagePositions != 0) {
    std::shared_ptr<uint8_t> copy = pool_->Take();
    std::memcpy(copy.get(), pages_[length_ / kPagePositions].get(), shape_.BytesOfPage());
    fork.addresses_.back() = copy.get();
    fork.pages_.back() = std::move(copy);
  }
  return fork;
}

void Cache::Clear() {
  length_ = 0;
  pages_.clear();
  addresses_.clear();
}

void Cache::Extend(size_t count) {
  const size_t needed = RoundUp(length_ + count, kPagePositions) / kPagePositions;
  while (pages_.size() < needed) {
    pages_.push_back(pool_->Take());
    addresses_.push_back(pages_.back().get());
  }
}

void Cache::Store(const Ops& ops, size_t layer, size_t head, size_t position, const float* key, const float* value) {
  const size_t n = shape_.head, t = position % kPagePositions;
  uint8_t* at = addresses_[position / kPagePositions] + shape_.OffsetOf(layer, head);
  if (shape_.precision == Precision::kFloat) {
    const FloatPage page = FloatPage::At(at, n);
    float* keys = page.keys + t / kFloatTile * kFloatTile * n + t % kFloatTile;
    for (size_t i = 0; i < n; ++i) keys[i * kFloatTile] = key[i];
    std::memcpy(page.values + t * n, value, n * sizeof(float));
    return;
  }
  const Int8Page page = Int8Page::At(at, n);
  constexpr size_t kGroup = 4 * kLanes;  // bytes from one four elements of a block's positions to the next
  std::array<int8_t, 4096> codes;        // heads are at most so wide (StackShape::Check)
  int32_t sum = 0;
  ops.quantise(key, n, codes.data(), &page.key_scales[t], &sum);
  uint8_t* key_codes = page.keys + t / kLanes * kLanes * n + t % kLanes * 4;
  for (size_t i = 0; i < n; i += 4) {
    uint32_t four;
    std::memcpy(&four, &codes[i], sizeof(four));
    four ^= 0x01010101u * ops.bias;
    std::memcpy(key_codes + i / 4 * kGroup, &four, sizeof(four));
  }
  ops.quantise(value, n, codes.data(), &page.value_scales[t], &sum);
  ops.spread(codes.data(), n, page.values + t / 4 * 4 * n + t % 4);
}

}  // namespace ledgerline::kernel
