// TrainingTask: what a training run (training_run.h) teaches: its batches, its networks, and how they are judged.
//
// With several threads a step's batch is cut into parts, one for each thread. Each part has a network of its own that
// shares its values with the others (replicas.h), so that its graph and its gradients are its own.
#ifndef LEDGERLINE_INFERENCE_LEARNING_TRAINING_TASK_H_
#define LEDGERLINE_INFERENCE_LEARNING_TRAINING_TASK_H_

#include <string>
#include <utility>

#include "inference/learning/optimiser.h"
#include "inference/model/model_file.h"
#include "schemas/status.h"

namespace ledgerline::learning {

// Where a run stands.
struct RunProgress {
  int64_t step = 0;       // steps done
  int64_t best_step = 0;  // after which the best judgement was made
  int stale = 0;          // judgements since
  double seconds = 0;     // of all its parts
  double best = 1e9;      // the lowest judged loss
};

struct DrawnBatch {
  int parts = 1;
  int64_t count = 0;  // of what the losses of all parts sum over: notes, pairs
};

class TrainingTask {
 public:
  virtual ~TrainingTask() = default;

  // What is taught. Part 0's parameters are moved, judged and kept; those of another part share their values, in the
  // same order, and have gradients of their own. `part` is below the `parts` that Draw is asked for.
  virtual NamedParameters Parameters(int part) const = 0;

  // Draws the batch of a step and cuts it into at most `parts`, whose costs are nearly equal; steps count from 0. It
  // follows from the seed, the step and `parts`.
  virtual Result<DrawnBatch> Draw(int64_t step, int parts) = 0;
  // The sum over a part of what was drawn: float32 scalar, on the network's device. The gradient is that of the sum
  // over all parts / count. Several parts are computed side by side. Called under autocast if the configuration asks
  // for bfloat16, with gradients cleared.
  virtual Result<torch::Tensor> Loss(int part) = 0;
  // After the parameters have moved. Returns whether to judge now, though it may not be due.
  virtual Result<bool> AfterStep(const RunProgress&) { return false; }

  struct Judgement {
    double loss = 0;      // lower is better
    std::string amount;   // the log's column after the step: how much was read
    std::string details;  // the log's columns after the loss, between tabs
    std::string line;     // what is reported
    bool stop = false;    // the task has its own reason to end the run here
  };
  // `train`: the mean loss of the steps since the last judgement.
  virtual Result<Judgement> Judge(const RunProgress& progress, double train) = 0;
  // The last judgement was the best so far: keep what was judged. `progress` counts it already.
  virtual Status KeepBest(const RunProgress& progress) = 0;

  // For runs with a directory: names of the log's columns (`amount`, `details`), and what a checkpoint holds beside
  // AdamW's moments and the progress. Load may take out of the file what it reads, and must leave no tensor unread.
  // Errors: kInvalidArgument.
  virtual std::pair<std::string, std::string> Columns() const { return {}; }
  virtual void Store(model::ModelFile*) const {}
  virtual Status Load(model::ModelFile*) { return Status::Ok(); }
};

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_TRAINING_TASK_H_
