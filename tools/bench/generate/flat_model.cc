#include "tools/bench/generate/flat_model.h"

#include <algorithm>
#include <cmath>

#include "inference/model/counter_random.h"

namespace ledgerline::bench {
namespace {

std::vector<float> Draw(size_t count, double deviation, model::CounterRandom* random) {
  std::vector<float> values(count);
  // Uniform with the wanted deviation.
  for (float& value : values) value = static_cast<float>((random->Unit() - 0.5) * std::sqrt(12.0) * deviation);
  return values;
}

kernel::BlockStack BuildStack(const kernel::Ops& ops, kernel::Precision precision, const FlatWeights& weights) {
  std::vector<kernel::StoredBlock> blocks;
  for (const FlatWeights::Layer& layer : weights.layers) {
    blocks.push_back(
        {weights.ones, {layer.query_key_value}, {layer.attention_out}, weights.ones, {layer.gate_up}, {layer.down}});
  }
  return kernel::BlockStack::Build(ops, precision, weights.shape, blocks, weights.ones).value();
}

}  // namespace

size_t FlatWeights::parameters() const {
  size_t count = embedding.size() + (2 * layers.size() + 1) * ones.size();
  for (const Layer& layer : layers) {
    count += layer.query_key_value.size() + layer.attention_out.size() + layer.gate_up.size() + layer.down.size();
  }
  return count;
}

FlatWeights MakeFlatWeights(const kernel::StackShape& shape) {
  model::CounterRandom random(1, 3);
  FlatWeights weights;
  weights.shape = shape;
  weights.ones.assign(shape.width, 1.0f);
  const size_t d = shape.width, kv = shape.kv_heads * shape.head();
  const double by_width = 1 / std::sqrt(static_cast<double>(d));
  const double residual = 1 / std::sqrt(2.0 * static_cast<double>(shape.layers));
  for (size_t i = 0; i < shape.layers; ++i) {
    weights.layers.push_back(
        {Draw((d + 2 * kv) * d, by_width, &random), Draw(d * d, by_width * residual, &random),
         Draw(2 * shape.hidden * d, by_width, &random),
         Draw(d * shape.hidden, residual / std::sqrt(static_cast<double>(shape.hidden)), &random)});
  }
  weights.embedding = Draw(kFlatVocabulary * d, 0.1, &random);
  return weights;
}

FlatModel::FlatModel(const kernel::Ops& ops, kernel::Precision precision, const FlatWeights& weights)
    : ops_(ops),
      precision_(precision),
      stack_(BuildStack(ops, precision, weights)),
      head_(kernel::Matrix::FromFloats(ops, precision, weights.embedding, kFlatVocabulary, weights.shape.width)),
      embedding_(weights.embedding) {}

const float* FlatModel::Read(const std::vector<kernel::Cache*>& caches, const std::vector<size_t>& counts,
                             const std::vector<int>& tokens, bool last_only) {
  const size_t d = stack_.shape().width, stride = stack_.padded_width();
  x_.Grow(tokens.size() * stride);
  for (size_t r = 0; r < tokens.size(); ++r) {
    const float* row = embedding_.data() + static_cast<size_t>(tokens[r]) * d;
    std::copy(row, row + d, x_.data() + r * stride);
  }
  std::vector<kernel::Span> spans;
  for (size_t i = 0; i < caches.size(); ++i) spans.push_back({caches[i], counts[i]});
  stack_.Forward(spans, x_.data(), &workspace_);
  size_t rows = tokens.size();
  if (last_only && rows > caches.size()) {
    size_t end = 0;
    for (size_t i = 0; i < caches.size(); ++i) {
      end += counts[i];
      std::copy_n(x_.data() + (end - 1) * stride, stride, x_.data() + i * stride);
    }
    rows = caches.size();
  }
  logits_.Grow(rows * kFlatVocabulary);
  const kernel::ExactFloats exact;
  activations_.Prepare(ops_, precision_, x_.data(), stride, rows, head_.padded_inputs());
  head_.Apply(ops_, activations_, logits_.data(), kFlatVocabulary, kernel::Write::kSet);
  return logits_.data();
}

}  // namespace ledgerline::bench
