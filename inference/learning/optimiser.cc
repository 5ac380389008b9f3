#include "inference/learning/optimiser.h"

#include <cmath>

namespace ledgerline::learning {

using torch::Tensor;

NamedParameters ParametersOf(const torch::nn::Module& network) {
  NamedParameters parameters;
  for (const auto& item : network.named_parameters()) parameters.emplace_back(item.key(), item.value());
  return parameters;
}

AdamW::AdamW(NamedParameters parameters, double weight_decay) : decay_(weight_decay) {
  for (auto& [name, parameter] : parameters) {
    items_.push_back({name, parameter, torch::zeros_like(parameter), torch::zeros_like(parameter)});
  }
}

void AdamW::Step(int64_t step, double rate) {
  torch::NoGradGuard no_grad;
  constexpr double kBeta1 = 0.9, kBeta2 = 0.98, kEpsilon = 1e-8;
  const double first = 1.0 - std::pow(kBeta1, static_cast<double>(step));
  const double second = 1.0 - std::pow(kBeta2, static_cast<double>(step));
  for (Item& item : items_) {
    const Tensor gradient = item.parameter.grad();
    if (!gradient.defined()) continue;
    item.mean.mul_(kBeta1).add_(gradient, 1.0 - kBeta1);
    item.square.mul_(kBeta2).addcmul_(gradient, gradient, 1.0 - kBeta2);
    if (item.parameter.dim() > 1) item.parameter.mul_(1.0 - rate * decay_);
    item.parameter.addcdiv_(item.mean, (item.square / second).sqrt_().add_(kEpsilon), -rate / first);
  }
}

double AdamW::Clip(double bound) {
  torch::NoGradGuard no_grad;
  std::vector<Tensor> squares;  // read back at once: on a GPU each reading waits for all work
  for (Item& item : items_) {
    if (item.parameter.grad().defined()) squares.push_back(item.parameter.grad().square().sum());
  }
  if (squares.empty()) return 0;
  const Tensor read = torch::stack(squares).to(torch::kCPU, torch::kFloat64);
  double sum = 0;
  for (int64_t i = 0; i < read.numel(); ++i) sum += read.data_ptr<double>()[i];
  const double norm = std::sqrt(sum);
  if (norm > bound) {
    for (Item& item : items_) {
      if (item.parameter.grad().defined()) item.parameter.grad().mul_(bound / norm);
    }
  }
  return norm;
}

void AdamW::ZeroGradients() {
  for (Item& item : items_) {
    if (item.parameter.grad().defined()) item.parameter.mutable_grad().reset();
  }
}

void AdamW::Store(model::ModelFile* file) const {
  for (const Item& item : items_) {
    for (const auto& [prefix, tensor] : {std::pair("mean:", item.mean), std::pair("square:", item.square)}) {
      file->tensors[prefix + item.name] = model::StoreTensor(tensor);
    }
  }
}

Status AdamW::Load(model::ModelFile* file) {
  torch::NoGradGuard no_grad;
  for (Item& item : items_) {
    for (const auto& [prefix, tensor] : {std::pair("mean:", item.mean), std::pair("square:", item.square)}) {
      const auto found = file->tensors.find(prefix + item.name);
      if (found == file->tensors.end() || at::IntArrayRef(found->second.shape) != tensor.sizes()) {
        return InvalidArgument("the checkpoint lacks " + (prefix + item.name));
      }
      tensor.copy_(torch::from_blob(found->second.values.data(), tensor.sizes()));
      file->tensors.erase(found);
    }
  }
  return Status::Ok();
}

}  // namespace ledgerline::learning
