// RowEmbedding: rows and bars of the token format -> the vectors that the layers read, in a fixed order of additions.
//
// The bar's projection is computed in floats whatever the model's precision: it runs once a bar, and its features are
// of two sizes (flags and embeddings).
#ifndef LEDGERLINE_INFERENCE_KERNEL_ROW_EMBEDDING_H_
#define LEDGERLINE_INFERENCE_KERNEL_ROW_EMBEDDING_H_

#include "inference/kernel/aligned_array.h"
#include "inference/kernel/stored_tensors.h"
#include "inference/model/model_config.h"
#include "inference/tokens/positions.h"

namespace ledgerline::kernel {

class RowEmbedding {
 public:
  // Takes its tensors from `stored`, whose status the caller checks.
  RowEmbedding(const Ops& ops, const model::ModelConfig& config, StoredTensors* stored);

  // x: float32 [RoundUp(width, 64)], overwritten. Errors: kInvalidArgument (a symbol that the model does not have).
  Status Embed(const tokens::Row& row, float* x) const;
  // A bar's vector, kept for the next row of an equal bar: candidates of one request begin a bar together.
  struct LastBar {
    tokens::BarRow bar{};
    AlignedArray<float> vector;  // [RoundUp(width, 64)]; empty: none yet
  };
  // Adds a bar's vector to x. `last` serves one embedding alone. Errors: the same.
  Status AddBar(const tokens::BarRow& bar, float* x, LastBar* last) const;

 private:
  static constexpr size_t kFeatureWidth = 24;

  // vector: the bar's, float32 [RoundUp(width, 64)].
  Status Project(const tokens::BarRow& bar, AlignedArray<float>* vector) const;

  const Ops& ops_;
  size_t width_;
  LookupTable kind_, beat_, tick_, role_, pitch_, above_root_, quality_, duration_;
  LookupTable style_, metre_, length_, density_, polyphony_, start_, end_, chord_, degree_;
  Matrix project_;
};

}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_ROW_EMBEDDING_H_
