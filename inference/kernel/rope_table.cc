#include "inference/kernel/rope_table.h"

#include "inference/kernel/exact_math.h"

namespace ledgerline::kernel {

RopeTable MakeRopeTable(size_t positions, size_t half) {
  constexpr double kLogBase = 0x1.26bb1bbb55516p+3;  // ln 10000
  RopeTable table{AlignedArray<float>(positions * half), AlignedArray<float>(positions * half)};
  for (size_t i = 0; i < half; ++i) {
    const double frequency = ExactExp(-(static_cast<double>(i) / static_cast<double>(half)) * kLogBase);
    for (size_t t = 0; t < positions; ++t) {
      const double angle = static_cast<double>(t) * frequency;
      table.cosines[t * half + i] = static_cast<float>(ExactCosine(angle));
      table.sines[t * half + i] = static_cast<float>(ExactSine(angle));
    }
  }
  return table;
}

}  // namespace ledgerline::kernel
