// RunConfig: the choices that every training run has, whatever it teaches. No LibTorch here.
#ifndef LEDGERLINE_INFERENCE_LEARNING_RUN_CONFIG_H_
#define LEDGERLINE_INFERENCE_LEARNING_RUN_CONFIG_H_

#include <cstdint>
#include <initializer_list>
#include <utility>

#include "inference/learning/autocast.h"
#include "inference/learning/settings.h"
#include "inference/model/model_config.h"

namespace ledgerline::learning {

struct RunConfig {
  uint64_t seed = 1;
  int batch = 1;                // what a step reads: chunks, pieces, pairs
  int64_t steps = 1000;         // of the whole schedule
  double learning_rate = 2e-3;  // at its peak; linear warm-up, then cosine to a hundredth
  int64_t warmup_steps = 100;
  double weight_decay = 0.05;
  double dropout = 0;            // of what each block adds, in training alone
  double gradient_norm = 1.0;    // clipped to
  int64_t evaluate_every = 100;  // steps
  int64_t checkpoint_every = 0;  // steps; 0: after each evaluation
  int patience = 6;              // evaluations without a better loss before stopping
  int threads = 1;
  bool bfloat16 = false;  // autocast
  Device device = Device::kCpu;
  double max_minutes = 0;  // stop (resumably) after so long; 0 means no bound
};

// Readers of what every configuration may set: all of the above but `checkpoint_every`, `max_minutes` and `device`,
// which belong to runs that have checkpoints, and to networks that can be moved.
SettingReaders ReadersOf(RunConfig* config);
// Adds those of a network's shape.
void AddShape(model::ModelConfig* shape, SettingReaders* readers);

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_RUN_CONFIG_H_
