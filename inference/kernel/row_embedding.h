// RowEmbedding: rows and bars of the token format -> the vectors that the layers read, in a fixed order of additions.
//
// The bar's projection is computed in floats whatever the model's precision: it runs once a bar, and its features are
// of two sizes (flags and embeddings).
#ifndef LEDGERLINE_INFERENCE_KERNEL_ROW_EMBEDDING_H_
#define LEDGERLINE_INFERENCE_KERNEL_ROW_EMBEDDING_H_

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
  // Adds a bar's vector to x. Errors: the same.
  Status AddBar(const tokens::BarRow& bar, float* x) const;

 private:
  static constexpr size_t kFeatureWidth = 24;

  const Ops& ops_;
  size_t width_;
  LookupTable kind_, beat_, tick_, role_, pitch_, above_root_, quality_, duration_;
  LookupTable style_, metre_, length_, density_, polyphony_, start_, end_, chord_, degree_;
  Matrix project_;
};

}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_ROW_EMBEDDING_H_
