// TwoLevelNetwork: what every two-level decoder here is built of, in LibTorch.
//
// The outer blocks: RMSNorm (Zhang and Sennrich, 2019), causal attention with rotary positions (Su et al., "RoFormer",
// 2021), SwiGLU (Shazeer, "GLU variants improve transformer", 2020), one state a position. The stages of the inner
// decoder: small gated networks, each fed a state and what was already chosen. Transformer (the product's model) and
// ChoraleNetwork (the benchmark's) derive from it and add their inputs and heads.
//
// Written for LibTorch 1.13 and 2.x: no TorchScript, no optimiser internals; what is fused is our own
// (fused_operators.h).
#ifndef LEDGERLINE_INFERENCE_MODEL_TWO_LEVEL_NETWORK_H_
#define LEDGERLINE_INFERENCE_MODEL_TWO_LEVEL_NETWORK_H_

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <vector>

#include "inference/model/model_config.h"
#include "inference/model/model_file.h"

namespace ledgerline::model {

// Keys and values of the positions read so far, for batch 1. float32 [layers][kv_heads, context, width / heads].
struct KeyValueCache {
  std::vector<torch::Tensor> keys;
  std::vector<torch::Tensor> values;
  int64_t length = 0;  // positions held
};

// A low-rank correction of one layer (adapter_file.h): each pair adds linear(linear(x, a), b). float32, a [rank,
// width], b [rows, rank].
struct LowRankLayer {
  torch::Tensor query_a, query_b, value_a, value_b, up_a, up_b;
};
struct LowRank {
  double scale = 1;  // alpha / rank
  std::vector<LowRankLayer> layers;
};

class TwoLevelNetwork : public torch::nn::Module {
 public:
  const ModelConfig& config() const { return config_; }
  int64_t ParameterCount() const;
  KeyValueCache NewCache() const;
  // Corrects the layers from now on; one without layers ends it. Tensors are shared, not copied.
  void Adapt(LowRank low_rank) { low_rank_ = std::move(low_rank); }
  // Of the constructor's `dropout`, from now on.
  void SetDropout(double share) { dropout_ = share; }
  // What dropout leaves out follows from `seed` from now on, and from what was dropped since. Each network on the CPU
  // has random numbers of its own; on another device they are LibTorch's.
  void SeedDropout(uint64_t seed);
  // Parameters and tables. What is given to the network must lie there too.
  void MoveTo(const torch::Device& device);

 protected:
  // `dropout`: the share of values set to zero, while training, in what blocks and stages add.
  explicit TwoLevelNetwork(const ModelConfig& config, double dropout = 0);

  struct Stage {
    torch::Tensor enter, norm, gate_up, down, out_norm;
  };

  // Registered parameters: normal numbers, ones, and a table of normal numbers with deviation 0.1.
  torch::Tensor Parameter(const std::string& name, at::IntArrayRef shape, double deviation);
  torch::Tensor Gain(const std::string& name, int64_t width);
  torch::Tensor Table(const std::string& name, int64_t symbols, int64_t width);
  void MakeBlocks();
  Stage MakeStage(const std::string& name);

  // x: float32 [B, T, width] -> states [B, T, width]. With a cache (batch 1), x follows what the cache holds.
  torch::Tensor RunBlocks(torch::Tensor x, KeyValueCache* cache);
  // states: [N, width]; fields: float32 [N, inner_width] -> [N, inner_width], bfloat16 if products are.
  torch::Tensor RunStage(const Stage& stage, const torch::Tensor& states, const torch::Tensor& fields) const;
  torch::Tensor Dropped(const torch::Tensor& x) const;
  // A share of the values set to zero, the others scaled so that the mean stays.
  torch::Tensor DropShare(const torch::Tensor& x, double share) const;

  ModelConfig config_;

 private:
  struct Block {
    torch::Tensor attention_norm, query_key_value, attention_out, feed_norm, gate_up, down;
  };
  // x: [B, T, width] -> queries, keys and values of the layer; what its feed-forward part adds.
  torch::Tensor QueryKeyValue(size_t layer, const torch::Tensor& x) const;
  // x: queries, keys and values of positions that follow the cache's; they are put there -> [1, T, width].
  torch::Tensor ReadCached(size_t layer, const torch::Tensor& x, KeyValueCache* cache) const;
  torch::Tensor FeedForward(size_t layer, const torch::Tensor& x) const;

  double dropout_;
  at::Generator dropout_numbers_;  // undefined: LibTorch's
  LowRank low_rank_;
  std::vector<Block> blocks_;
  torch::Tensor out_norm_;
  torch::Tensor cosines_, sines_, mask_;  // [context, head / 2], [context, context]
};

inline torch::Tensor Lookup(const torch::Tensor& table, const torch::Tensor& indices) {
  return torch::embedding(table, indices);
}

// A float32 tensor's values, wherever it lies.
StoredTensor StoreTensor(const torch::Tensor& tensor);
// Parameters <-> model file. Loading checks that names and shapes are exactly the network's.
// Errors: kInvalidArgument (a tensor is missing, has another shape, or is unknown).
void StoreParameters(const torch::nn::Module& network, ModelFile* file);
Status LoadParameters(const ModelFile& file, torch::nn::Module* network);

// From now on the parameters of `to`, a network of the same shape, are the values of `from`, in the same memory, and
// are moved where those are. Gradients stay its own: so each thread can have a network that records a graph of its own.
void ShareParameters(const torch::nn::Module& from, torch::nn::Module* to);

}  // namespace ledgerline::model

#endif  // LEDGERLINE_INFERENCE_MODEL_TWO_LEVEL_NETWORK_H_
