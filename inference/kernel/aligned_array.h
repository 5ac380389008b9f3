// AlignedArray: numbers on the heap, zeroed, aligned to 64 bytes; large ones ask the system for large pages, because
// streaming weights from a cache otherwise waits for address translation.
#ifndef LEDGERLINE_INFERENCE_KERNEL_ALIGNED_ARRAY_H_
#define LEDGERLINE_INFERENCE_KERNEL_ALIGNED_ARRAY_H_

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>

namespace ledgerline::kernel {

template <typename T>
class AlignedArray {
  static_assert(std::is_trivial_v<T>);

 public:
  AlignedArray() = default;
  explicit AlignedArray(size_t size) : size_(size) {
    constexpr size_t kLarge = 2u << 20;
    const size_t bytes = size * sizeof(T);
    const size_t alignment = bytes >= kLarge ? kLarge : 64;
    const size_t padded = (bytes + alignment - 1) / alignment * alignment;
    if (padded == 0) return;
    data_.reset(static_cast<T*>(std::aligned_alloc(alignment, padded)));
    if (data_ == nullptr) throw std::bad_alloc();
    if (bytes >= kLarge) madvise(data_.get(), padded, MADV_HUGEPAGE);  // a wish; refusal changes nothing but speed
    std::memset(static_cast<void*>(data_.get()), 0, padded);
  }
  // Room for at least `size` elements; what was there may be lost.
  void Grow(size_t size) {
    if (size > size_) *this = AlignedArray(size);
  }
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  size_t size() const { return size_; }
  T& operator[](size_t i) { return data_.get()[i]; }
  const T& operator[](size_t i) const { return data_.get()[i]; }

 private:
  struct Free {
    void operator()(T* p) const { std::free(p); }
  };
  std::unique_ptr<T, Free> data_;
  size_t size_ = 0;
};

}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_ALIGNED_ARRAY_H_
