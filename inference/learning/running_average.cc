#include "inference/learning/running_average.h"

#include <algorithm>

namespace ledgerline::learning {

using torch::Tensor;

RunningAverage::RunningAverage(const NamedParameters& parameters, double keep) : keep_(keep) {
  for (const auto& [name, parameter] : parameters) items_.push_back({name, parameter, parameter.detach().clone()});
}

void RunningAverage::Follow(int64_t step) {
  torch::NoGradGuard no_grad;
  const double keep = std::min(keep_, static_cast<double>(step) / static_cast<double>(step + 10));
  for (Item& item : items_) item.mean.mul_(keep).add_(item.parameter, 1.0 - keep);
}

void RunningAverage::Swap() {
  torch::NoGradGuard no_grad;
  for (Item& item : items_) {
    const Tensor held = item.parameter.detach().clone();
    item.parameter.copy_(item.mean);
    item.mean.copy_(held);
  }
}

void RunningAverage::Store(model::ModelFile* file) const {
  for (const Item& item : items_) file->tensors["average:" + item.name] = model::StoreTensor(item.mean);
}

Status RunningAverage::Load(model::ModelFile* file) {
  for (Item& item : items_) {
    const auto found = file->tensors.find("average:" + item.name);
    if (found == file->tensors.end() || at::IntArrayRef(found->second.shape) != item.mean.sizes()) {
      return InvalidArgument("the checkpoint lacks average:" + item.name);
    }
    item.mean.copy_(torch::from_blob(found->second.values.data(), item.mean.sizes()));
    file->tensors.erase(found);
  }
  return Status::Ok();
}

}  // namespace ledgerline::learning
