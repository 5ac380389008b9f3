#include "inference/learning/batch.h"

#include <algorithm>
#include <cstdio>

#include "inference/learning/parts.h"

namespace ledgerline::learning {

Batch MakeBatch(const std::vector<tokens::Sequence>& chunks) {
  size_t longest = 1;
  for (const tokens::Sequence& chunk : chunks) longest = std::max(longest, chunk.rows.size());
  std::vector<tokens::Row> rows;
  std::vector<tokens::BarRow> bars;
  std::vector<int64_t> places;
  for (size_t b = 0; b < chunks.size(); ++b) {
    for (size_t t = 0; t < longest; ++t) {
      if (t >= chunks[b].rows.size()) {
        rows.push_back({});
        continue;
      }
      rows.push_back(chunks[b].rows[t]);
      if (rows.back()[tokens::kBarIndex] >= 0) {
        bars.push_back(chunks[b].bars[static_cast<size_t>(rows.back()[tokens::kBarIndex])]);
        places.push_back(static_cast<int64_t>(b * longest + t));
      }
    }
  }
  return {model::RowsTensor(rows).reshape({static_cast<int64_t>(chunks.size()), static_cast<int64_t>(longest), -1}),
          model::BarsTensor(bars), torch::tensor(places, torch::kInt64)};
}

Batch Batch::On(Device device) const {
  if (device == Device::kCpu) return *this;
  return {rows.to(torch::kCUDA), bars.to(torch::kCUDA), places.to(torch::kCUDA)};
}

Status Place(model::TransformerImpl* network, Device device) {
  if (device == Device::kCpu) return Status::Ok();
  if (!torch::cuda::is_available()) return FailedPrecondition("device cuda: LibTorch sees none here");
  network->MoveTo(torch::kCUDA);
  return Status::Ok();
}

torch::Tensor NoteLoss(model::TransformerImpl& network, const Batch& batch) {
  const model::FieldLosses losses = network.Losses(batch.rows, batch.bars, batch.places);
  return losses.onset + losses.role + losses.pitch + losses.duration;
}

ChunkParts CutChunks(const std::vector<tokens::Sequence>& chunks, int parts) {
  ChunkParts cut;
  std::vector<int64_t> lengths;
  for (const tokens::Sequence& chunk : chunks) {
    lengths.push_back(static_cast<int64_t>(chunk.rows.size()));
    for (const tokens::Row& row : chunk.rows) {
      cut.notes += row[tokens::kPredicts] == 1 && row[tokens::kTargetOnset] < tokens::kEndOfBar;
    }
  }
  for (const std::vector<size_t>& indices : CutBatch(lengths, parts)) cut.parts.push_back(Chosen(chunks, indices));
  return cut;
}

Evaluation EvaluateNetwork(model::TransformerImpl& network, const std::vector<tokens::Sequence>& chunks,
                           Device device) {
  torch::NoGradGuard no_grad;
  const bool training = network.is_training();
  network.eval();
  Evaluation sum;
  for (const tokens::Sequence& chunk : chunks) {
    const Batch batch = MakeBatch({chunk}).On(device);
    const model::FieldLosses losses = network.Losses(batch.rows, batch.bars, batch.places);
    sum.onset += losses.onset.item<double>();
    if (losses.events > 0) {
      sum.role += losses.role.item<double>();
      sum.pitch += losses.pitch.item<double>();
      sum.duration += losses.duration.item<double>();
    }
    sum.notes += losses.events;
  }
  network.train(training);
  const double notes = static_cast<double>(std::max<int64_t>(sum.notes, 1));
  for (double* value : {&sum.onset, &sum.role, &sum.pitch, &sum.duration}) *value /= notes;
  sum.total = sum.onset + sum.role + sum.pitch + sum.duration;
  return sum;
}

std::string Describe(const Evaluation& e) {
  char text[160];
  std::snprintf(text, sizeof(text), "%.4f (onset %.4f role %.4f pitch %.4f duration %.4f)", e.total, e.onset, e.role,
                e.pitch, e.duration);
  return text;
}

}  // namespace ledgerline::learning
