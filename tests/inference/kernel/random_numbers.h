// Numbers for the kernel's tests, from integers alone, so that they are the same on every machine.
#ifndef LEDGERLINE_TESTS_INFERENCE_KERNEL_RANDOM_NUMBERS_H_
#define LEDGERLINE_TESTS_INFERENCE_KERNEL_RANDOM_NUMBERS_H_

#include <cstdint>
#include <vector>

#include "inference/model/counter_random.h"

namespace ledgerline::kernel {

// About normal with variance 1, in steps of 2^-14: the sum of twelve uniform numbers.
inline float Bell(model::CounterRandom* random) {
  int32_t sum = 0;
  for (int i = 0; i < 12; ++i) sum += static_cast<int32_t>(random->Next() >> 50);
  return static_cast<float>(sum - 6 * 16384) * 0x1p-14f;
}

inline std::vector<float> Bells(size_t count, float scale, model::CounterRandom* random) {
  std::vector<float> values(count);
  for (float& value : values) value = Bell(random) * scale;
  return values;
}

}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_TESTS_INFERENCE_KERNEL_RANDOM_NUMBERS_H_
