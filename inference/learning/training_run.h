// TrainingRun: the loop of every training here: schedule, gradients, clipping, AdamW, evaluation every so many steps,
// early stopping, checkpoint and loss log. What is taught is a TrainingTask (training_task.h).
//
// With a directory, a run is resumable. State is kept in <out>/checkpoint.state: the task's tensors, AdamW's moments
// and the progress, in the container of model files; the log in <out>/loss.tsv. A run that finds a checkpoint goes on
// from it. What a step reads and drops must follow from the seed and the step: then a resumed run sees what an unbroken
// one would have seen, and ends with the same bytes. So does a run of the same configuration again; with another number
// of threads sums are rounded otherwise.
#ifndef LEDGERLINE_INFERENCE_LEARNING_TRAINING_RUN_H_
#define LEDGERLINE_INFERENCE_LEARNING_TRAINING_RUN_H_

#include <functional>
#include <string>

#include "inference/learning/run_config.h"
#include "inference/learning/training_task.h"

namespace ledgerline::learning {

struct RunSummary {
  RunProgress progress;
  bool finished = false;  // the schedule ran out, or early stopping; not the clock
};

// Threads, memory and the seed of LibTorch's random numbers; before the network is made.
void PrepareRun(const RunConfig& config);

// Runs until the schedule ends, nothing gets better, or the time is up. `out_dir` may be empty: nothing is written.
// `best`: a judged loss that the first one must be below to be kept. Errors: those of the task, of reading a checkpoint
// (kDataLoss, kInvalidArgument) and of writing files.
Result<RunSummary> RunTraining(const RunConfig& config, TrainingTask* task, const std::string& out_dir,
                               const std::function<void(const std::string&)>& report, double best = 1e9);

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_TRAINING_RUN_H_
