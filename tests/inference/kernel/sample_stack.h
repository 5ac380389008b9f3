// SampleStack: a small stack of layers with weights from counted integers, for tests.
#ifndef LEDGERLINE_TESTS_INFERENCE_KERNEL_SAMPLE_STACK_H_
#define LEDGERLINE_TESTS_INFERENCE_KERNEL_SAMPLE_STACK_H_

#include <vector>

#include "inference/kernel/block_stack.h"
#include "tests/inference/kernel/random_numbers.h"

namespace ledgerline::kernel {

inline BlockStack SampleStack(const Ops& ops, Precision precision, const StackShape& shape) {
  model::CounterRandom random(7, 7);
  std::vector<std::vector<float>> kept;
  auto draw = [&](size_t count, float scale) -> std::span<const float> {
    kept.push_back(Bells(count, scale, &random));
    return kept.back();
  };
  kept.reserve(shape.layers * 6 + 1);
  std::vector<StoredBlock> blocks(shape.layers);
  const size_t d = shape.width, kv = shape.kv_heads * shape.head();
  for (StoredBlock& block : blocks) {
    block.attention_norm = draw(d, 1.0f);
    block.query_key_value.values = draw((d + 2 * kv) * d, 0.15f);
    block.attention_out.values = draw(d * d, 0.15f);
    block.feed_norm = draw(d, 1.0f);
    block.gate_up.values = draw(2 * shape.hidden * d, 0.15f);
    block.down.values = draw(d * shape.hidden, 0.15f);
  }
  return BlockStack::Build(ops, precision, shape, blocks, draw(d, 1.0f)).value();
}

// float32 [rows, padded width].
inline AlignedArray<float> SampleInput(const BlockStack& stack, size_t rows, uint64_t seed) {
  model::CounterRandom random(seed, 8);
  AlignedArray<float> x(rows * stack.padded_width());
  for (size_t r = 0; r < rows; ++r) {
    for (size_t i = 0; i < stack.shape().width; ++i) x[r * stack.padded_width() + i] = Bell(&random);
  }
  return x;
}

}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_TESTS_INFERENCE_KERNEL_SAMPLE_STACK_H_
