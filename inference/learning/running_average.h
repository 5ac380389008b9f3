// RunningAverage: an exponentially decaying average of a network's parameters, which is often better than any of them.
//
// Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", SIAM J. Control Optim. 30 (1992).
#ifndef LEDGERLINE_INFERENCE_LEARNING_RUNNING_AVERAGE_H_
#define LEDGERLINE_INFERENCE_LEARNING_RUNNING_AVERAGE_H_

#include <string>
#include <vector>

#include "inference/learning/optimiser.h"

namespace ledgerline::learning {

class RunningAverage {
 public:
  // `keep` is the weight of the average against the newest parameters; the first steps weigh less.
  RunningAverage(const NamedParameters& parameters, double keep);

  // Takes in the parameters after `step`, which counts from 1.
  void Follow(int64_t step);
  // The network gets the average, and the average what the network had: call it twice.
  void Swap();

  // Writes the average as average:NAME.
  void Store(model::ModelFile* file) const;
  // Takes it out of `file`. Errors: kInvalidArgument (one is missing or has another shape).
  Status Load(model::ModelFile* file);

 private:
  struct Item {
    std::string name;
    torch::Tensor parameter, mean;
  };
  std::vector<Item> items_;
  double keep_;
};

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_RUNNING_AVERAGE_H_
