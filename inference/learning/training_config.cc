#include <charconv>
#include <sstream>

#include "inference/learning/trainer.h"

namespace ledgerline::learning {
namespace {

std::string Trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

}  // namespace

Result<TrainingConfig> TrainingConfig::Parse(const std::string& text) {
  TrainingConfig config;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    line = Trimmed(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    const size_t equals = line.find('=');
    if (equals == std::string::npos) {
      return InvalidArgument("line " + std::to_string(number) + " is not \"key = value\": \"" + line + "\"");
    }
    const std::string key = Trimmed(line.substr(0, equals)), value = Trimmed(line.substr(equals + 1));
    double parsed = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
    if (error != std::errc() || end != value.data() + value.size()) {
      return InvalidArgument("line " + std::to_string(number) + ": " + key + " is not a number: \"" + value + "\"");
    }
    if (!(parsed >= 0 && parsed < 1e15)) {
      return OutOfRange("line " + std::to_string(number) + ": " + key + " " + value + " is outside 0 to 1e15");
    }
    const int whole = static_cast<int>(std::min(parsed, 2e9));
    if (key == "width")
      config.shape.width = whole;
    else if (key == "layers")
      config.shape.layers = whole;
    else if (key == "heads")
      config.shape.heads = whole;
    else if (key == "hidden")
      config.shape.hidden = whole;
    else if (key == "inner_width")
      config.shape.inner_width = whole;
    else if (key == "inner_hidden")
      config.shape.inner_hidden = whole;
    else if (key == "context")
      config.shape.context = whole;
    else if (key == "kv_heads")
      config.shape.kv_heads = whole;
    else if (key == "halvings")
      config.halvings = whole;
    else if (key == "seed")
      config.seed = static_cast<uint64_t>(parsed);
    else if (key == "batch")
      config.batch = whole;
    else if (key == "steps")
      config.steps = whole;
    else if (key == "learning_rate")
      config.learning_rate = parsed;
    else if (key == "warmup_steps")
      config.warmup_steps = whole;
    else if (key == "weight_decay")
      config.weight_decay = parsed;
    else if (key == "gradient_norm")
      config.gradient_norm = parsed;
    else if (key == "evaluate_every")
      config.evaluate_every = whole;
    else if (key == "checkpoint_every")
      config.checkpoint_every = whole;
    else if (key == "valid_rows")
      config.valid_rows = whole;
    else if (key == "patience")
      config.patience = whole;
    else if (key == "threads")
      config.threads = whole;
    else if (key == "bfloat16")
      config.bfloat16 = parsed != 0;
    else if (key == "max_minutes")
      config.max_minutes = parsed;
    else
      return InvalidArgument("line " + std::to_string(number) + ": unknown key \"" + key + "\"");
  }
  RETURN_IF_ERROR(config.shape.Check());
  if (config.halvings > 4) return OutOfRange("halvings " + std::to_string(config.halvings) + " is above 4");
  if (config.batch < 1 || config.steps < 1 || config.evaluate_every < 1 || config.checkpoint_every < 1 ||
      config.threads < 1) {
    return OutOfRange("batch, steps, evaluate_every, checkpoint_every and threads must be at least 1");
  }
  return config;
}

}  // namespace ledgerline::learning
