// Trainer: teaches the transformer from a dataset; resumable, with early stopping on the valid split and a loss log.
//
// The run is the one of training_run.h; the best parameters so far are kept in <out>/best.model.
#ifndef LEDGERLINE_INFERENCE_LEARNING_TRAINER_H_
#define LEDGERLINE_INFERENCE_LEARNING_TRAINER_H_

#include <cstdint>
#include <functional>
#include <string>

#include "inference/learning/dataset.h"
#include "inference/learning/ngram.h"
#include "inference/learning/run_config.h"
#include "inference/model/model_config.h"
#include "schemas/status.h"

namespace ledgerline::learning {

// A step reads `batch` chunks of the context's length.
struct TrainingConfig : RunConfig {
  model::ModelConfig shape;
  int halvings = 0;             // steps draw chunks of context / 2^0 to context / 2^halvings rows, as many rows in all
  int64_t valid_rows = 60'000;  // of the valid split, at most, in one evaluation

  TrainingConfig();
  // "key = value" lines (settings.h). Errors: kInvalidArgument (an unknown key, not a number), kOutOfRange.
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

// `start`: a model file, rounded or not, whose parameters a new run begins with; empty: they are drawn. A run that has
// a checkpoint goes on from that. Errors: kFailedPrecondition (no pieces; no such device), kInvalidArgument (`start`
// has another shape), those of reading `start` or a checkpoint and of writing files.
Result<TrainingSummary> Train(const Dataset& train, const Dataset& valid, const TrainingConfig& config,
                              const std::string& start, const std::string& out_dir,
                              const std::function<void(const std::string&)>& report);

// The loss of a model file on a dataset. Errors: those of reading the file.
Result<Evaluation> Evaluate(const std::string& model_path, const Dataset& dataset, int64_t max_rows, int threads);

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_TRAINER_H_
