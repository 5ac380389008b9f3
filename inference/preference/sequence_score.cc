#include "inference/preference/sequence_score.h"

#include "inference/learning/batch.h"

namespace ledgerline::preference {
namespace {

using torch::Tensor;

Tensor Column(const Tensor& rows, int column) { return rows.select(1, column); }

// Log probabilities of one field's every value, at the rows that predict it.
struct FieldOutput {
  Tensor log_probabilities;  // float32 [N, values]
  Tensor target;             // int64 [N]
  Tensor sequence;           // int64 [N]: to which of the batch's sequences the row belongs
};

// Onset, role, pitch, duration, as TransformerImpl::Losses asks for them.
std::vector<FieldOutput> Outputs(model::TransformerImpl& network, const learning::Batch& batch) {
  const Tensor states = network.Outer(batch.rows, batch.bars, batch.places).reshape({-1, network.config().width});
  const Tensor flat = batch.rows.reshape({-1, tokens::kColumns});
  const Tensor predicts = Column(flat, tokens::kPredicts) == 1;
  const Tensor all = predicts.nonzero().squeeze(1);
  const Tensor notes =
      predicts.logical_and(Column(flat, tokens::kTargetOnset) < tokens::kEndOfBar).nonzero().squeeze(1);
  const int64_t length = batch.rows.size(1);
  std::vector<FieldOutput> outputs;
  const auto add = [&](const Tensor& index, int target,
                       Tensor (model::TransformerImpl::*logits)(const Tensor&, const Tensor&)) {
    const Tensor rows = flat.index_select(0, index);
    outputs.push_back({torch::log_softmax((network.*logits)(states.index_select(0, index), rows), 1),
                       Column(rows, target), torch::floor_divide(index, length)});
  };
  add(all, tokens::kTargetOnset, &model::TransformerImpl::OnsetLogits);
  add(notes, tokens::kTargetRole, &model::TransformerImpl::RoleLogits);
  add(notes, tokens::kTargetPitch, &model::TransformerImpl::PitchLogits);
  add(notes, tokens::kTargetDuration, &model::TransformerImpl::DurationLogits);
  return outputs;
}

// Of each sequence, the sum of its rows' values.
Tensor PerSequence(const Tensor& values, const Tensor& sequence, int64_t count) {
  return torch::zeros({count}, values.options()).index_add(0, sequence, values);
}

Tensor Chosen(const FieldOutput& field) {
  return field.log_probabilities.gather(1, field.target.unsqueeze(1)).squeeze(1);
}

// Rows up to the end of each bar.
std::vector<size_t> BarEnds(const tokens::Sequence& sequence) {
  std::vector<size_t> ends;
  for (size_t t = 0; t < sequence.rows.size(); ++t) {
    if (sequence.rows[t][tokens::kBarIndex] > 0) ends.push_back(t);
  }
  if (!sequence.rows.empty()) ends.push_back(sequence.rows.size());
  return ends;
}

}  // namespace

std::pair<tokens::Sequence, tokens::Sequence> EncodePair(const tokens::Piece& first, const tokens::Piece& second,
                                                         size_t rows) {
  std::pair<tokens::Sequence, tokens::Sequence> both(tokens::EncodeBars(first, 0, SIZE_MAX, {}),
                                                     tokens::EncodeBars(second, 0, SIZE_MAX, {}));
  const std::vector<size_t> ends_a = BarEnds(both.first), ends_b = BarEnds(both.second);
  size_t bars = std::min(ends_a.size(), ends_b.size());
  while (bars > 1 && std::max(ends_a[bars - 1], ends_b[bars - 1]) > rows) --bars;
  if (bars == 0) return both;
  for (auto [sequence, ends] : {std::pair(&both.first, &ends_a), std::pair(&both.second, &ends_b)}) {
    sequence->rows.resize(std::min((*ends)[bars - 1], rows));
    sequence->bars.resize(bars);
  }
  return both;
}

int64_t ReferenceScores::Bytes() const {
  auto bytes = static_cast<int64_t>(log_probability.nbytes());
  for (const Tensor& one : chosen) bytes += static_cast<int64_t>(one.nbytes());
  for (const Tensor& one : distributions) bytes += static_cast<int64_t>(one.nbytes());
  return bytes;
}

ReferenceScores ScoreReference(model::TransformerImpl& reference, const std::vector<tokens::Sequence>& sequences,
                               bool distributions) {
  torch::NoGradGuard no_grad;
  const auto count = static_cast<int64_t>(sequences.size());
  ReferenceScores scores;
  scores.log_probability = torch::zeros({count});
  for (FieldOutput& field : Outputs(reference, learning::MakeBatch(sequences))) {
    scores.chosen.push_back(Chosen(field));
    scores.log_probability = scores.log_probability + PerSequence(scores.chosen.back(), field.sequence, count);
    if (distributions) scores.distributions.push_back(field.log_probabilities);
  }
  return scores;
}

SequenceScores ScoreSequences(model::TransformerImpl& policy, const ReferenceScores& reference,
                              const std::vector<tokens::Sequence>& sequences) {
  const auto count = static_cast<int64_t>(sequences.size());
  const std::vector<FieldOutput> ours = Outputs(policy, learning::MakeBatch(sequences));
  SequenceScores scores;
  scores.policy = torch::zeros({count});
  scores.reference = reference.log_probability;
  scores.drift = torch::zeros({count});
  if (!reference.distributions.empty()) scores.divergence = torch::zeros({count});
  for (size_t f = 0; f < ours.size(); ++f) {
    const Tensor chosen = Chosen(ours[f]);
    scores.policy = scores.policy + PerSequence(chosen, ours[f].sequence, count);
    torch::NoGradGuard no_grad;
    scores.drift = scores.drift + PerSequence((chosen - reference.chosen[f]).square(), ours[f].sequence, count) * 0.5;
    if (reference.distributions.empty()) continue;
    const Tensor p = ours[f].log_probabilities.detach();
    const Tensor apart = (p.exp() * (p - reference.distributions[f])).sum(1);
    scores.divergence = scores.divergence + PerSequence(apart, ours[f].sequence, count);
  }
  for (const tokens::Sequence& sequence : sequences) {
    int64_t notes = 0;
    for (const tokens::Row& row : sequence.rows) {
      notes += row[tokens::kPredicts] == 1 && row[tokens::kTargetOnset] < tokens::kEndOfBar;
    }
    scores.notes.push_back(notes);
  }
  return scores;
}

}  // namespace ledgerline::preference
