// PreferenceTask: training on preferences as a TrainingTask, and how it is held: what preference_trainer.h promises of
// held-out requests, KL and variety.
#ifndef LEDGERLINE_INFERENCE_PREFERENCE_PREFERENCE_TASK_H_
#define LEDGERLINE_INFERENCE_PREFERENCE_PREFERENCE_TASK_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "inference/learning/adapted_replicas.h"
#include "inference/learning/low_rank_parameters.h"
#include "inference/learning/training_task.h"
#include "inference/preference/judged_pair.h"
#include "inference/preference/pair_evaluation.h"
#include "inference/preference/sampled_variety.h"

namespace ledgerline::preference {

// What every training needs of the music.
struct Material {
  JudgedPairs judged;
  std::vector<const JudgedPair*> train, held_out;
  std::vector<EncodedPair> train_rows, held_out_rows;
  std::vector<const covers::Recipe*> sampled;  // held-out requests first
};

class PreferenceTask : public learning::TrainingTask {
 public:
  // All that is given by reference or pointer must outlive it. `reference` has distributions.
  PreferenceTask(std::string_view model_bytes, const Hash256& pairs_hash, const Material& material,
                 const PreferenceConfig& config, const model::Transformer& policy, const model::Transformer& frozen,
                 KeptReference* reference, learning::LowRankParameters* parameters, SampledGrams before);

  learning::NamedParameters Parameters(int part) const override { return parts_.Parameters(part); }
  Result<learning::DrawnBatch> Draw(int64_t step, int parts) override;
  Result<torch::Tensor> Loss(int part) override;
  Result<bool> AfterStep(const learning::RunProgress& progress) override;
  Result<Judgement> Judge(const learning::RunProgress& progress, double train) override;
  Status KeepBest(const learning::RunProgress& progress) override;
  std::pair<std::string, std::string> Columns() const override { return {"pairs", "accuracy\tkl\tdistinct"}; }
  void Store(model::ModelFile* file) const override;
  Status Load(model::ModelFile* file) override;

  const learning::NamedParameters& best() const { return best_; }  // empty: nothing was kept
  // What was learnt so far, without the pieces and notes of its card.
  model::AdapterFile Adapter() const;
  // The held-out pairs, foretold by the model with what was learnt merged into it, as covers are made with it.
  Result<PreferenceEvaluation> EvaluateMerged() const;
  // Shares of distinct 8-grams of the model alone and of the merged one.
  Result<std::pair<double, double>> Variety() const;

 private:
  size_t Drawn(int64_t number) const;
  void MoveBetween(const learning::NamedParameters& from, double share);
  Result<PreferenceEvaluation> Retreat();
  Result<learning::NamedParameters> Take(model::ModelFile* file, const std::string& prefix) const;

  std::string_view model_bytes_;
  Hash256 model_hash_, pairs_hash_;
  const Material& material_;
  const PreferenceConfig& config_;
  model::Transformer policy_;
  KeptReference trained_on_;  // of the pairs that are learnt from
  KeptReference* reference_;  // of the held-out ones
  learning::LowRankParameters* parameters_;
  learning::AdaptedReplicas parts_;
  struct Part {
    std::vector<const EncodedPair*> pairs;
    double drift = 0;  // of the policy that was scored, in nats over `notes`
    int64_t notes = 0;
  };
  std::vector<Part> drawn_;
  int64_t step_ = 0;  // for which they were drawn
  SampledGrams before_;
  learning::NamedParameters within_;  // the last that were judged within the KL's bound
  learning::NamedParameters best_;
  learning::NamedParameters stepped_from_;  // before the last step
  int retreats_ = 0;
};

}  // namespace ledgerline::preference

#endif  // LEDGERLINE_INFERENCE_PREFERENCE_PREFERENCE_TASK_H_
