// BlockStack: the layers of a decoder (RMSNorm, RoPE, causal attention with shared key heads, SwiGLU), on the exact
// kernel, for any number of rows of any number of sequences at once.
//
// A row's result depends on its own sequence alone: bit for bit the same whether rows come one at a time, in one pass,
// or beside the rows of other sequences. Immutable once built; threads may share one, each with its own Workspace.
#ifndef LEDGERLINE_INFERENCE_KERNEL_BLOCK_STACK_H_
#define LEDGERLINE_INFERENCE_KERNEL_BLOCK_STACK_H_

#include <span>
#include <vector>

#include "inference/kernel/attention_plan.h"
#include "inference/kernel/matrix.h"
#include "inference/kernel/rope_table.h"

namespace ledgerline::kernel {

struct StackShape {
  size_t width = 0;
  size_t layers = 0;
  size_t heads = 0;
  size_t kv_heads = 0;  // divides heads; query head h reads key head h / (heads / kv_heads)
  size_t hidden = 0;
  size_t context = 0;  // positions

  size_t head() const { return width / heads; }
  Status Check() const;
};

// One layer's weights as stored, row-major. Matrices come as floats or, with `codes`, as int8 with scales.
struct StoredMatrix {
  std::span<const float> values;
  const QuantisedWeights* quantised = nullptr;  // when not null, `values` is not used
};
struct StoredBlock {
  std::span<const float> attention_norm;  // [width]
  StoredMatrix query_key_value;           // [width + 2 * kv_heads * head, width]
  StoredMatrix attention_out;             // [width, width]
  std::span<const float> feed_norm;       // [width]
  StoredMatrix gate_up;                   // [2 * hidden, width]
  StoredMatrix down;                      // [width, hidden]
};

// Scratch memory of one thread.
struct Workspace {
  Activations activations;
  AlignedArray<float> normed, projected, attended, hidden;
  AttentionPlan plan;
  AttentionScratch attention;
};

class BlockStack {
 public:
  // Errors: kInvalidArgument (a shape that does not divide).
  static Result<BlockStack> Build(const Ops& ops, Precision precision, const StackShape& shape,
                                  const std::vector<StoredBlock>& blocks, std::span<const float> out_norm);

  const StackShape& shape() const { return shape_; }
  size_t padded_width() const { return RoundUp(shape_.width, kTile); }
  CacheShape cache_shape() const;
  size_t bytes() const;  // of the weights

  // x: float32 [rows, padded_width()], zero where padded, the rows of all spans in order; changed in place into the
  // normalised states. Every cache grows by its span's count. The caller has checked the context's bound, and that no
  // cache stands in two spans.
  void Forward(const std::vector<Span>& spans, float* x, Workspace* workspace) const;

 private:
  struct Block {
    AlignedArray<float> attention_norm, feed_norm;
    Matrix query_key_value, attention_out, gate_up, down;
  };

  void Attend(const Block& block, size_t layer, const std::vector<Span>& spans, size_t rows, float* x,
              Workspace* workspace) const;
  void Feed(const Block& block, size_t rows, float* x, Workspace* workspace) const;
  void NormAll(const AlignedArray<float>& gain, size_t rows, const float* x, float* y) const;

  const Ops* ops_ = nullptr;
  Precision precision_ = Precision::kInt8;
  StackShape shape_;
  size_t padded_head_ = 0;
  std::vector<Block> blocks_;
  AlignedArray<float> out_norm_;
  RopeTable rope_;
};

// `values` in an array padded with zeros to a multiple of 64.
AlignedArray<float> Padded(std::span<const float> values);

}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_BLOCK_STACK_H_
