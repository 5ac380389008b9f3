#include "inference/preference/pair_evaluation.h"

#include <cstdio>

#include "inference/learning/autocast.h"

namespace ledgerline::preference {

using torch::Tensor;

KeptReference::KeptReference(model::Transformer reference, bool distributions, bool bfloat16, int64_t bytes_most)
    : reference_(std::move(reference)), distributions_(distributions), bfloat16_(bfloat16), bytes_most_(bytes_most) {}

const ReferenceScores* KeptReference::Kept(const EncodedPair& pair) const {
  const auto found = kept_.find(&pair);
  return found == kept_.end() ? nullptr : &found->second;
}

const ReferenceScores& KeptReference::Of(const EncodedPair& pair) {
  if (const ReferenceScores* kept = Kept(pair)) return *kept;
  {
    const learning::Autocast autocast(bfloat16_, learning::Device::kCpu);
    last_ = ScoreReference(*reference_, {pair.first, pair.second}, distributions_);
  }
  ++computed_;
  if (bytes_ + last_.Bytes() > bytes_most_) return last_;
  bytes_ += last_.Bytes();
  return kept_[&pair] = std::move(last_);
}

Tensor Margin(const SequenceScores& scores) {
  const Tensor gained = scores.policy - scores.reference;
  return gained.select(0, 0) - gained.select(0, 1);
}

PreferenceEvaluation EvaluatePairs(model::TransformerImpl& policy, KeptReference* reference,
                                   const std::vector<EncodedPair>& pairs, double beta) {
  torch::NoGradGuard no_grad;
  const bool training = policy.is_training();
  policy.eval();
  PreferenceEvaluation evaluation;
  double divergence = 0;
  int64_t notes = 0;
  for (const EncodedPair& pair : pairs) {
    const SequenceScores scores = ScoreSequences(policy, reference->Of(pair), {pair.first, pair.second});
    const double margin = Margin(scores).item<double>();
    evaluation.loss += torch::softplus(torch::tensor(-beta * margin)).item<double>();
    evaluation.right += margin > 0;
    ++evaluation.pairs;
    divergence += scores.divergence.sum().item<double>();
    notes += scores.notes[0] + scores.notes[1];
  }
  policy.train(training);
  if (evaluation.pairs > 0) evaluation.loss /= evaluation.pairs;
  if (notes > 0) evaluation.kl = divergence / static_cast<double>(notes);
  return evaluation;
}

std::string Digits(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.4f", value);
  return text;
}

std::string Describe(const PreferenceEvaluation& e) {
  return "loss " + Digits(e.loss) + ", " + std::to_string(e.right) + " of " + std::to_string(e.pairs) +
         " preferences, KL " + Digits(e.kl) + " nats a note";
}

}  // namespace ledgerline::preference
