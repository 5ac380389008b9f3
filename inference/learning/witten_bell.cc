#include "inference/learning/witten_bell.h"

#include <algorithm>

namespace ledgerline::learning {

void WittenBell::Count(std::span<const uint64_t> contexts, int symbol) {
  const auto counted = static_cast<uint16_t>(symbol);
  for (const uint64_t context : contexts) {
    Followers& followers = followers_[context];
    ++followers.count;
    auto at = std::find_if(followers.symbols.begin(), followers.symbols.end(),
                           [counted](const auto& item) { return item.first == counted; });
    if (at == followers.symbols.end()) at = followers.symbols.insert(at, {counted, 0});
    ++at->second;
  }
}

double WittenBell::Probability(std::span<const uint64_t> contexts, int symbol, int symbols) const {
  double probability = 1.0 / symbols;
  for (size_t i = contexts.size(); i-- > 0;) {
    const auto found = followers_.find(contexts[i]);
    if (found == followers_.end()) continue;
    const auto distinct = static_cast<double>(found->second.symbols.size());
    double seen = 0;
    for (const auto& [follower, count] : found->second.symbols) {
      if (follower == symbol) seen = count;
    }
    probability = (seen + distinct * probability) / (found->second.count + distinct);
  }
  return probability;
}

std::vector<double> WittenBell::Distribution(std::span<const uint64_t> contexts, int symbols) const {
  std::vector<double> probabilities(static_cast<size_t>(symbols), 1.0 / symbols);
  for (size_t i = contexts.size(); i-- > 0;) {
    const auto found = followers_.find(contexts[i]);
    if (found == followers_.end()) continue;
    const auto distinct = static_cast<double>(found->second.symbols.size());
    const double all = found->second.count + distinct;
    for (double& probability : probabilities) probability *= distinct / all;
    for (const auto& [symbol, count] : found->second.symbols) probabilities[symbol] += count / all;
  }
  return probabilities;
}

}  // namespace ledgerline::learning
