#include "inference/model/two_level_network.h"

#include <cmath>
#include <tuple>

#include "inference/model/fused_operators.h"

namespace ledgerline::model {
namespace {

using torch::Tensor;

// SwiGLU with gate and up in one matrix.
Tensor Gated(const Tensor& x, const Tensor& gate_up, const Tensor& down) {
  return torch::linear(GateHalves(torch::linear(x, gate_up)), down);
}

// LibTorch forbids dots in parameter names.
std::string Registered(std::string name) {
  for (char& c : name) {
    if (c == '.') c = '/';
  }
  return name;
}

}  // namespace

TwoLevelNetwork::TwoLevelNetwork(const ModelConfig& config, double dropout) : config_(config), dropout_(dropout) {
  const int64_t half = config.width / config.heads / 2;
  const Tensor place = torch::arange(config.context, torch::kFloat64).unsqueeze(1);
  const Tensor frequency = torch::pow(10000.0, -torch::arange(half, torch::kFloat64) / static_cast<double>(half));
  cosines_ = torch::cos(place * frequency).to(torch::kFloat32);
  sines_ = torch::sin(place * frequency).to(torch::kFloat32);
  mask_ = torch::full({config.context, config.context}, -std::numeric_limits<float>::infinity()).triu(1);
}

int64_t TwoLevelNetwork::ParameterCount() const {
  int64_t count = 0;
  for (const Tensor& parameter : parameters()) count += parameter.numel();
  return count;
}

KeyValueCache TwoLevelNetwork::NewCache() const {
  KeyValueCache cache;
  for (int layer = 0; layer < config_.layers; ++layer) {
    cache.keys.push_back(torch::zeros({config_.KeyValueHeads(), config_.context, config_.width / config_.heads}));
    cache.values.push_back(torch::zeros({config_.KeyValueHeads(), config_.context, config_.width / config_.heads}));
  }
  return cache;
}

torch::Tensor TwoLevelNetwork::Parameter(const std::string& name, at::IntArrayRef shape, double deviation) {
  return register_parameter(Registered(name), torch::randn(shape) * deviation);
}

torch::Tensor TwoLevelNetwork::Gain(const std::string& name, int64_t width) {
  return register_parameter(Registered(name), torch::ones({width}));
}

torch::Tensor TwoLevelNetwork::Table(const std::string& name, int64_t symbols, int64_t width) {
  return Parameter(name, {symbols, width}, 0.1);
}

void TwoLevelNetwork::MakeBlocks() {
  const int64_t d = config_.width;
  const double residual = 1.0 / std::sqrt(2.0 * config_.layers);
  const double by_width = 1.0 / std::sqrt(static_cast<double>(d));
  for (int layer = 0; layer < config_.layers; ++layer) {
    const std::string name = "layers." + std::to_string(layer) + ".";
    Block block;
    block.attention_norm = Gain(name + "attention_norm", d);
    const int64_t stored = 2 * config_.KeyValueHeads() * (d / config_.heads);
    block.query_key_value = Parameter(name + "query_key_value", {d + stored, d}, by_width);
    block.attention_out = Parameter(name + "attention_out", {d, d}, by_width * residual);
    block.feed_norm = Gain(name + "feed_norm", d);
    block.gate_up = Parameter(name + "gate_up", {2 * config_.hidden, d}, by_width);
    block.down =
        Parameter(name + "down", {d, config_.hidden}, residual / std::sqrt(static_cast<double>(config_.hidden)));
    blocks_.push_back(block);
  }
  out_norm_ = Gain("out_norm", d);
}

TwoLevelNetwork::Stage TwoLevelNetwork::MakeStage(const std::string& name) {
  const int64_t d = config_.width, inner = config_.inner_width, hidden = config_.inner_hidden;
  Stage stage;
  stage.enter = Parameter(name + ".enter", {inner, d}, 1.0 / std::sqrt(static_cast<double>(d)));
  stage.norm = Gain(name + ".norm", inner);
  stage.gate_up = Parameter(name + ".gate_up", {2 * hidden, inner}, 1.0 / std::sqrt(static_cast<double>(inner)));
  stage.down = Parameter(name + ".down", {inner, hidden}, 0.7 / std::sqrt(static_cast<double>(hidden)));
  stage.out_norm = Gain(name + ".out_norm", inner);
  return stage;
}

torch::Tensor TwoLevelNetwork::QueryKeyValue(size_t layer, const Tensor& x) const {
  const Tensor all = torch::linear(x, blocks_[layer].query_key_value);
  if (low_rank_.layers.empty()) return all;
  const LowRankLayer& pair = low_rank_.layers[layer];
  const Tensor query = torch::linear(torch::linear(x, pair.query_a), pair.query_b);
  const Tensor value = torch::linear(torch::linear(x, pair.value_a), pair.value_b);
  return all + torch::cat({query, torch::zeros_like(value), value}, -1) * low_rank_.scale;  // keys stay
}

torch::Tensor TwoLevelNetwork::FeedForward(size_t layer, const Tensor& x) const {
  const Block& block = blocks_[layer];
  if (low_rank_.layers.empty()) return Gated(x, block.gate_up, block.down);
  const LowRankLayer& pair = low_rank_.layers[layer];
  const std::vector<Tensor> halves = torch::linear(x, block.gate_up).chunk(2, -1);
  const Tensor up = halves[1] + torch::linear(torch::linear(x, pair.up_a), pair.up_b) * low_rank_.scale;
  return torch::linear(torch::silu(halves[0]) * up, block.down);
}

void TwoLevelNetwork::MoveTo(const torch::Device& device) {
  to(device);
  for (Tensor* table : {&cosines_, &sines_, &mask_}) *table = table->to(device);
}

torch::Tensor TwoLevelNetwork::ReadCached(size_t layer, const Tensor& x, KeyValueCache* cache) const {
  const int64_t batch = x.size(0), length = x.size(1), heads = config_.heads, head = config_.width / heads;
  const int64_t stored = config_.KeyValueHeads(), group = heads / stored, past = cache->length;
  const Tensor cosine = cosines_.slice(0, past, past + length), sine = sines_.slice(0, past, past + length);
  // y: [B, H, T, head]; pairs are (i, i + head / 2).
  auto rotate = [&](const Tensor& y) {
    const std::vector<Tensor> halves = y.chunk(2, -1);
    return torch::cat({halves[0] * cosine - halves[1] * sine, halves[1] * cosine + halves[0] * sine}, -1);
  };
  const std::vector<Tensor> qkv =
      x.reshape({batch, length, heads + 2 * stored, head}).transpose(1, 2).split_with_sizes({heads, stored, stored}, 1);
  const Tensor query = rotate(qkv[0]) * (1.0 / std::sqrt(static_cast<double>(head)));
  cache->keys[layer].slice(1, past, past + length).copy_(rotate(qkv[1])[0]);
  cache->values[layer].slice(1, past, past + length).copy_(qkv[2][0]);
  const Tensor key = cache->keys[layer].slice(1, 0, past + length).unsqueeze(0);
  const Tensor value = cache->values[layer].slice(1, 0, past + length).unsqueeze(0);
  // Query heads that share a key head stand below each other: [B, stored, group * T, head].
  Tensor scores = torch::matmul(query.reshape({batch, stored, group * length, head}), key.transpose(-2, -1))
                      .reshape({batch, stored, group, length, past + length});
  if (length > 1) scores = scores + mask_.slice(0, past, past + length).slice(1, 0, past + length);
  const Tensor weights = torch::softmax(scores, -1).reshape({batch, stored, group * length, past + length});
  const Tensor read = torch::matmul(weights, value.to(weights.scalar_type())).reshape({batch, heads, length, head});
  return read.transpose(1, 2).reshape({batch, length, config_.width});
}

torch::Tensor TwoLevelNetwork::RunBlocks(Tensor x, KeyValueCache* cache) {
  const int64_t length = x.size(1);
  TORCH_CHECK((cache == nullptr ? 0 : cache->length) + length <= config_.context, "rows beyond the context");
  const bool half = ProductsInBfloat16(x);
  Tensor normed = RmsNorm(x, blocks_[0].attention_norm, half);
  for (size_t layer = 0; layer < blocks_.size(); ++layer) {
    const Block& block = blocks_[layer];
    const bool last = layer + 1 == blocks_.size();
    const Tensor qkv = QueryKeyValue(layer, normed);
    const Tensor read = cache != nullptr
                            ? ReadCached(layer, qkv, cache)
                            : CausalAttention(qkv, cosines_.slice(0, 0, length), sines_.slice(0, 0, length),
                                              config_.heads, config_.KeyValueHeads());
    std::tie(x, normed) = AddAndNorm(x, Dropped(torch::linear(read, block.attention_out)), block.feed_norm, half);
    // What comes last is given out, in float32.
    std::tie(x, normed) = AddAndNorm(x, Dropped(FeedForward(layer, normed)),
                                     last ? out_norm_ : blocks_[layer + 1].attention_norm, half && !last);
  }
  if (cache != nullptr) cache->length += length;
  return normed;
}

torch::Tensor TwoLevelNetwork::RunStage(const Stage& stage, const Tensor& states, const Tensor& fields) const {
  const bool half = ProductsInBfloat16(states);
  Tensor x, normed;
  if (dropout_ > 0 && is_training()) {
    x = Dropped(torch::linear(states, stage.enter) + fields);
    normed = RmsNorm(x, stage.norm, half);
  } else {
    std::tie(x, normed) = AddAndNorm(fields, torch::linear(states, stage.enter), stage.norm, half);
  }
  return AddAndNorm(x, Dropped(Gated(normed, stage.gate_up, stage.down)), stage.out_norm, half).second;
}

torch::Tensor TwoLevelNetwork::Dropped(const Tensor& x) const {
  return dropout_ > 0 && is_training() ? DropShare(x, dropout_) : x;
}

torch::Tensor TwoLevelNetwork::DropShare(const Tensor& x, double share) const {
  if (!dropout_numbers_.defined() || share >= 1) return torch::dropout(x, share, true);
  Tensor kept;
  {
    torch::NoGradGuard no_grad;  // the same numbers as torch::dropout draws from an equal state
    kept = torch::empty_like(x).bernoulli_(1 - share, dropout_numbers_).div_(1 - share);
  }
  return x * kept;
}

void TwoLevelNetwork::SeedDropout(uint64_t seed) {
  if (cosines_.device().is_cpu()) {
    dropout_numbers_ = at::detail::createCPUGenerator(seed);
  } else {
    torch::manual_seed(seed);
  }
}

StoredTensor StoreTensor(const Tensor& tensor) {
  torch::NoGradGuard no_grad;
  const Tensor values = tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous();
  StoredTensor stored;
  stored.shape.assign(values.sizes().begin(), values.sizes().end());
  stored.values.assign(values.data_ptr<float>(), values.data_ptr<float>() + values.numel());
  return stored;
}

void StoreParameters(const torch::nn::Module& network, ModelFile* file) {
  for (const auto& item : network.named_parameters()) file->tensors[item.key()] = StoreTensor(item.value());
}

Status LoadParameters(const ModelFile& file, torch::nn::Module* network) {
  torch::NoGradGuard no_grad;
  size_t found = 0;
  for (auto& item : network->named_parameters()) {
    const auto stored = file.tensors.find(item.key());
    if (stored == file.tensors.end()) return InvalidArgument("the model file lacks tensor " + item.key());
    if (at::IntArrayRef(stored->second.shape) != item.value().sizes()) {
      return InvalidArgument("tensor " + item.key() + " has another shape than the network");
    }
    item.value().copy_(torch::from_blob(const_cast<float*>(stored->second.values.data()), item.value().sizes()));
    ++found;
  }
  if (found != file.tensors.size()) return InvalidArgument("the model file has tensors that the network does not know");
  return Status::Ok();
}

void ShareParameters(const torch::nn::Module& from, torch::nn::Module* to) {
  const std::vector<Tensor> values = from.parameters();
  std::vector<Tensor> own = to->parameters();
  TORCH_CHECK(values.size() == own.size(), "networks of different shapes");
  for (size_t i = 0; i < own.size(); ++i) {
    TORCH_CHECK(values[i].sizes() == own[i].sizes(), "networks of different shapes");
    own[i].set_data(values[i].detach());
    own[i].set_requires_grad(values[i].requires_grad());
  }
}

}  // namespace ledgerline::model
