// LowRankParameters: the numbers of an adapter while they are trained, and their way into an adapter file.
#ifndef LEDGERLINE_INFERENCE_LEARNING_LOW_RANK_PARAMETERS_H_
#define LEDGERLINE_INFERENCE_LEARNING_LOW_RANK_PARAMETERS_H_

#include <string>

#include "inference/learning/optimiser.h"
#include "inference/model/adapter_file.h"
#include "inference/model/transformer.h"

namespace ledgerline::learning {

class LowRankParameters {
 public:
  // `b` begins at zero, so that training begins at the base; `a` is uniform within 1 / sqrt(width), from counted random
  // numbers. On `device`; they require gradients.
  LowRankParameters(const model::ModelConfig& base, int rank, int alpha, uint64_t seed, const torch::Device& device);

  // Others that share the values of these, and have gradients of their own (replicas.h).
  LowRankParameters Replica() const;
  model::LowRank Layers() const;  // for TwoLevelNetwork::Adapt
  const NamedParameters& all() const { return parameters_; }
  NamedParameters Copy() const;  // of the values now
  void Restore(const NamedParameters& copy);
  // The tensors as BF16.
  void Store(model::AdapterFile* file) const;

 private:
  double scale_ = 1;
  NamedParameters parameters_;  // layers/N/query/a, layers/N/query/b, value, up; by layer
};

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_LOW_RANK_PARAMETERS_H_
