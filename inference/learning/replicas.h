// Replicas: networks that share the values of their parameters, one for each part of a step (training_task.h).
#ifndef LEDGERLINE_INFERENCE_LEARNING_REPLICAS_H_
#define LEDGERLINE_INFERENCE_LEARNING_REPLICAS_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "inference/learning/run_config.h"
#include "inference/model/counter_random.h"
#include "inference/model/two_level_network.h"

namespace ledgerline::learning {

// As many as the configuration has threads on the CPU, one elsewhere. The first is `network`; `make` gives another of
// its shape, whose parameters are replaced.
template <typename Network>
std::vector<Network> Replicas(const Network& network, const RunConfig& config, const std::function<Network()>& make) {
  std::vector<Network> replicas = {network};
  for (int part = 1; config.device == Device::kCpu && part < config.threads; ++part) {
    replicas.push_back(make());
    model::ShareParameters(*network, replicas.back().get());
  }
  return replicas;
}

// Makes what a part's network drops follow from the seed, the step and the part, so that a resumed run drops what an
// unbroken one would have dropped.
inline void SeedPart(const model::CounterRandom& random, int64_t step, int part, model::TwoLevelNetwork* network) {
  network->SeedDropout(random.At(static_cast<uint64_t>(step) + (static_cast<uint64_t>(part) << 48)));
}

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_REPLICAS_H_
