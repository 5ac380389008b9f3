#include "inference/preference/preference_trainer.h"

#include <set>

#include "crypto/sha256.h"
#include "inference/kernel/adapter_merge.h"
#include "inference/learning/training_run.h"
#include "inference/preference/preference_task.h"
#include "inference/preference/taste_fit.h"

namespace ledgerline::preference {
namespace {

// Of the distributions of the model alone that are kept.
constexpr int64_t kKeptBytes = int64_t{512} << 20;

std::vector<EncodedPair> Encode(const std::vector<const JudgedPair*>& pairs, size_t rows) {
  std::vector<EncodedPair> encoded;
  for (const JudgedPair* pair : pairs) encoded.push_back(EncodePair(pair->preferred, pair->passed, rows));
  return encoded;
}

std::vector<const covers::Recipe*> Sampled(const Material& material, int most) {
  std::set<Hash256> apart;
  for (const JudgedPair* pair : material.held_out) apart.insert(pair->request);
  std::vector<const covers::Recipe*> sampled;
  for (const bool held_out : {true, false}) {
    for (size_t r = 0; r < material.judged.requests.size(); ++r) {
      if (apart.contains(material.judged.request_names[r]) != held_out) continue;
      if (sampled.size() < static_cast<size_t>(most)) sampled.push_back(&material.judged.requests[r]);
    }
  }
  return sampled;
}

std::vector<model::AdapterPiece> CardOf(const std::vector<const JudgedPair*>& pairs) {
  std::vector<model::AdapterPiece> pieces;
  for (const JudgedPair* pair : pairs) pieces.push_back({pair->name, "judged candidates"});
  return pieces;
}

}  // namespace

Result<TrainedPreference> TrainPreference(std::string_view model_bytes, const std::vector<Comparison>& comparisons,
                                          const Hash256& pairs_hash, const PreferenceConfig& config,
                                          const std::string& out_dir,
                                          const std::function<void(const std::string&)>& report) {
  ASSIGN_OR_RETURN(const model::ModelFile base, model::ParseModelFile(model_bytes));
  learning::PrepareRun(config);
  ASSIGN_OR_RETURN(const auto decoder, model::Decoder::Load(model_bytes));
  Material material;
  ASSIGN_OR_RETURN(material.judged, ComposePairs(comparisons, crypto::Sha256(model_bytes), decoder.get(), {}));
  report(std::to_string(material.judged.pairs.size()) + " preferences about " +
         std::to_string(material.judged.requests.size()) +
         " requests; left out: " + std::to_string(material.judged.draws) + " draws, " +
         std::to_string(material.judged.without_leave) + " without leave to train");
  if (material.judged.pairs.size() < kTrainingPairs) {
    return FailedPrecondition(std::to_string(material.judged.pairs.size()) + " preferences with leave to train; from " +
                              std::to_string(kTrainingPairs) +
                              " on they are worth training on. Fit a taste: ledgerline taste fit");
  }
  ASSIGN_OR_RETURN(const auto split, HoldOutRequests(material.judged, config.held_out_percent, config.seed));
  material.train = split.first;
  material.held_out = split.second;
  ASSIGN_OR_RETURN(model::Transformer policy, model::NetworkOf(base));
  ASSIGN_OR_RETURN(model::Transformer reference, model::NetworkOf(base));
  const auto rows = static_cast<size_t>(std::min(config.rows, policy->config().context));
  material.train_rows = Encode(material.train, rows);
  material.held_out_rows = Encode(material.held_out, rows);
  material.sampled = Sampled(material, config.sampled_requests);
  policy->SetDropout(config.dropout);
  for (const model::Transformer& network : {policy, reference}) {
    for (torch::Tensor& parameter : network->parameters()) parameter.set_requires_grad(false);
  }
  reference->eval();
  learning::LowRankParameters parameters(policy->config(), config.rank, config.alpha, config.seed, torch::kCPU);
  policy->Adapt(parameters.Layers());
  ASSIGN_OR_RETURN(SampledGrams before, SampleGrams(material.sampled, config.sampled_candidates, decoder.get()));
  KeptReference kept(reference, true, false, kKeptBytes);
  PreferenceTask task(model_bytes, pairs_hash, material, config, policy, reference, &kept, &parameters,
                      std::move(before));
  const PreferenceEvaluation began = EvaluatePairs(*policy, &kept, material.held_out_rows, config.beta);
  report(std::to_string(material.train.size()) + " pairs to learn from, " + std::to_string(material.held_out.size()) +
         " held out; before: loss " + Digits(began.loss));
  ASSIGN_OR_RETURN(const learning::RunSummary run, learning::RunTraining(config, &task, out_dir, report, began.loss));
  TrainedPreference trained;
  trained.finished = run.finished;
  if (task.best().empty()) {
    return FailedPrecondition("no step foretold the " + std::to_string(material.held_out.size()) +
                              " held-out preferences better than the model alone: nothing to keep");
  }
  trained.best_step = run.progress.best_step;
  parameters.Restore(task.best());
  model::AdapterFile& file = trained.file;
  file = task.Adapter();
  ASSIGN_OR_RETURN(const model::ModelFile merged, kernel::MergeAdapter(base, file));
  ASSIGN_OR_RETURN(model::Transformer corrected, model::NetworkOf(merged));
  trained.held_out = EvaluatePairs(*corrected, &kept, material.held_out_rows, config.beta);
  KeptReference once(reference, true, false, 0);
  trained.seen = EvaluatePairs(*corrected, &once, material.train_rows, config.beta);
  ASSIGN_OR_RETURN(const auto shares, task.Variety());
  trained.distinct_before = shares.first;
  trained.distinct_after = shares.second;
  file.card.pieces = CardOf(material.train);
  file.card.held_out = CardOf(material.held_out);
  file.card.notes = {{"pairs_sha256", pairs_hash.ToHex()},
                     {"beta", Digits(config.beta)},
                     {"kl_most", Digits(config.kl_most)},
                     {"kl", Digits(trained.held_out.kl)},
                     {"preferences_right", std::to_string(trained.held_out.right)},
                     {"preferences", std::to_string(trained.held_out.pairs)},
                     {"distinct_before", Digits(trained.distinct_before)},
                     {"distinct_after", Digits(trained.distinct_after)},
                     {"seed", std::to_string(config.seed)},
                     {"steps", std::to_string(trained.best_step)}};
  return trained;
}

}  // namespace ledgerline::preference
