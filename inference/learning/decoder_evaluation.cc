#include "inference/learning/decoder_evaluation.h"

#include <algorithm>
#include <cmath>

namespace ledgerline::learning {
namespace {

using tokens::Row;

// -log of the target's probability.
double Surprise(std::span<const float> logits, int target) {
  const double highest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - highest);
  return std::log(sum) - (logits[static_cast<size_t>(target)] - highest);
}

}  // namespace

Result<Evaluation> EvaluateDecoder(model::Decoder* decoder, const std::vector<tokens::Sequence>& sequences) {
  Evaluation sums;
  for (const tokens::Sequence& sequence : sequences) {
    decoder->Reset();
    for (const Row& row : sequence.rows) {
      std::vector<tokens::BarRow> bars;
      if (row[tokens::kBarIndex] >= 0) bars.push_back(sequence.bars[static_cast<size_t>(row[tokens::kBarIndex])]);
      RETURN_IF_ERROR(decoder->Read({row}, bars, std::vector<int64_t>(bars.size(), 0)));
      if (row[tokens::kPredicts] != 1) continue;
      auto add = [&](model::Field field, int target, double* sum) -> Status {
        ASSIGN_OR_RETURN(const std::span<const float> logits, decoder->Logits(field, row));
        *sum += Surprise(logits, row[static_cast<size_t>(target)]);
        return Status::Ok();
      };
      RETURN_IF_ERROR(add(model::Field::kOnset, tokens::kTargetOnset, &sums.onset));
      if (row[tokens::kTargetOnset] >= tokens::kEndOfBar) continue;
      RETURN_IF_ERROR(add(model::Field::kRole, tokens::kTargetRole, &sums.role));
      RETURN_IF_ERROR(add(model::Field::kPitch, tokens::kTargetPitch, &sums.pitch));
      RETURN_IF_ERROR(add(model::Field::kDuration, tokens::kTargetDuration, &sums.duration));
      ++sums.notes;
    }
  }
  const auto notes = static_cast<double>(std::max<int64_t>(sums.notes, 1));
  for (double* value : {&sums.onset, &sums.role, &sums.pitch, &sums.duration}) *value /= notes;
  sums.total = sums.onset + sums.role + sums.pitch + sums.duration;
  return sums;
}

}  // namespace ledgerline::learning
