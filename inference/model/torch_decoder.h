// TorchDecoder: the decoder in LibTorch, batch 1 on one thread, with a key-value cache: the reference that the exact
// kernel is measured against. Its logits depend on the machine, the BLAS and the batch. No LibTorch in this header.
#ifndef LEDGERLINE_INFERENCE_MODEL_TORCH_DECODER_H_
#define LEDGERLINE_INFERENCE_MODEL_TORCH_DECODER_H_

#include <memory>
#include <string>
#include <string_view>

#include "inference/model/decoder.h"

namespace ledgerline::model {

class TorchDecoder : public Decoder {
 public:
  // Reads files of floats and quantised ones. Errors: those of Decoder::Load.
  static Result<std::unique_ptr<TorchDecoder>> Load(std::string_view model_file_bytes);
  ~TorchDecoder() override;

  const ModelConfig& config() const override;
  const std::map<std::string, std::string>& metadata() const override;
  std::unique_ptr<Decoder> Another() const override;
  void Reset() override;
  int64_t length() const override;
  Status Read(const std::vector<tokens::Row>& rows, const std::vector<tokens::BarRow>& bars,
              const std::vector<int64_t>& places) override;
  Result<std::span<const float>> Logits(Field field, const tokens::Row& row) override;

 private:
  struct Held;
  explicit TorchDecoder(std::unique_ptr<Held> held);
  std::unique_ptr<Held> held_;
};

// "libtorch-1.13.1 AVX512 1-thread openblas-...".
std::string TorchVersion();
// Whether the BLAS in use is the slow reference one; the text says how to mend it. Empty when all is well.
std::string BlasWarning();

}  // namespace ledgerline::model

#endif  // LEDGERLINE_INFERENCE_MODEL_TORCH_DECODER_H_
