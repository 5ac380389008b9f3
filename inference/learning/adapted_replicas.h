// AdaptedReplicas: frozen networks with a low-rank correction, one for each part of a step: all share the values of
// network and correction; the corrections' gradients are the parts' own.
#ifndef LEDGERLINE_INFERENCE_LEARNING_ADAPTED_REPLICAS_H_
#define LEDGERLINE_INFERENCE_LEARNING_ADAPTED_REPLICAS_H_

#include <vector>

#include "inference/learning/low_rank_parameters.h"
#include "inference/learning/replicas.h"

namespace ledgerline::learning {

class AdaptedReplicas {
 public:
  // `network`, the first, is already corrected by `parameters`. `config` must outlive it.
  AdaptedReplicas(const model::Transformer& network, const LowRankParameters& parameters, const RunConfig& config)
      : config_(config), networks_(Replicas<model::Transformer>(network, config, [&] {
          return model::Transformer(network->config(), config.dropout);
        })) {
    parameters_.push_back(parameters);
    for (size_t part = 1; part < networks_.size(); ++part) {
      parameters_.push_back(parameters.Replica());
      networks_[part]->Adapt(parameters_.back().Layers());
    }
  }

  NamedParameters Parameters(int part) const { return parameters_[static_cast<size_t>(part)].all(); }
  // A part's, whose dropout follows from the step.
  model::TransformerImpl& Network(int64_t step, int part) {
    model::TransformerImpl& network = *networks_[static_cast<size_t>(part)];
    if (config_.dropout > 0) SeedPart(model::CounterRandom(config_.seed, 2), step, part, &network);
    return network;
  }

 private:
  const RunConfig& config_;
  std::vector<model::Transformer> networks_;
  std::vector<LowRankParameters> parameters_;
};

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_ADAPTED_REPLICAS_H_
