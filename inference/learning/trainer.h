// Trainer: teaches the transformer from a dataset; resumable, with early stopping on the valid split and a loss log.
//
// State is kept in <out>/checkpoint.state (parameters, AdamW moments, step; the container of model files), the best
// parameters so far in <out>/best.model, the log in <out>/loss.tsv. A run that finds a checkpoint goes on from it; the
// chunks of a step follow from the seed and the step, so a resumed run sees what an unbroken one would have seen.
#ifndef LEDGERLINE_INFERENCE_LEARNING_TRAINER_H_
#define LEDGERLINE_INFERENCE_LEARNING_TRAINER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "inference/learning/autocast.h"
#include "inference/learning/dataset.h"
#include "inference/learning/ngram.h"
#include "inference/model/model_config.h"
#include "schemas/status.h"

namespace ledgerline::learning {

struct TrainingConfig {
  model::ModelConfig shape;
  uint64_t seed = 1;
  int batch = 6;                // chunks of the context's length a step
  int halvings = 0;             // steps draw chunks of context / 2^0 to context / 2^halvings rows, as many rows in all
  int64_t steps = 3000;         // of the whole schedule
  double learning_rate = 2e-3;  // at its peak; linear warm-up, then cosine to a hundredth
  int64_t warmup_steps = 150;
  double weight_decay = 0.05;
  double dropout = 0;            // of what each block adds, in training alone
  double gradient_norm = 1.0;    // clipped to
  int64_t evaluate_every = 250;  // steps
  int64_t checkpoint_every = 250;
  int64_t valid_rows = 60'000;  // of the valid split, at most, in one evaluation
  int patience = 6;             // evaluations without a better valid loss before stopping
  int threads = 1;
  bool bfloat16 = false;  // autocast
  Device device = Device::kCpu;
  double max_minutes = 0;  // stop (resumably) after so long; 0 means no bound

  // "key = value" lines, '#' starts a comment. Errors: kInvalidArgument (an unknown key, not a number), kOutOfRange.
  static Result<TrainingConfig> Parse(const std::string& text);
};

struct TrainingSummary {
  int64_t steps = 0;
  int64_t rows = 0;
  int64_t notes = 0;
  double seconds = 0;
  Evaluation best_valid;
  int64_t best_step = 0;
  bool finished = false;  // the schedule ran out, or early stopping; not the clock
};

// Errors: kFailedPrecondition (no pieces; no such device), those of reading a checkpoint and writing files.
Result<TrainingSummary> Train(const Dataset& train, const Dataset& valid, const TrainingConfig& config,
                              const std::string& out_dir, const std::function<void(const std::string&)>& report);

// The loss of a model file on a dataset. Errors: those of reading the file.
Result<Evaluation> Evaluate(const std::string& model_path, const Dataset& dataset, int64_t max_rows, int threads);

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_TRAINER_H_
