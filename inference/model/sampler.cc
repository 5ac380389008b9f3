#include "inference/model/sampler.h"

#include <algorithm>

#include "inference/kernel/exact_math.h"

namespace ledgerline::model {
namespace {

__extension__ using Wide = unsigned __int128;

}  // namespace

Sampled Sample(std::span<const float> logits, std::span<const float> bias, const SamplingRule& rule,
               CounterRandom* random) {
  struct Weighed {
    uint64_t weight;
    int symbol;
  };
  std::vector<Weighed> weighed;
  double highest = -1e30;
  for (size_t i = 0; i < logits.size(); ++i) {
    const double sum = static_cast<double>(logits[i]) + static_cast<double>(bias[i]);
    if (sum > kForbidden / 2) highest = std::max(highest, sum);
  }
  if (highest == -1e30) return {};
  double plain = 0;  // the partition sum at temperature 1
  for (size_t i = 0; i < logits.size(); ++i) {
    const double sum = static_cast<double>(logits[i]) + static_cast<double>(bias[i]);
    if (sum <= kForbidden / 2) continue;
    plain += kernel::ExactExp(sum - highest);
    const double weight = kernel::ExactExp((sum - highest) / rule.temperature) * 4294967296.0;
    weighed.push_back({static_cast<uint64_t>(weight), static_cast<int>(i)});
  }
  std::sort(weighed.begin(), weighed.end(), [](const Weighed& x, const Weighed& y) {
    return x.weight != y.weight ? x.weight > y.weight : x.symbol < y.symbol;
  });
  uint64_t total = 0;
  for (const Weighed& item : weighed) total += item.weight;
  // The nucleus: the fewest symbols whose mass reaches top_p; at least one, at most all.
  uint64_t mass = 0;
  size_t kept = 0;
  while (kept < weighed.size()) {
    mass += weighed[kept++].weight;
    if (static_cast<Wide>(mass) * 1'000'000u >= static_cast<Wide>(total) * static_cast<unsigned>(rule.top_p_ppm)) {
      break;
    }
  }
  uint64_t at = static_cast<uint64_t>((static_cast<Wide>(random->Next()) * mass) >> 64);
  Sampled sampled;
  for (size_t i = 0; i < kept; ++i) {
    sampled.symbol = weighed[i].symbol;
    if (at < weighed[i].weight) break;
    at -= weighed[i].weight;
  }
  const size_t s = static_cast<size_t>(sampled.symbol);
  sampled.nats = kernel::ExactLog(plain) - (static_cast<double>(logits[s]) + static_cast<double>(bias[s]) - highest);
  return sampled;
}

}  // namespace ledgerline::model
