#include "tools/bench/generate/torch_peer.h"

#include <torch/torch.h>

#include <cmath>

#include "inference/model/torch_decoder.h"

namespace ledgerline::bench {
namespace {

using torch::Tensor;

Tensor Norm(const Tensor& x) { return x * torch::rsqrt(x.square().mean(-1, true) + 1e-5); }

}  // namespace

struct TorchPeer::Held {
  struct Layer {
    Tensor query_key_value, attention_out, gate_up, down, keys, values;
  };
  std::vector<Layer> layers;
  Tensor embedding, cosines, sines;
  int64_t heads = 0, head = 0, length = 0;
};

TorchPeer::TorchPeer(const FlatWeights& weights) : held_(std::make_unique<Held>()) {
  at::set_num_threads(1);
  const auto d = static_cast<int64_t>(weights.shape.width), f = static_cast<int64_t>(weights.shape.hidden);
  const auto context = static_cast<int64_t>(weights.shape.context);
  held_->heads = static_cast<int64_t>(weights.shape.heads);
  held_->head = d / held_->heads;
  auto tensor = [](const std::vector<float>& values, int64_t rows, int64_t columns) {
    return torch::from_blob(const_cast<float*>(values.data()), {rows, columns}).clone();
  };
  for (const FlatWeights::Layer& layer : weights.layers) {
    held_->layers.push_back({tensor(layer.query_key_value, 3 * d, d), tensor(layer.attention_out, d, d),
                             tensor(layer.gate_up, 2 * f, d), tensor(layer.down, d, f),
                             torch::zeros({held_->heads, context, held_->head}),
                             torch::zeros({held_->heads, context, held_->head})});
  }
  held_->embedding = tensor(weights.embedding, kFlatVocabulary, d);
  const int64_t half = held_->head / 2;
  const Tensor place = torch::arange(context, torch::kFloat64).unsqueeze(1);
  const Tensor angle = place * torch::pow(10000.0, -torch::arange(half, torch::kFloat64) / static_cast<double>(half));
  held_->cosines = torch::cos(angle).to(torch::kFloat32);
  held_->sines = torch::sin(angle).to(torch::kFloat32);
}

TorchPeer::~TorchPeer() = default;
void TorchPeer::Reset() { held_->length = 0; }

std::vector<float> TorchPeer::Read(const std::vector<int>& tokens) {
  const c10::InferenceMode inference;
  Held& h = *held_;
  const auto rows = static_cast<int64_t>(tokens.size());
  const int64_t past = h.length, end = past + rows;
  Tensor x = h.embedding.index_select(0, torch::tensor(tokens, torch::kInt64));
  const Tensor c = h.cosines.slice(0, past, end), s = h.sines.slice(0, past, end);
  auto rotate = [&](const Tensor& y) {
    const std::vector<Tensor> halves = y.chunk(2, -1);
    return torch::cat({halves[0] * c - halves[1] * s, halves[1] * c + halves[0] * s}, -1);
  };
  for (Held::Layer& layer : h.layers) {
    const std::vector<Tensor> qkv = torch::linear(Norm(x), layer.query_key_value)
                                        .reshape({rows, 3, h.heads, h.head})
                                        .permute({1, 2, 0, 3})
                                        .unbind(0);
    layer.keys.slice(1, past, end).copy_(rotate(qkv[1]));
    layer.values.slice(1, past, end).copy_(qkv[2]);
    Tensor scores = torch::matmul(rotate(qkv[0]), layer.keys.slice(1, 0, end).transpose(1, 2)) /
                    std::sqrt(static_cast<double>(h.head));
    if (rows > 1) {
      scores = scores + torch::full({rows, end}, -std::numeric_limits<float>::infinity()).triu(past + 1);
    }
    const Tensor read = torch::matmul(torch::softmax(scores, -1), layer.values.slice(1, 0, end));
    x = x + torch::linear(read.transpose(0, 1).reshape({rows, -1}), layer.attention_out);
    const std::vector<Tensor> halves = torch::linear(Norm(x), layer.gate_up).chunk(2, -1);
    x = x + torch::linear(torch::silu(halves[0]) * halves[1], layer.down);
  }
  h.length = end;
  const Tensor logits = torch::linear(Norm(x.slice(0, rows - 1)), h.embedding).contiguous();
  return {logits.data_ptr<float>(), logits.data_ptr<float>() + logits.numel()};
}

std::string TorchPeer::Version() { return model::TorchVersion(); }

}  // namespace ledgerline::bench
