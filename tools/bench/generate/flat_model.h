// FlatModel: a plain decoder-only transformer on the exact kernel, for comparing speed with peers: RMSNorm, RoPE,
// SwiGLU, a tied vocabulary of 1,024, random weights.
#ifndef LEDGERLINE_TOOLS_BENCH_GENERATE_FLAT_MODEL_H_
#define LEDGERLINE_TOOLS_BENCH_GENERATE_FLAT_MODEL_H_

#include <string>
#include <vector>

#include "inference/kernel/block_stack.h"

namespace ledgerline::bench {

inline constexpr size_t kFlatVocabulary = 1024;

struct FlatShape {
  const char* name;
  kernel::StackShape stack;
};
// S, M, L of one key head for each query head, as the peers have them; context 2,048.
inline constexpr FlatShape kFlatShapes[] = {
    {"S", {256, 6, 4, 4, 704, 2048}}, {"M", {384, 8, 6, 6, 1024, 2048}}, {"L", {512, 8, 8, 8, 1376, 2048}}};

// The weights, row-major float32, from counted random numbers. Gains are ones.
struct FlatWeights {
  kernel::StackShape shape;
  struct Layer {
    std::vector<float> query_key_value, attention_out, gate_up, down;
  };
  std::vector<Layer> layers;
  std::vector<float> embedding;  // [vocabulary, width], the output's too
  std::vector<float> ones;

  size_t parameters() const;
};
FlatWeights MakeFlatWeights(const kernel::StackShape& shape);

class FlatModel {
 public:
  FlatModel(const kernel::Ops& ops, kernel::Precision precision, const FlatWeights& weights);

  kernel::Cache NewCache() const { return kernel::Cache(stack_.cache_shape()); }
  // Reads tokens, `counts[i]` for caches[i] in order -> logits float32 [tokens, vocabulary], valid until the next call.
  // With `last_only`, logits of each cache's last token alone.
  const float* Read(const std::vector<kernel::Cache*>& caches, const std::vector<size_t>& counts,
                    const std::vector<int>& tokens, bool last_only = true);
  size_t bytes() const { return stack_.bytes() + head_.bytes() + embedding_.size() * sizeof(float); }
  // Bytes that one step reads: the layers and the output matrix.
  size_t bytes_read() const { return stack_.bytes() + head_.bytes(); }

 private:
  const kernel::Ops& ops_;
  kernel::Precision precision_;
  kernel::BlockStack stack_;
  kernel::Matrix head_;
  std::vector<float> embedding_;
  kernel::Workspace workspace_;
  kernel::Activations activations_;
  kernel::AlignedArray<float> x_, logits_;
};

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_GENERATE_FLAT_MODEL_H_
