// AdamW (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019) and gradient clipping, written out so
// that the state can be stored as plain tensors in the container of model files and read by any LibTorch.
#ifndef LEDGERLINE_INFERENCE_LEARNING_OPTIMISER_H_
#define LEDGERLINE_INFERENCE_LEARNING_OPTIMISER_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "inference/model/transformer.h"

namespace ledgerline::learning {

// Names and float32 tensors that require gradients. Order decides in which order norms are summed.
using NamedParameters = std::vector<std::pair<std::string, torch::Tensor>>;

// Values of a tensor that one thread takes at once; they are one sum, so that sums do not depend on the threads.
inline constexpr int64_t kValuesAtOnce = 32768;

NamedParameters ParametersOf(const torch::nn::Module& network);

class AdamW {
 public:
  // Vectors and scalars are not decayed. beta1 0.9, beta2 0.98, epsilon 1e-8.
  AdamW(NamedParameters parameters, double weight_decay);

  // `step` counts from 1. Parameters without a gradient stay.
  void Step(int64_t step, double rate);
  // The next step takes gradients scaled to a joint norm of at most `bound`; returns the norm before.
  double Clip(double bound);
  void ZeroGradients();

  // Writes the moments as mean:NAME and square:NAME.
  void Store(model::ModelFile* file) const;
  // Takes the moments out of `file`. Errors: kInvalidArgument (one is missing or has another shape).
  Status Load(model::ModelFile* file);

 private:
  struct Item {
    std::string name;
    torch::Tensor parameter, mean, square;
  };
  // So many values of an item from `at` on, which one thread takes at once.
  struct Block {
    const Item* item;
    const float* gradient;
    int64_t at, count;
  };
  // All whose gradients, and whose own values, lie one after the other in this process's memory.
  std::vector<Block> Blocks() const;

  std::vector<Item> items_;
  double decay_;
  double clip_ = 1;  // of the next step
};

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_OPTIMISER_H_
