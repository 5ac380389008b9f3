// NgramDecoder: the n-gram behind the model's interface, so that it composes as the model does: same plan, grammar,
// sampling, guards and ranking. It is the generator that the model must beat.
#ifndef LEDGERLINE_INFERENCE_LEARNING_NGRAM_DECODER_H_
#define LEDGERLINE_INFERENCE_LEARNING_NGRAM_DECODER_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "inference/learning/ngram.h"
#include "inference/model/decoder.h"

namespace ledgerline::learning {

class NgramDecoder : public model::Decoder {
 public:
  // `ngram` outlives the decoder and all others made from it, and is only read: decoders may be used on several
  // threads.
  explicit NgramDecoder(const Ngram* ngram);

  const model::ModelConfig& config() const override { return config_; }
  const std::map<std::string, std::string>& metadata() const override { return metadata_; }
  std::unique_ptr<model::Decoder> Another() const override { return std::make_unique<NgramDecoder>(ngram_); }

  // A row says all that the n-gram needs: nothing is kept but the length.
  void Reset() override { length_ = 0; }
  int64_t length() const override { return length_; }
  Status Read(const std::vector<tokens::Row>& rows, const std::vector<tokens::BarRow>& bars,
              const std::vector<int64_t>& places) override;
  // Logarithms of probabilities.
  Result<std::span<const float>> Logits(model::Field field, const tokens::Row& row) override;

 private:
  const Ngram* ngram_;
  model::ModelConfig config_;
  std::map<std::string, std::string> metadata_;
  int64_t length_ = 0;
  std::vector<float> logits_;
};

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_NGRAM_DECODER_H_
