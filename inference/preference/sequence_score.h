// How likely two networks hold the events of a piece, and how far apart they are there: what training on preferences
// compares. The reference is frozen: what it says of a batch is computed once and kept.
#ifndef LEDGERLINE_INFERENCE_PREFERENCE_SEQUENCE_SCORE_H_
#define LEDGERLINE_INFERENCE_PREFERENCE_SEQUENCE_SCORE_H_

#include <vector>

#include "inference/model/transformer.h"
#include "inference/tokens/positions.h"

namespace ledgerline::preference {

// Both pieces' rows from the first bar on, nothing hidden, of as many whole bars as fit both into `rows`, so that
// neither is judged by bars that the other lacks. They have the same bars.
std::pair<tokens::Sequence, tokens::Sequence> EncodePair(const tokens::Piece& first, const tokens::Piece& second,
                                                         size_t rows);

// Of a batch of B sequences. Sums over every predicted field of every event and end of bar: the network's own, without
// guidance, temperature or grammar. float32, no gradients.
struct ReferenceScores {
  torch::Tensor log_probability;             // [B]
  std::vector<torch::Tensor> chosen;         // log probability of each target, of each field: [N]
  std::vector<torch::Tensor> distributions;  // log probabilities of each field, [N, values]; empty if not asked for
  int64_t Bytes() const;                     // of all of these
};
ReferenceScores ScoreReference(model::TransformerImpl& reference, const std::vector<tokens::Sequence>& sequences,
                               bool distributions);

// float32, of B sequences.
struct SequenceScores {
  torch::Tensor policy;      // [B], log probability by the policy; has gradients where they are on
  torch::Tensor reference;   // [B], by the reference; never has
  torch::Tensor divergence;  // [B], KL(policy || reference) of the fields' distributions at these prefixes; never has;
                             // undefined without the reference's distributions
  torch::Tensor drift;       // [B], half the squares of the targets' log ratios: about the KL while that is small, from
                             // the targets alone (Schulman, "Approximating KL divergence", 2020: k2); never has
  std::vector<int64_t> notes;
};
// `reference`: of the same sequences.
SequenceScores ScoreSequences(model::TransformerImpl& policy, const ReferenceScores& reference,
                              const std::vector<tokens::Sequence>& sequences);

}  // namespace ledgerline::preference

#endif  // LEDGERLINE_INFERENCE_PREFERENCE_SEQUENCE_SCORE_H_
