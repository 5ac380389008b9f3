#include "inference/kernel/cache.h"

#include <array>
#include <cstring>

namespace ledgerline::kernel {
namespace {

Int8Page Int8PageAt(uint8_t* at, size_t head) {
  uint8_t* values = at + kPagePositions * head;
  auto* scales = reinterpret_cast<float*>(values + kPagePositions * head);
  return {at, reinterpret_cast<int8_t*>(values), scales, scales + kPagePositions};
}

FloatPage FloatPageAt(uint8_t* at, size_t head) {
  auto* keys = reinterpret_cast<float*>(at);
  return {keys, keys + kPagePositions * head};
}

}  // namespace

size_t CacheShape::BytesOfHead() const {
  return precision == Precision::kInt8 ? kPagePositions * (2 * head + 2 * sizeof(float))
                                       : kPagePositions * 2 * head * sizeof(float);
}

Cache Cache::Fork() const {
  Cache fork(shape_, pool_);
  fork.pages_ = pages_;
  fork.pages_.resize(RoundUp(length_, kPagePositions) / kPagePositions);
  fork.length_ = length_;
  if (length_ % kPagePositions != 0) {
    std::shared_ptr<uint8_t> copy = pool_->Take();
    std::memcpy(copy.get(), pages_[length_ / kPagePositions].get(), shape_.BytesOfPage());
    fork.pages_.back() = std::move(copy);
  }
  return fork;
}

void Cache::Clear() {
  length_ = 0;
  pages_.clear();
}

void Cache::Extend(size_t count) {
  const size_t needed = RoundUp(length_ + count, kPagePositions) / kPagePositions;
  while (pages_.size() < needed) pages_.push_back(pool_->Take());
}

uint8_t* Cache::At(const std::shared_ptr<uint8_t>& page, size_t layer, size_t head) const {
  return page.get() + (layer * shape_.heads + head) * shape_.BytesOfHead();
}

void Cache::Store(const Ops& ops, size_t layer, size_t head, size_t position, const float* key, const float* value) {
  const size_t n = shape_.head, t = position % kPagePositions;
  uint8_t* at = At(pages_[position / kPagePositions], layer, head);
  if (shape_.precision == Precision::kFloat) {
    const FloatPage page = FloatPageAt(at, n);
    float* keys = page.keys + t / kFloatTile * kFloatTile * n + t % kFloatTile;
    for (size_t i = 0; i < n; ++i) keys[i * kFloatTile] = key[i];
    std::memcpy(page.values + t * n, value, n * sizeof(float));
    return;
  }
  const Int8Page page = Int8PageAt(at, n);
  constexpr size_t kGroup = 4 * kPagePositions;  // bytes from one four elements of all positions to the next
  std::array<int8_t, 4096> codes;                // heads are at most so wide (StackShape::Check)
  int32_t sum = 0;
  ops.quantise(key, n, codes.data(), &page.key_scales[t], &sum);
  for (size_t i = 0; i < n; i += 4) {
    uint32_t four;
    std::memcpy(&four, &codes[i], sizeof(four));
    four ^= 0x01010101u * ops.bias;
    std::memcpy(page.keys + i / 4 * kGroup + t * 4, &four, sizeof(four));
  }
  ops.quantise(value, n, codes.data(), &page.value_scales[t], &sum);
  int8_t* values = page.values + t / 2 * 2 * n + t % 2;
  for (size_t i = 0; i < n; ++i) values[i * 2] = codes[i];
}

void Cache::Pages(size_t layer, size_t head, std::vector<Int8Page>* pages) const {
  pages->clear();
  for (const std::shared_ptr<uint8_t>& page : pages_) pages->push_back(Int8PageAt(At(page, layer, head), shape_.head));
}

void Cache::Pages(size_t layer, size_t head, std::vector<FloatPage>* pages) const {
  pages->clear();
  for (const std::shared_ptr<uint8_t>& page : pages_) pages->push_back(FloatPageAt(At(page, layer, head), shape_.head));
}

}  // namespace ledgerline::kernel
