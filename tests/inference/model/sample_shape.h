// Shapes of small models for tests and fuzzers: a model of any of them is SampleModel (tests/inference/kernel), or a
// network with random parameters.
#ifndef LEDGERLINE_TESTS_INFERENCE_MODEL_SAMPLE_SHAPE_H_
#define LEDGERLINE_TESTS_INFERENCE_MODEL_SAMPLE_SHAPE_H_

#include "inference/model/model_config.h"

namespace ledgerline::model {

// The smallest that the format allows, all but its heads: what a fuzzer loads thousands of times.
inline ModelConfig TinyShape() {
  return {.width = 8,
          .layers = 1,
          .heads = 2,
          .hidden = 8,
          .inner_width = 8,
          .inner_hidden = 8,
          .context = 64,
          .kv_heads = 1};
}

// Of two layers, and no width a multiple of a vector register.
inline ModelConfig SmallShape(int kv_heads, int context) {
  return {.width = 48,
          .layers = 2,
          .heads = 4,
          .hidden = 56,
          .inner_width = 40,
          .inner_hidden = 24,
          .context = context,
          .kv_heads = kv_heads};
}

// What learns something in a second.
inline ModelConfig LearningShape(int layers, int context) {
  return {.width = 32,
          .layers = layers,
          .heads = 2,
          .hidden = 32,
          .inner_width = 24,
          .inner_hidden = 24,
          .context = context};
}

}  // namespace ledgerline::model

#endif  // LEDGERLINE_TESTS_INFERENCE_MODEL_SAMPLE_SHAPE_H_
