#include <algorithm>

#include "crypto/sha256.h"
#include "inference/learning/adapter_trainer.h"
#include "inference/learning/settings.h"

namespace ledgerline::learning {

Result<AdapterConfig> AdapterConfig::Parse(const std::string& text) {
  AdapterConfig config;
  SettingReaders readers;
  readers.numbers = {{"seed", Into(&config.seed)},
                     {"rank", Into(&config.rank)},
                     {"alpha", Into(&config.alpha)},
                     {"batch", Into(&config.batch)},
                     {"rows", Into(&config.rows)},
                     {"steps", Into(&config.steps)},
                     {"learning_rate", Into(&config.learning_rate)},
                     {"warmup_steps", Into(&config.warmup_steps)},
                     {"weight_decay", Into(&config.weight_decay)},
                     {"dropout", Into(&config.dropout)},
                     {"gradient_norm", Into(&config.gradient_norm)},
                     {"evaluate_every", Into(&config.evaluate_every)},
                     {"patience", Into(&config.patience)},
                     {"held_out_percent", Into(&config.held_out_percent)},
                     {"held_out_rows", Into(&config.held_out_rows)},
                     {"threads", Into(&config.threads)},
                     {"bfloat16", Into(&config.bfloat16)}};
  readers.words = {{"device", Into(&config.device)}};
  RETURN_IF_ERROR(ReadSettings(text, readers));
  const auto within = [](const char* name, int64_t value, int64_t lowest, int64_t highest) {
    if (value >= lowest && value <= highest) return Status::Ok();
    return OutOfRange(std::string(name) + " " + std::to_string(value) + " is outside " + std::to_string(lowest) +
                      " to " + std::to_string(highest));
  };
  RETURN_IF_ERROR(within("rank", config.rank, 1, model::kMaxAdapterRank));
  RETURN_IF_ERROR(within("alpha", config.alpha, 1, model::kMaxAdapterAlpha));
  RETURN_IF_ERROR(within("batch", config.batch, 1, 4096));
  RETURN_IF_ERROR(within("rows", config.rows, 64, 8192));
  RETURN_IF_ERROR(within("steps", config.steps, 1, 1'000'000));
  RETURN_IF_ERROR(within("evaluate_every", config.evaluate_every, 1, 1'000'000));
  RETURN_IF_ERROR(within("held_out_percent", config.held_out_percent, 1, 90));
  RETURN_IF_ERROR(within("threads", config.threads, 1, 1024));
  if (config.dropout >= 1) return OutOfRange("dropout " + std::to_string(config.dropout) + " is not below 1");
  return config;
}

Result<std::pair<Dataset, Dataset>> HoldOut(const Dataset& pieces, int percent, uint64_t seed) {
  if (pieces.pieces.size() < 2) {
    return FailedPrecondition(std::to_string(pieces.pieces.size()) + " pieces; an adapter needs two at least");
  }
  std::vector<std::pair<std::string, size_t>> order;
  for (size_t i = 0; i < pieces.pieces.size(); ++i) {
    order.emplace_back(crypto::Sha256(std::to_string(seed) + "\n" + pieces.pieces[i].id).ToHex(), i);
  }
  std::sort(order.begin(), order.end());
  const size_t held = std::clamp<size_t>((order.size() * static_cast<size_t>(percent) + 50) / 100, 1, order.size() - 1);
  std::pair<Dataset, Dataset> split;
  for (size_t i = 0; i < order.size(); ++i) {
    (i < held ? split.second : split.first).pieces.push_back(pieces.pieces[order[i].second]);
  }
  return split;
}

}  // namespace ledgerline::learning
