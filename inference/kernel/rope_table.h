// RopeTable: cosines and sines of the rotary embedding, the same bits on every machine.
//
// Angle of pair i at position t: t * 10000^(-i / half), in binary64 (exact_math.h), its cosine and sine rounded to
// binary32. Su et al., "RoFormer", 2021, section 3.2.2. The tables follow from the model file's shape, so that its hash
// and the kernel's version name them; a test holds their own hash.
#ifndef LEDGERLINE_INFERENCE_KERNEL_ROPE_TABLE_H_
#define LEDGERLINE_INFERENCE_KERNEL_ROPE_TABLE_H_

#include "inference/kernel/aligned_array.h"

namespace ledgerline::kernel {

struct RopeTable {
  AlignedArray<float> cosines, sines;  // [positions, half]
};

RopeTable MakeRopeTable(size_t positions, size_t half);

}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_ROPE_TABLE_H_
