// PreferenceTrainer: teaches a low-rank correction of a frozen model which of two candidates is preferred, by direct
// preference optimisation (Rafailov et al., "Direct preference optimization: your language model is secretly a reward
// model", 2023): -log sigmoid(beta * ((log p(preferred) - log r(preferred)) - (log p(passed) - log r(passed)))), p the
// corrected model, r the model itself. docs/preferences.md says how it is held: on held-out requests, to a bound of
// KL a note, and to the variety of what it composes. What is written is within the bound as it is merged.
//
// Deterministic on one machine: what is held out, drawn and sampled follows from the seed and the pairs. An interrupted
// run goes on from its checkpoint to the same bytes.
#ifndef LEDGERLINE_INFERENCE_PREFERENCE_PREFERENCE_TRAINER_H_
#define LEDGERLINE_INFERENCE_PREFERENCE_PREFERENCE_TRAINER_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "inference/learning/run_config.h"
#include "inference/model/adapter_file.h"
#include "inference/preference/comparison.h"
#include "schemas/status.h"

namespace ledgerline::preference {

// A step reads `batch` pairs.
struct PreferenceConfig : learning::RunConfig {
  int rank = 8;
  int alpha = 16;
  double beta = 0.1;
  double kl_most = 0.1;         // nats a note on held-out pairs: KL(corrected || model)
  double distinct_least = 0.9;  // of the model's own share of distinct 8-grams
  int retreats_most = 3;        // how often a step beyond kl_most is taken back before the run ends
  int rows = 640;               // of a sequence, at most the model's context
  int held_out_percent = 25;    // of the requests, at least one
  int sampled_requests = 8;     // composed anew at each evaluation, held-out ones first
  int sampled_candidates = 4;   // of each; at most 16

  PreferenceConfig();
  // "key = value" lines (learning/settings.h). Errors: kInvalidArgument (an unknown key, not a number), kOutOfRange.
  static Result<PreferenceConfig> Parse(const std::string& text);
};

struct PreferenceEvaluation {
  double loss = 0;  // mean over the pairs; log 2 where nothing is corrected
  int right = 0;    // pairs whose preferred candidate gained on the other
  int pairs = 0;
  double kl = 0;  // nats a note
  double Accuracy() const { return pairs == 0 ? 0 : static_cast<double>(right) / pairs; }
};

struct TrainedPreference {
  model::AdapterFile file;
  PreferenceEvaluation seen, held_out;             // of the adapter as it is merged
  double distinct_before = 0, distinct_after = 0;  // at the same number of grams
  int64_t best_step = 0;
  bool finished = false;  // false: the clock stopped the run, and it can go on
};

// `model_bytes`: the model that made the candidates. `out_dir` holds checkpoint.state and loss.tsv. Errors:
// kFailedPrecondition (fewer than kTrainingPairs pairs with a preference and leave; nothing better than the model was
// found; a checkpoint of other pairs), those of ComposePairs, RunTraining and reading the model.
Result<TrainedPreference> TrainPreference(std::string_view model_bytes, const std::vector<Comparison>& comparisons,
                                          const Hash256& pairs_hash, const PreferenceConfig& config,
                                          const std::string& out_dir,
                                          const std::function<void(const std::string&)>& report);

}  // namespace ledgerline::preference

#endif  // LEDGERLINE_INFERENCE_PREFERENCE_PREFERENCE_TRAINER_H_
