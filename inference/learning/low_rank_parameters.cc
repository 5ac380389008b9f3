#include "inference/learning/low_rank_parameters.h"

#include <cmath>

#include "inference/model/counter_random.h"

namespace ledgerline::learning {

using torch::Tensor;

LowRankParameters::LowRankParameters(const model::ModelConfig& base, int rank, int alpha, uint64_t seed,
                                     const torch::Device& device)
    : scale_(static_cast<double>(alpha) / rank) {
  uint64_t stream = 0;
  for (const model::AdaptedRows& rows : model::AdaptedRowsOf(base)) {
    model::CounterRandom random(seed, stream++);
    const double bound = 1.0 / std::sqrt(static_cast<double>(rows.inputs));
    std::vector<float> values(static_cast<size_t>(rank * rows.inputs));
    for (float& value : values) value = static_cast<float>((2 * random.Unit() - 1) * bound);
    const Tensor a = torch::tensor(values).reshape({rank, rows.inputs}).to(device);
    const Tensor b = torch::zeros({rows.count, rank}).to(device);
    parameters_.emplace_back(rows.pair + "/a", a.set_requires_grad(true));
    parameters_.emplace_back(rows.pair + "/b", b.set_requires_grad(true));
  }
}

LowRankParameters LowRankParameters::Replica() const {
  LowRankParameters replica = *this;
  for (auto& [name, tensor] : replica.parameters_) tensor = tensor.variable_data().set_requires_grad(true);
  return replica;
}

model::LowRank LowRankParameters::Layers() const {
  model::LowRank low_rank;
  low_rank.scale = scale_;
  for (size_t i = 0; i + 6 <= parameters_.size(); i += 6) {
    low_rank.layers.push_back({parameters_[i].second, parameters_[i + 1].second, parameters_[i + 2].second,
                               parameters_[i + 3].second, parameters_[i + 4].second, parameters_[i + 5].second});
  }
  return low_rank;
}

NamedParameters LowRankParameters::Copy() const {
  NamedParameters copy;
  for (const auto& [name, tensor] : parameters_) copy.emplace_back(name, tensor.detach().clone());
  return copy;
}

void LowRankParameters::Restore(const NamedParameters& copy) {
  torch::NoGradGuard no_grad;
  for (size_t i = 0; i < parameters_.size(); ++i) parameters_[i].second.copy_(copy[i].second);
}

void LowRankParameters::Store(model::AdapterFile* file) const {
  for (const auto& [name, tensor] : parameters_) {
    model::StoredTensor stored = model::StoreTensor(tensor);
    stored.bfloat16 = true;
    for (float& value : stored.values) value = model::RoundToBfloat16(value);
    file->tensors[name] = std::move(stored);
  }
}

}  // namespace ledgerline::learning
