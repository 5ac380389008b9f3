// How well a corrected model foretells which of two candidates is preferred, and how far it has gone from the model
// alone.
#ifndef LEDGERLINE_INFERENCE_PREFERENCE_PAIR_EVALUATION_H_
#define LEDGERLINE_INFERENCE_PREFERENCE_PAIR_EVALUATION_H_

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "inference/preference/preference_trainer.h"
#include "inference/preference/sequence_score.h"

namespace ledgerline::preference {

using EncodedPair = std::pair<tokens::Sequence, tokens::Sequence>;  // preferred, passed

// What the frozen reference says of pairs: computed once for each, and kept. A pair is known by its address.
class KeptReference {
 public:
  // `distributions`: KL can be computed. `bfloat16`: products are. Beyond `bytes_most` in all, nothing more is kept,
  // and what is missing is computed each time.
  KeptReference(model::Transformer reference, bool distributions, bool bfloat16, int64_t bytes_most);

  // Valid until the next call.
  const ReferenceScores& Of(const EncodedPair& pair);
  // Those that are kept, which several threads may ask for: null if not.
  const ReferenceScores* Kept(const EncodedPair& pair) const;
  size_t computed() const { return computed_; }  // how often it was

 private:
  model::Transformer reference_;
  bool distributions_, bfloat16_;
  int64_t bytes_most_, bytes_ = 0;
  std::unordered_map<const EncodedPair*, ReferenceScores> kept_;
  ReferenceScores last_;
  size_t computed_ = 0;
};

// By how much more the policy favours the preferred one than the reference does, in nats: float32 scalar.
torch::Tensor Margin(const SequenceScores& scores);

// No gradients, no dropout. `reference` has distributions.
PreferenceEvaluation EvaluatePairs(model::TransformerImpl& policy, KeptReference* reference,
                                   const std::vector<EncodedPair>& pairs, double beta);

// "loss 0.6518, 9 of 12 preferences, KL 0.0821 nats a note"
std::string Describe(const PreferenceEvaluation& evaluation);
std::string Digits(double value);  // four behind the point

}  // namespace ledgerline::preference

#endif  // LEDGERLINE_INFERENCE_PREFERENCE_PAIR_EVALUATION_H_
