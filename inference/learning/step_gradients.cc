#include "inference/learning/step_gradients.h"

#include <algorithm>

#include "inference/learning/autocast.h"
#include "inference/learning/optimiser.h"
#include "inference/model/shared_work.h"

namespace ledgerline::learning {
namespace {

using torch::Tensor;

// Of one parameter, so many values.
struct Block {
  float* to;
  std::vector<const float*> from;
  int64_t count;
};

void Sum(const Block& block) {
  const float *first = block.from[0], *second = block.from[1];
  for (int64_t i = 0; i < block.count; ++i) block.to[i] = first[i] + second[i];
  for (size_t p = 2; p < block.from.size(); ++p) {
    const float* next = block.from[p];
    for (int64_t i = 0; i < block.count; ++i) block.to[i] += next[i];
  }
}

}  // namespace

StepGradients::StepGradients(const RunConfig& config, TrainingTask* task) : config_(config), task_(task) {
  const int parts = config.device == Device::kCpu ? std::max(config.threads, 1) : 1;
  for (int part = 0; part < parts; ++part) parameters_.push_back(task->Parameters(part));
}

void StepGradients::AddUp(int parts) {
  torch::NoGradGuard no_grad;
  std::vector<Block> blocks;
  std::vector<Tensor> read;  // lives as long as the blocks
  sums_.resize(parameters_[0].size());
  for (size_t i = 0; i < parameters_[0].size(); ++i) {
    std::vector<Tensor> defined;
    for (size_t part = 0; part < static_cast<size_t>(parts); ++part) {
      const Tensor gradient = parameters_[part][i].second.grad();
      if (gradient.defined()) defined.push_back(gradient.to(torch::kFloat32).contiguous());
    }
    if (defined.empty()) continue;
    Tensor& sum = defined.size() == 1 ? defined[0] : sums_[i];
    if (!sum.defined()) sum = torch::empty_like(defined[0]);
    parameters_[0][i].second.mutable_grad() = sum;
    for (int64_t at = 0; defined.size() > 1 && at < sum.numel(); at += kValuesAtOnce) {
      Block block{sum.data_ptr<float>() + at, {}, std::min(kValuesAtOnce, sum.numel() - at)};
      for (const Tensor& one : defined) block.from.push_back(one.data_ptr<float>() + at);
      blocks.push_back(std::move(block));
    }
    read.insert(read.end(), defined.begin(), defined.end());
  }
  model::ShareWork(static_cast<int64_t>(blocks.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) Sum(blocks[static_cast<size_t>(b)]);
  });
}

Result<StepGradients::Loss> StepGradients::Take(int64_t step) {
  for (NamedParameters& own : parameters_) {
    for (auto& [name, parameter] : own) parameter.mutable_grad().reset();
  }
  ASSIGN_OR_RETURN(const DrawnBatch drawn, task_->Draw(step, static_cast<int>(parameters_.size())));
  const auto take = [&](int64_t part) -> Result<double> {
    Tensor loss;
    double sum = 0;
    {
      const Autocast autocast(config_.bfloat16, config_.device);
      ASSIGN_OR_RETURN(const Tensor own, task_->Loss(static_cast<int>(part)));
      loss = own / static_cast<double>(std::max<int64_t>(drawn.count, 1));
      sum = own.item<double>();
    }
    loss.backward();
    return sum;
  };
  std::vector<Result<double>> sums(static_cast<size_t>(drawn.parts), 0.0);
  if (drawn.parts == 1) {
    sums[0] = take(0);
  } else {
    model::SideBySide(drawn.parts, [&](int64_t part) { sums[static_cast<size_t>(part)] = take(part); });
  }
  Loss all{0, drawn.count};
  for (const Result<double>& sum : sums) {
    RETURN_IF_ERROR(sum.status());
    all.sum += *sum;
  }
  if (drawn.parts > 1) AddUp(drawn.parts);
  return all;
}

}  // namespace ledgerline::learning
