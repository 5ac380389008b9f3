// The gradients of one step: the parts of its batch side by side, one a thread, their gradients added in a fixed order.
//
// Why: threads that share each operation wait for each other at each of some thousand, and small ones are not worth
// sharing. Parts meet once a step. A batch that cannot be cut (one chunk; another device) is computed as one, its
// operations shared among the threads.
#ifndef LEDGERLINE_INFERENCE_LEARNING_STEP_GRADIENTS_H_
#define LEDGERLINE_INFERENCE_LEARNING_STEP_GRADIENTS_H_

#include <vector>

#include "inference/learning/run_config.h"
#include "inference/learning/training_task.h"

namespace ledgerline::learning {

class StepGradients {
 public:
  // `task` must outlive it. As many parts as the configuration has threads, on the CPU.
  StepGradients(const RunConfig& config, TrainingTask* task);

  struct Loss {
    double sum = 0;
    int64_t count = 0;
  };
  // Leaves the gradients of sum / count, of step `step` of the task, in the parameters of part 0. The same bits for the
  // same configuration, however the threads are scheduled. Errors: those of the task, of the lowest part.
  Result<Loss> Take(int64_t step);

 private:
  // Sets the gradients of part 0 to the sums over `parts`, added in their order; what none of them has stays undefined.
  void AddUp(int parts);

  RunConfig config_;
  TrainingTask* task_;
  std::vector<NamedParameters> parameters_;  // of each part
  std::vector<torch::Tensor> sums_;          // room for them; gradients may share memory with each other, these do not
};

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_STEP_GRADIENTS_H_
