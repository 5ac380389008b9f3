#include "inference/learning/trainer.h"

namespace ledgerline::learning {

TrainingConfig::TrainingConfig() {
  batch = 6;
  steps = 3000;
  warmup_steps = 150;
  evaluate_every = 250;
  checkpoint_every = 250;
}

Result<TrainingConfig> TrainingConfig::Parse(const std::string& text) {
  TrainingConfig config;
  SettingReaders readers = ReadersOf(&config);
  AddShape(&config.shape, &readers);
  readers.numbers.insert({{"halvings", Into(&config.halvings, 0, 4)},
                          {"checkpoint_every", Into(&config.checkpoint_every, 1, 1e9)},
                          {"valid_rows", Into(&config.valid_rows)},
                          {"max_minutes", Into(&config.max_minutes, 0, 1e6)}});
  readers.words = {{"device", Into(&config.device)}};
  RETURN_IF_ERROR(ReadSettings(text, readers));
  RETURN_IF_ERROR(config.shape.Check());
  return config;
}

}  // namespace ledgerline::learning
