// KeepFreedMemory: this process keeps memory that it frees. A training step frees and takes hundreds of large arrays;
// given back to the system each time, they come back as untouched pages: a fifth of a step in bfloat16 goes there.
// Threads take from one heap: the heaps of their own that they would have are of 64 MiB, and are given back when empty.
#ifndef LEDGERLINE_INFERENCE_LEARNING_KEPT_MEMORY_H_
#define LEDGERLINE_INFERENCE_LEARNING_KEPT_MEMORY_H_

#include <limits>  // and with it, where it is glibc, __GLIBC__

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace ledgerline::learning {

// For the life of the process; a wish, whose refusal changes nothing but speed (mallopt(3)).
inline void KeepFreedMemory() {
#if defined(__GLIBC__)
  mallopt(M_MMAP_MAX, 0);  // large arrays come from the heap, too
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  mallopt(M_ARENA_MAX, 1);
#endif
}

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_KEPT_MEMORY_H_
