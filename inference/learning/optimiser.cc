#include "inference/learning/optimiser.h"

#include <algorithm>
#include <cmath>

#include "inference/model/fused_kernels.h"
#include "inference/model/shared_work.h"

namespace ledgerline::learning {

using torch::Tensor;

namespace {

constexpr int64_t kValuesAtOnce = 32768;  // that a thread takes at least; sums do not depend on the threads

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

void AdamW::Step(int64_t step, double rate) {
  torch::NoGradGuard no_grad;
  constexpr double kBeta1 = 0.9, kBeta2 = 0.98, kEpsilon = 1e-8;
  const double first = 1.0 - std::pow(kBeta1, static_cast<double>(step));
  const double second = 1.0 - std::pow(kBeta2, static_cast<double>(step));
  for (Item& item : items_) {
    const Tensor gradient = item.parameter.grad();
    if (!gradient.defined()) continue;
    const double keep = item.parameter.dim() > 1 ? 1.0 - rate * decay_ : 1.0;
    if (Plain(item.parameter) && Plain(gradient)) {
      const int64_t count = gradient.numel();
      model::ShareWork(count, kValuesAtOnce, [&](int64_t begin, int64_t end) {
        model::ChooseFusedKernels().adam(item.parameter.data_ptr<float>() + begin, gradient.data_ptr<float>() + begin,
                                         item.mean.data_ptr<float>() + begin, item.square.data_ptr<float>() + begin,
                                         end - begin, static_cast<float>(clip_), static_cast<float>(keep),
                                         static_cast<float>(rate / first), static_cast<float>(1.0 / second));
      });
      continue;
    }
    const Tensor clipped = gradient * clip_;
    item.mean.mul_(kBeta1).add_(clipped, 1.0 - kBeta1);
    item.square.mul_(kBeta2).addcmul_(clipped, clipped, 1.0 - kBeta2);
    item.parameter.mul_(keep);
    item.parameter.addcdiv_(item.mean, (item.square / second).sqrt_().add_(kEpsilon), -rate / first);
  }
  clip_ = 1;
}

double AdamW::Clip(double bound) {
  torch::NoGradGuard no_grad;
  std::vector<Tensor> squares;  // read back at once: on a GPU each reading waits for all work
  double sum = 0;
  for (Item& item : items_) {
    const Tensor gradient = item.parameter.grad();
    if (!gradient.defined()) continue;
    if (Plain(gradient)) {
      const int64_t blocks = (gradient.numel() + kValuesAtOnce - 1) / kValuesAtOnce;
      std::vector<double> parts(static_cast<size_t>(blocks));
      model::ShareWork(blocks, 1, [&](int64_t begin, int64_t end) {
        for (int64_t b = begin; b < end; ++b) {
          parts[static_cast<size_t>(b)] =
              model::ChooseFusedKernels().squares(gradient.data_ptr<float>() + b * kValuesAtOnce,
                                                  std::min(kValuesAtOnce, gradient.numel() - b * kValuesAtOnce));
        }
      });
      for (const double part : parts) sum += part;
    } else {
      squares.push_back(gradient.square().sum());
    }
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
