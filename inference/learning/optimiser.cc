#include "inference/learning/optimiser.h"

#include <algorithm>
#include <cmath>

#include "inference/model/fused_kernels.h"
#include "inference/model/shared_work.h"

namespace ledgerline::learning {

using torch::Tensor;

namespace {

// Whether the values lie one after the other in this process's memory.
bool Plain(const Tensor& x) { return x.device().is_cpu() && x.scalar_type() == torch::kFloat32 && x.is_contiguous(); }

}  // namespace

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

std::vector<AdamW::Block> AdamW::Blocks() const {
  std::vector<Block> blocks;
  for (const Item& item : items_) {
    const Tensor gradient = item.parameter.grad();
    if (!gradient.defined() || !Plain(gradient) || !Plain(item.parameter)) continue;
    for (int64_t at = 0; at < gradient.numel(); at += kValuesAtOnce) {
      blocks.push_back({&item, gradient.data_ptr<float>() + at, at, std::min(kValuesAtOnce, gradient.numel() - at)});
    }
  }
  return blocks;
}

void AdamW::Step(int64_t step, double rate) {
  torch::NoGradGuard no_grad;
  constexpr double kBeta1 = 0.9, kBeta2 = 0.98, kEpsilon = 1e-8;
  const double first = 1.0 - std::pow(kBeta1, static_cast<double>(step));
  const double second = 1.0 - std::pow(kBeta2, static_cast<double>(step));
  const auto keep = [&](const Item& item) { return item.parameter.dim() > 1 ? 1.0 - rate * decay_ : 1.0; };
  const std::vector<Block> blocks = Blocks();
  model::ShareWork(static_cast<int64_t>(blocks.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) {
      const Block& block = blocks[static_cast<size_t>(b)];
      const Item& item = *block.item;
      model::ChooseFusedKernels().adam(item.parameter.data_ptr<float>() + block.at, block.gradient,
                                       item.mean.data_ptr<float>() + block.at, item.square.data_ptr<float>() + block.at,
                                       block.count, static_cast<float>(clip_), static_cast<float>(keep(item)),
                                       static_cast<float>(rate / first), static_cast<float>(1.0 / second));
    }
  });
  for (Item& item : items_) {
    const Tensor gradient = item.parameter.grad();
    if (!gradient.defined() || (Plain(gradient) && Plain(item.parameter))) continue;
    const Tensor clipped = gradient * clip_;
    item.mean.mul_(kBeta1).add_(clipped, 1.0 - kBeta1);
    item.square.mul_(kBeta2).addcmul_(clipped, clipped, 1.0 - kBeta2);
    item.parameter.mul_(keep(item));
    item.parameter.addcdiv_(item.mean, (item.square / second).sqrt_().add_(kEpsilon), -rate / first);
  }
  clip_ = 1;
}

double AdamW::Clip(double bound) {
  torch::NoGradGuard no_grad;
  const std::vector<Block> blocks = Blocks();
  std::vector<double> parts(blocks.size());
  model::ShareWork(static_cast<int64_t>(blocks.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) {
      const Block& block = blocks[static_cast<size_t>(b)];
      parts[static_cast<size_t>(b)] = model::ChooseFusedKernels().squares(block.gradient, block.count);
    }
  });
  double sum = 0;
  for (const double part : parts) sum += part;
  std::vector<Tensor> squares;  // of the others; read back at once: on a GPU each reading waits for all work
  for (const Item& item : items_) {
    const Tensor gradient = item.parameter.grad();
    if (!gradient.defined() || (Plain(gradient) && Plain(item.parameter))) continue;
    squares.push_back(gradient.square().sum());
  }
  if (!squares.empty()) {
    const Tensor read = torch::stack(squares).to(torch::kCPU, torch::kFloat64);
    for (int64_t i = 0; i < read.numel(); ++i) sum += read.data_ptr<double>()[i];
  }
  const double norm = std::sqrt(sum);
  clip_ = norm > bound ? bound / norm : 1.0;
  return norm;
}

void AdamW::ZeroGradients() {
  clip_ = 1;
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
