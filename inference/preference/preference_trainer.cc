#include "inference/preference/preference_trainer.h"

#include <cmath>
#include <cstdio>
#include <limits>
#include <set>

#include "crypto/sha256.h"
#include "inference/kernel/adapter_merge.h"
#include "inference/learning/adapted_replicas.h"
#include "inference/learning/low_rank_parameters.h"
#include "inference/learning/parts.h"
#include "inference/learning/training_run.h"
#include "inference/model/counter_random.h"
#include "inference/preference/judged_pair.h"
#include "inference/preference/sampled_variety.h"
#include "inference/preference/sequence_score.h"
#include "inference/preference/taste_fit.h"

namespace ledgerline::preference {
namespace {

using learning::NamedParameters;
using torch::Tensor;

using EncodedPair = std::pair<tokens::Sequence, tokens::Sequence>;  // preferred, passed

std::string Digits(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.4f", value);
  return text;
}

std::string Describe(const PreferenceEvaluation& e) {
  return "loss " + Digits(e.loss) + ", " + std::to_string(e.right) + " of " + std::to_string(e.pairs) +
         " preferences, KL " + Digits(e.kl) + " nats a note";
}

// By how much more the policy favours the preferred one than the reference does, in nats: float32 scalar.
Tensor Margin(const SequenceScores& scores) {
  const Tensor gained = scores.policy - scores.reference;
  return gained.select(0, 0) - gained.select(0, 1);
}

PreferenceEvaluation EvaluatePairs(model::TransformerImpl& policy, model::TransformerImpl& reference,
                                   const std::vector<EncodedPair>& pairs, double beta) {
  torch::NoGradGuard no_grad;
  const bool training = policy.is_training();
  policy.eval();
  PreferenceEvaluation evaluation;
  double divergence = 0;
  int64_t notes = 0;
  for (const EncodedPair& pair : pairs) {
    const SequenceScores scores = ScoreSequences(policy, reference, {pair.first, pair.second});
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

// What every training needs of the music.
struct Material {
  JudgedPairs judged;
  std::vector<const JudgedPair*> train, held_out;
  std::vector<EncodedPair> train_rows, held_out_rows;
  std::vector<const covers::Recipe*> sampled;  // held-out requests first
};

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

class PreferenceTask : public learning::TrainingTask {
 public:
  PreferenceTask(std::string_view model_bytes, const Hash256& pairs_hash, const Material& material,
                 const PreferenceConfig& config, const model::Transformer& policy, model::Transformer reference,
                 learning::LowRankParameters* parameters, SampledGrams before)
      : model_bytes_(model_bytes),
        model_hash_(crypto::Sha256(model_bytes)),
        pairs_hash_(pairs_hash),
        material_(material),
        config_(config),
        policy_(policy),
        reference_(std::move(reference)),
        parameters_(parameters),
        parts_(policy, *parameters, config),
        before_(std::move(before)),
        within_(parameters->Copy()) {}

  NamedParameters Parameters(int part) const override { return parts_.Parameters(part); }

  Result<learning::DrawnBatch> Draw(int64_t step, int parts) override {
    if (retreats_ > 0) stepped_from_ = parameters_->Copy();
    std::vector<const EncodedPair*> pairs;
    std::vector<int64_t> lengths;
    for (int b = 0; b < config_.batch; ++b) {
      pairs.push_back(&material_.train_rows[Drawn(step * config_.batch + b)]);
      lengths.push_back(
          static_cast<int64_t>(std::max(pairs.back()->first.rows.size(), pairs.back()->second.rows.size())));
    }
    drawn_.clear();
    for (const std::vector<size_t>& part : learning::CutBatch(lengths, parts)) {
      drawn_.push_back(learning::Chosen(pairs, part));
    }
    step_ = step;
    return learning::DrawnBatch{static_cast<int>(drawn_.size()), config_.batch};
  }

  Result<Tensor> Loss(int part) override {
    model::TransformerImpl& policy = parts_.Network(step_, part);
    Tensor sum = torch::zeros({});
    for (const EncodedPair* pair : drawn_[static_cast<size_t>(part)]) {
      const SequenceScores scores = ScoreSequences(policy, *reference_, {pair->first, pair->second});
      sum = sum + torch::softplus(-config_.beta * Margin(scores));
    }
    return sum;
  }

  // Each retreat halves the steps that follow.
  void AfterStep(const learning::RunProgress&) override {
    if (retreats_ > 0) MoveBetween(stepped_from_, std::ldexp(1.0, -retreats_));
  }

  Result<Judgement> Judge(const learning::RunProgress& progress, double train) override {
    PreferenceEvaluation now = EvaluatePairs(*policy_, *reference_, material_.held_out_rows, config_.beta);
    std::string back;
    bool stop = false;
    if (now.kl > config_.kl_most) {
      const double beyond = now.kl;
      ++retreats_;
      stop = retreats_ > config_.retreats_most;
      now = Retreat();
      back = "; KL was " + Digits(beyond) + ", above " + Digits(config_.kl_most) + ": taken back to " + Digits(now.kl) +
             ", and steps are halved";
    }
    within_ = parameters_->Copy();
    ASSIGN_OR_RETURN(const auto shares, Variety());
    const bool dull = shares.second < config_.distinct_least * shares.first;
    if (dull) back += "; distinct 8-grams fell below " + Digits(config_.distinct_least * shares.first) + ": stopped";
    Judgement judged;
    judged.loss = dull ? std::numeric_limits<double>::infinity() : now.loss;
    judged.amount = std::to_string(progress.step * config_.batch);
    judged.details = Digits(now.Accuracy()) + "\t" + Digits(now.kl) + "\t" + Digits(shares.second);
    judged.line = "step " + std::to_string(progress.step) + ", train loss " + Digits(train) +
                  "; held out: " + Describe(now) + "; distinct 8-grams " + Digits(shares.second) + " (model alone " +
                  Digits(shares.first) + ")" + back;
    judged.stop = stop || dull;
    return judged;
  }

  Status KeepBest(const learning::RunProgress&) override {
    best_ = parameters_->Copy();
    return Status::Ok();
  }

  std::pair<std::string, std::string> Columns() const override { return {"pairs", "accuracy\tkl\tdistinct"}; }

  void Store(model::ModelFile* file) const override {
    for (const auto& [name, tensor] : parameters_->all()) file->tensors["now:" + name] = model::StoreTensor(tensor);
    for (const auto& [name, tensor] : within_) file->tensors["within:" + name] = model::StoreTensor(tensor);
    for (const auto& [name, tensor] : best_) file->tensors["kept:" + name] = model::StoreTensor(tensor);
    file->metadata["pairs_sha256"] = pairs_hash_.ToHex();
    file->metadata["model_sha256"] = model_hash_.ToHex();
    file->metadata["retreats"] = std::to_string(retreats_);
  }

  Status Load(model::ModelFile* file) override {
    for (const auto& [key, here] :
         {std::pair("pairs_sha256", pairs_hash_.ToHex()), std::pair("model_sha256", model_hash_.ToHex())}) {
      if (file->metadata[key] == here) continue;
      return FailedPrecondition(std::string("checkpoint: ") + key + " is " + file->metadata[key].substr(0, 64) +
                                ", here it is " + here + "; take another --work directory");
    }
    retreats_ = std::atoi(file->metadata["retreats"].c_str());
    const bool kept = file->tensors.contains("kept:" + parameters_->all()[0].first);
    ASSIGN_OR_RETURN(const NamedParameters now, Take(file, "now:"));
    ASSIGN_OR_RETURN(within_, Take(file, "within:"));
    if (kept) {
      ASSIGN_OR_RETURN(best_, Take(file, "kept:"));
    }
    parameters_->Restore(now);
    if (file->tensors.empty()) return Status::Ok();
    return InvalidArgument("checkpoint: \"" + file->tensors.begin()->first.substr(0, 80) + "\" is unknown");
  }

  const NamedParameters& best() const { return best_; }

  model::AdapterFile Adapter() const {
    model::AdapterFile file;
    parameters_->Store(&file);
    file.card.base = model_hash_;
    file.card.rank = config_.rank;
    file.card.alpha = config_.alpha;
    return file;
  }

  // Shares of distinct 8-grams of the model alone and of the model with what was learnt, as covers are made with it.
  Result<std::pair<double, double>> Variety() const {
    ASSIGN_OR_RETURN(const auto decoder, model::Decoder::Load(model_bytes_, model::SerialiseAdapterFile(Adapter())));
    ASSIGN_OR_RETURN(const SampledGrams after,
                     SampleGrams(material_.sampled, config_.sampled_candidates, decoder.get()));
    return DistinctShares(before_, after);
  }

 private:
  // Every pair once in each pass, in an order drawn for the pass.
  size_t Drawn(int64_t number) const {
    const size_t count = material_.train_rows.size();
    const auto pass = static_cast<uint64_t>(number) / count;
    std::vector<size_t> order(count);
    for (size_t i = 0; i < count; ++i) order[i] = i;
    model::CounterRandom random(config_.seed, pass + 16);
    for (size_t i = count; i > 1; --i) std::swap(order[i - 1], order[random.Below(static_cast<uint32_t>(i))]);
    return order[static_cast<uint64_t>(number) % count];
  }

  // The parameters become from + share * (parameters - from).
  void MoveBetween(const NamedParameters& from, double share) {
    torch::NoGradGuard no_grad;
    NamedParameters between = parameters_->Copy();
    for (size_t i = 0; i < between.size(); ++i) {
      between[i].second = from[i].second + share * (between[i].second - from[i].second);
    }
    parameters_->Restore(between);
  }

  // Half of the way back to where the KL was last within its bound, and half of that, until it is again.
  PreferenceEvaluation Retreat() {
    PreferenceEvaluation now;
    for (int halvings = 0; halvings < 8; ++halvings) {
      MoveBetween(within_, halvings < 7 ? 0.5 : 0.0);
      now = EvaluatePairs(*policy_, *reference_, material_.held_out_rows, config_.beta);
      if (now.kl <= config_.kl_most) break;
    }
    return now;
  }

  Result<NamedParameters> Take(model::ModelFile* file, const std::string& prefix) const {
    NamedParameters taken;
    for (const auto& [name, tensor] : parameters_->all()) {
      const auto found = file->tensors.find(prefix + name);
      if (found == file->tensors.end() || found->second.shape != tensor.sizes().vec()) {
        return InvalidArgument("checkpoint: \"" + prefix + name + "\" is missing or has another shape");
      }
      taken.emplace_back(name, torch::tensor(found->second.values).reshape(tensor.sizes()));
      file->tensors.erase(found);
    }
    return taken;
  }

  std::string_view model_bytes_;
  Hash256 model_hash_;
  Hash256 pairs_hash_;
  const Material& material_;
  const PreferenceConfig& config_;
  model::Transformer policy_, reference_;
  learning::LowRankParameters* parameters_;
  learning::AdaptedReplicas parts_;
  std::vector<std::vector<const EncodedPair*>> drawn_;  // of each part
  int64_t step_ = 0;                                    // for which they were drawn
  SampledGrams before_;
  NamedParameters within_;  // the last that were judged within the KL's bound
  NamedParameters best_;
  NamedParameters stepped_from_;  // before the last step
  int retreats_ = 0;
};

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
  PreferenceTask task(model_bytes, pairs_hash, material, config, policy, reference, &parameters, std::move(before));
  const PreferenceEvaluation began = EvaluatePairs(*policy, *reference, material.held_out_rows, config.beta);
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
  trained.seen = EvaluatePairs(*corrected, *reference, material.train_rows, config.beta);
  trained.held_out = EvaluatePairs(*corrected, *reference, material.held_out_rows, config.beta);
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
