#include <algorithm>

#include "crypto/sha256.h"
#include "inference/learning/adapter_trainer.h"

namespace ledgerline::learning {

AdapterConfig::AdapterConfig() {
  batch = 2;
  steps = 200;
  warmup_steps = 10;
  evaluate_every = 25;
  patience = 4;
}

Result<AdapterConfig> AdapterConfig::Parse(const std::string& text) {
  AdapterConfig config;
  SettingReaders readers = ReadersOf(&config);
  readers.numbers.insert({{"rank", Into(&config.rank, 1, model::kMaxAdapterRank)},
                          {"alpha", Into(&config.alpha, 1, model::kMaxAdapterAlpha)},
                          {"rows", Into(&config.rows, 64, 8192)},
                          {"held_out_percent", Into(&config.held_out_percent, 1, 90)},
                          {"held_out_rows", Into(&config.held_out_rows)}});
  readers.words = {{"device", Into(&config.device)}};
  RETURN_IF_ERROR(ReadSettings(text, readers));
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
