#include "inference/preference/preference_trainer.h"

namespace ledgerline::preference {

PreferenceConfig::PreferenceConfig() {
  batch = 2;
  steps = 60;
  learning_rate = 5e-4;
  warmup_steps = 5;
  weight_decay = 0;
  evaluate_every = 10;
  patience = 3;
}

Result<PreferenceConfig> PreferenceConfig::Parse(const std::string& text) {
  PreferenceConfig config;
  learning::SettingReaders readers = learning::ReadersOf(&config);
  using learning::Into;
  readers.numbers.insert({{"rank", Into(&config.rank, 1, model::kMaxAdapterRank)},
                          {"alpha", Into(&config.alpha, 1, model::kMaxAdapterAlpha)},
                          {"beta", Into(&config.beta, 1e-6, 10)},
                          {"kl_most", Into(&config.kl_most, 1e-6, 10)},
                          {"distinct_least", Into(&config.distinct_least, 0, 1)},
                          {"retreats_most", Into(&config.retreats_most, 0, 1000)},
                          {"rows", Into(&config.rows, 64, 8192)},
                          {"held_out_percent", Into(&config.held_out_percent, 1, 90)},
                          {"sampled_requests", Into(&config.sampled_requests, 1, 1000)},
                          {"sampled_candidates", Into(&config.sampled_candidates, 1, 16)},
                          {"max_minutes", Into(&config.max_minutes, 0, 1e6)}});
  RETURN_IF_ERROR(learning::ReadSettings(text, readers));
  return config;
}

}  // namespace ledgerline::preference
