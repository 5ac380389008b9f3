#include "inference/chorales/chorale_config.h"

namespace ledgerline::chorales {

ChoraleConfig::ChoraleConfig() {
  batch = 8;
  steps = 3000;
  warmup_steps = 100;
  weight_decay = 0.1;
  dropout = 0.2;
  evaluate_every = 100;
  patience = 10;
}

Result<ChoraleConfig> ChoraleConfig::Parse(const std::string& text) {
  ChoraleConfig config;
  learning::SettingReaders readers = learning::ReadersOf(&config);
  learning::AddShape(&config.shape, &readers);
  readers.numbers.insert({{"field_dropout", learning::Into(&config.field_dropout, 0, 0.9)},
                          {"average", learning::Into(&config.average, 0, 0.99999)},
                          {"max_minutes", learning::Into(&config.max_minutes, 0, 1e6)}});
  RETURN_IF_ERROR(learning::ReadSettings(text, readers));
  RETURN_IF_ERROR(config.shape.Check());
  return config;
}

}  // namespace ledgerline::chorales
