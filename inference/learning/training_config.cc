#include "inference/learning/settings.h"
#include "inference/learning/trainer.h"

namespace ledgerline::learning {

Result<TrainingConfig> TrainingConfig::Parse(const std::string& text) {
  TrainingConfig config;
  SettingReaders readers;
  readers.numbers = {{"width", Into(&config.shape.width)},
                     {"layers", Into(&config.shape.layers)},
                     {"heads", Into(&config.shape.heads)},
                     {"kv_heads", Into(&config.shape.kv_heads)},
                     {"hidden", Into(&config.shape.hidden)},
                     {"inner_width", Into(&config.shape.inner_width)},
                     {"inner_hidden", Into(&config.shape.inner_hidden)},
                     {"context", Into(&config.shape.context)},
                     {"seed", Into(&config.seed)},
                     {"batch", Into(&config.batch)},
                     {"halvings", Into(&config.halvings)},
                     {"steps", Into(&config.steps)},
                     {"learning_rate", Into(&config.learning_rate)},
                     {"warmup_steps", Into(&config.warmup_steps)},
                     {"weight_decay", Into(&config.weight_decay)},
                     {"dropout", Into(&config.dropout)},
                     {"gradient_norm", Into(&config.gradient_norm)},
                     {"evaluate_every", Into(&config.evaluate_every)},
                     {"checkpoint_every", Into(&config.checkpoint_every)},
                     {"valid_rows", Into(&config.valid_rows)},
                     {"patience", Into(&config.patience)},
                     {"threads", Into(&config.threads)},
                     {"bfloat16", Into(&config.bfloat16)},
                     {"max_minutes", Into(&config.max_minutes)}};
  readers.words = {{"device", Into(&config.device)}};
  RETURN_IF_ERROR(ReadSettings(text, readers));
  RETURN_IF_ERROR(config.shape.Check());
  if (config.halvings > 4) return OutOfRange("halvings " + std::to_string(config.halvings) + " is above 4");
  if (config.dropout >= 1) return OutOfRange("dropout " + std::to_string(config.dropout) + " is not below 1");
  if (config.batch < 1 || config.steps < 1 || config.evaluate_every < 1 || config.checkpoint_every < 1 ||
      config.threads < 1) {
    return OutOfRange("batch, steps, evaluate_every, checkpoint_every and threads must be at least 1");
  }
  return config;
}

}  // namespace ledgerline::learning
