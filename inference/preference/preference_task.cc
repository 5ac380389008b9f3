#include "inference/preference/preference_task.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "crypto/sha256.h"
#include "inference/kernel/adapter_merge.h"
#include "inference/learning/parts.h"
#include "inference/model/counter_random.h"
#include "inference/model/decoder.h"

namespace ledgerline::preference {

using learning::NamedParameters;
using torch::Tensor;

PreferenceTask::PreferenceTask(std::string_view model_bytes, const Hash256& pairs_hash, const Material& material,
                               const PreferenceConfig& config, const model::Transformer& policy,
                               const model::Transformer& frozen, KeptReference* reference,
                               learning::LowRankParameters* parameters, SampledGrams before)
    : model_bytes_(model_bytes),
      model_hash_(crypto::Sha256(model_bytes)),
      pairs_hash_(pairs_hash),
      material_(material),
      config_(config),
      policy_(policy),
      trained_on_(frozen, false, config.bfloat16, std::numeric_limits<int64_t>::max()),
      reference_(reference),
      parameters_(parameters),
      parts_(policy, *parameters, config),
      before_(std::move(before)),
      within_(parameters->Copy()) {}

// Every pair once in each pass, in an order drawn for the pass.
size_t PreferenceTask::Drawn(int64_t number) const {
  const size_t count = material_.train_rows.size();
  const auto pass = static_cast<uint64_t>(number) / count;
  std::vector<size_t> order(count);
  for (size_t i = 0; i < count; ++i) order[i] = i;
  model::CounterRandom random(config_.seed, pass + 16);
  for (size_t i = count; i > 1; --i) std::swap(order[i - 1], order[random.Below(static_cast<uint32_t>(i))]);
  return order[static_cast<uint64_t>(number) % count];
}

Result<learning::DrawnBatch> PreferenceTask::Draw(int64_t step, int parts) {
  if (retreats_ > 0) stepped_from_ = parameters_->Copy();
  std::vector<const EncodedPair*> pairs;
  std::vector<int64_t> lengths;
  for (int b = 0; b < config_.batch; ++b) {
    const EncodedPair& pair = material_.train_rows[Drawn(step * config_.batch + b)];
    trained_on_.Of(pair);
    pairs.push_back(&pair);
    lengths.push_back(static_cast<int64_t>(std::max(pair.first.rows.size(), pair.second.rows.size())));
  }
  drawn_.clear();
  for (const std::vector<size_t>& part : learning::CutBatch(lengths, parts)) {
    drawn_.push_back({learning::Chosen(pairs, part)});
  }
  step_ = step;
  return learning::DrawnBatch{static_cast<int>(drawn_.size()), config_.batch};
}

Result<Tensor> PreferenceTask::Loss(int number) {
  model::TransformerImpl& policy = parts_.Network(step_, number);
  Part& part = drawn_[static_cast<size_t>(number)];
  Tensor sum = torch::zeros({});
  for (const EncodedPair* pair : part.pairs) {
    const SequenceScores scores = ScoreSequences(policy, *trained_on_.Kept(*pair), {pair->first, pair->second});
    sum = sum + torch::softplus(-config_.beta * Margin(scores));
    part.drift += scores.drift.sum().item<double>();
    part.notes += scores.notes[0] + scores.notes[1];
  }
  return sum;
}

// Each retreat halves the steps that follow. A judgement is asked for before it is due where the pairs of the step
// drift beyond the KL's bound, and the held-out ones are beyond it.
Result<bool> PreferenceTask::AfterStep(const learning::RunProgress&) {
  if (retreats_ > 0) MoveBetween(stepped_from_, std::ldexp(1.0, -retreats_));
  double drift = 0;
  int64_t notes = 0;
  for (const Part& part : drawn_) {
    drift += part.drift;
    notes += part.notes;
  }
  if (drift <= config_.kl_most * static_cast<double>(notes)) return false;
  return EvaluatePairs(*policy_, reference_, material_.held_out_rows, config_.beta).kl > config_.kl_most;
}

Result<learning::TrainingTask::Judgement> PreferenceTask::Judge(const learning::RunProgress& progress, double train) {
  ASSIGN_OR_RETURN(PreferenceEvaluation now, EvaluateMerged());
  std::string back;
  bool stop = false;
  if (now.kl > config_.kl_most) {
    const double beyond = now.kl;
    ++retreats_;
    stop = retreats_ > config_.retreats_most;
    ASSIGN_OR_RETURN(now, Retreat());
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

Status PreferenceTask::KeepBest(const learning::RunProgress&) {
  best_ = parameters_->Copy();
  return Status::Ok();
}

void PreferenceTask::Store(model::ModelFile* file) const {
  for (const auto& [name, tensor] : parameters_->all()) file->tensors["now:" + name] = model::StoreTensor(tensor);
  for (const auto& [name, tensor] : within_) file->tensors["within:" + name] = model::StoreTensor(tensor);
  for (const auto& [name, tensor] : best_) file->tensors["kept:" + name] = model::StoreTensor(tensor);
  file->metadata["pairs_sha256"] = pairs_hash_.ToHex();
  file->metadata["model_sha256"] = model_hash_.ToHex();
  file->metadata["retreats"] = std::to_string(retreats_);
}

Status PreferenceTask::Load(model::ModelFile* file) {
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

model::AdapterFile PreferenceTask::Adapter() const {
  model::AdapterFile file;
  parameters_->Store(&file);
  file.card.base = model_hash_;
  file.card.rank = config_.rank;
  file.card.alpha = config_.alpha;
  return file;
}

Result<PreferenceEvaluation> PreferenceTask::EvaluateMerged() const {
  ASSIGN_OR_RETURN(const model::ModelFile base, model::ParseModelFile(model_bytes_));
  ASSIGN_OR_RETURN(const model::ModelFile merged, kernel::MergeAdapter(base, Adapter()));
  ASSIGN_OR_RETURN(model::Transformer corrected, model::NetworkOf(merged));
  return EvaluatePairs(*corrected, reference_, material_.held_out_rows, config_.beta);
}

Result<std::pair<double, double>> PreferenceTask::Variety() const {
  ASSIGN_OR_RETURN(const auto decoder, model::Decoder::Load(model_bytes_, model::SerialiseAdapterFile(Adapter())));
  ASSIGN_OR_RETURN(const SampledGrams after, SampleGrams(material_.sampled, config_.sampled_candidates, decoder.get()));
  return DistinctShares(before_, after);
}

// The parameters become from + share * (parameters - from).
void PreferenceTask::MoveBetween(const NamedParameters& from, double share) {
  torch::NoGradGuard no_grad;
  NamedParameters between = parameters_->Copy();
  for (size_t i = 0; i < between.size(); ++i) {
    between[i].second = from[i].second + share * (between[i].second - from[i].second);
  }
  parameters_->Restore(between);
}

// Half of the way back to where the KL was last within its bound, and half of that, until it is again.
Result<PreferenceEvaluation> PreferenceTask::Retreat() {
  PreferenceEvaluation now;
  for (int halvings = 0; halvings < 8; ++halvings) {
    MoveBetween(within_, halvings < 7 ? 0.5 : 0.0);
    ASSIGN_OR_RETURN(now, EvaluateMerged());
    if (now.kl <= config_.kl_most) break;
  }
  return now;
}

Result<NamedParameters> PreferenceTask::Take(model::ModelFile* file, const std::string& prefix) const {
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

}  // namespace ledgerline::preference
