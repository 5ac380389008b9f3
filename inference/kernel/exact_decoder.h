// ExactDecoder: the product's decoder: the two-level model (docs/decisions/0010) on the exact kernel.
//
// Decoders of one model share its weights. Steps that are served together are computed together, and rows that several
// of them read after the same history are computed once: their caches then share pages.
#ifndef LEDGERLINE_INFERENCE_KERNEL_EXACT_DECODER_H_
#define LEDGERLINE_INFERENCE_KERNEL_EXACT_DECODER_H_

#include <memory>

#include "inference/kernel/block_stack.h"
#include "inference/kernel/field_stages.h"
#include "inference/kernel/row_embedding.h"
#include "inference/model/decoder.h"

namespace ledgerline::kernel {

class ExactDecoder : public model::Decoder {
 public:
  // Files of floats and quantised ones; at kInt8 both give the same bits. With an adapter's bytes, the two are merged
  // (adapter_merge.h). Errors: those of Decoder::Load.
  static Result<std::unique_ptr<ExactDecoder>> Load(std::string_view model_file_bytes, const Ops& ops,
                                                    Precision precision, std::string_view adapter_file_bytes = {});

  const model::ModelConfig& config() const override { return weights_->config; }
  const std::map<std::string, std::string>& metadata() const override { return weights_->metadata; }
  std::unique_ptr<model::Decoder> Another() const override;
  void Reset() override;
  int64_t length() const override { return static_cast<int64_t>(cache_.length()); }
  Status Read(const std::vector<tokens::Row>& rows, const std::vector<tokens::BarRow>& bars,
              const std::vector<int64_t>& places) override;
  Result<std::span<const float>> Logits(model::Field field, const tokens::Row& row) override;
  void Serve(std::span<Step*> steps) override;

  // Bytes of weights and tables, and of this decoder's cache.
  size_t weight_bytes() const { return weights_->stack.bytes(); }
  size_t cache_bytes() const { return cache_.bytes(); }

 private:
  struct Weights {
    const Ops* ops;
    model::ModelConfig config;
    std::map<std::string, std::string> metadata;
    RowEmbedding embedding;
    BlockStack stack;
    FieldStages fields;
    std::shared_ptr<PagePool> pages;  // of all decoders' caches
  };

  explicit ExactDecoder(std::shared_ptr<const Weights> weights);
  Status CheckRead(const Step& step) const;
  void ServeReads(std::span<Step*> steps);
  void ServeField(model::Field field, std::span<Step*> steps);

  std::shared_ptr<const Weights> weights_;
  Cache cache_;
  AlignedArray<float> state_;   // [RoundUp(width, 64)], of the last row read
  AlignedArray<float> logits_;  // of the last field asked for
  uint64_t history_ = 0;        // equal for decoders that have read the same rows together; 0 is none
  AlignedArray<float> x_;
  Workspace workspace_;
  FieldWorkspace field_workspace_;
};

}  // namespace ledgerline::kernel

#endif  // LEDGERLINE_INFERENCE_KERNEL_EXACT_DECODER_H_
