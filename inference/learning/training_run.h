// TrainingRun: the loop of every training here: schedule, gradients, clipping, AdamW, evaluation every so many steps,
// early stopping, checkpoint and loss log. What is taught is a TrainingTask.
//
// With a directory, a run is resumable. State is kept in <out>/checkpoint.state: the task's tensors, AdamW's moments
// and the progress, in the container of model files; the log in <out>/loss.tsv. A run that finds a checkpoint goes on
// from it. What a step reads and drops must follow from the seed and the step: then a resumed run sees what an unbroken
// one would have seen, and ends with the same bytes.
#ifndef LEDGERLINE_INFERENCE_LEARNING_TRAINING_RUN_H_
#define LEDGERLINE_INFERENCE_LEARNING_TRAINING_RUN_H_

#include <functional>
#include <string>

#include "inference/learning/optimiser.h"
#include "inference/learning/run_config.h"

namespace ledgerline::learning {

// Where a run stands.
struct RunProgress {
  int64_t step = 0;       // steps done
  int64_t best_step = 0;  // after which the best judgement was made
  int stale = 0;          // judgements since
  double seconds = 0;     // of all its parts
  double best = 1e9;      // the lowest judged loss
};

struct BatchLoss {
  torch::Tensor sum;  // float32 scalar, on the network's device
  int64_t count = 0;  // of what it sums over: notes, pairs
};

class TrainingTask {
 public:
  virtual ~TrainingTask() = default;

  // The loss of a step's batch; steps count from 0. The gradient is that of sum / count. Called under autocast if the
  // configuration asks for bfloat16, with gradients cleared.
  virtual Result<BatchLoss> Loss(int64_t step) = 0;
  // After the parameters have moved.
  virtual void AfterStep(const RunProgress&) {}

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

struct RunSummary {
  RunProgress progress;
  bool finished = false;  // the schedule ran out, or early stopping; not the clock
};

// Threads, memory and the seed of LibTorch's random numbers; before the network is made.
void PrepareRun(const RunConfig& config);

// Runs until the schedule ends, nothing gets better, or the time is up. `parameters`: what AdamW moves. `out_dir` may
// be empty: nothing is written. `best`: a judged loss that the first one must be below to be kept. Errors: those of the
// task, of reading a checkpoint (kDataLoss, kInvalidArgument) and of writing files.
Result<RunSummary> RunTraining(const RunConfig& config, const NamedParameters& parameters, TrainingTask* task,
                               const std::string& out_dir, const std::function<void(const std::string&)>& report,
                               double best = 1e9);

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_TRAINING_RUN_H_
