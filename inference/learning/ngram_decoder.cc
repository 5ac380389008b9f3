#include "inference/learning/ngram_decoder.h"

#include <cmath>
#include <string>

namespace ledgerline::learning {
namespace {

constexpr int kContext = 1 << 22;  // rows; it never has to begin anew

}  // namespace

NgramDecoder::NgramDecoder(const Ngram* ngram) : ngram_(ngram) { config_.context = kContext; }

Status NgramDecoder::Read(const std::vector<tokens::Row>& rows, const std::vector<tokens::BarRow>&,
                          const std::vector<int64_t>&) {
  if (length_ + static_cast<int64_t>(rows.size()) > kContext) {
    return OutOfRange("more than " + std::to_string(kContext) + " rows");
  }
  length_ += static_cast<int64_t>(rows.size());
  return Status::Ok();
}

Result<std::span<const float>> NgramDecoder::Logits(model::Field field, const tokens::Row& row) {
  if (length_ == 0) return FailedPrecondition("nothing was read");
  std::vector<double> probabilities;
  switch (field) {
    case model::Field::kOnset:
      probabilities = ngram_->Onsets(row);
      break;
    case model::Field::kRole:
      probabilities = ngram_->Roles(row);
      break;
    case model::Field::kPitch:
      probabilities = ngram_->Pitches(row);
      break;
    case model::Field::kDuration:
      probabilities = ngram_->Durations(row);
      break;
  }
  logits_.resize(probabilities.size());
  for (size_t i = 0; i < logits_.size(); ++i) logits_[i] = static_cast<float>(std::log(probabilities[i]));
  return std::span<const float>(logits_);
}

}  // namespace ledgerline::learning
