#include "inference/influence/datamodel_score.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "inference/model/counter_random.h"

namespace ledgerline::influence {
namespace {

std::vector<double> RanksOf(std::span<const double> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (size_t i = begin; i < end; ++i) ranks[order[i]] = static_cast<double>(begin + end - 1) / 2;
  }
  return ranks;
}

double Mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

double RankCorrelation(std::span<const double> a, std::span<const double> b) {
  const std::vector<double> x = RanksOf(a), y = RanksOf(b);
  const double mean = (static_cast<double>(x.size()) - 1) / 2;  // of any ranks
  double xx = 0, yy = 0, xy = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean) * (x[i] - mean);
    yy += (y[i] - mean) * (y[i] - mean);
    xy += (x[i] - mean) * (y[i] - mean);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : 0;
}

Result<DatamodelScore> ScoreDatamodel(const std::vector<std::vector<double>>& predicted,
                                      const std::vector<std::vector<double>>& seen, uint64_t seed, int draws) {
  if (predicted.empty() || predicted.size() != seen.size()) {
    return InvalidArgument("queries: " + std::to_string(predicted.size()) + " predicted, " +
                           std::to_string(seen.size()) + " seen");
  }
  const size_t queries = predicted.size(), subsets = predicted[0].size();
  for (size_t q = 0; q < queries; ++q) {
    if (subsets < 4 || predicted[q].size() != subsets || seen[q].size() != subsets) {
      return InvalidArgument("query " + std::to_string(q) + " has " + std::to_string(seen[q].size()) +
                             " subsets; all need the same number, at least 4");
    }
  }
  DatamodelScore score;
  for (size_t q = 0; q < queries; ++q) score.by_query.push_back(RankCorrelation(predicted[q], seen[q]));
  score.score = Mean(score.by_query);
  model::CounterRandom random(seed, 0);
  std::vector<double> drawn, a(subsets), b(subsets), correlations(queries);
  std::vector<size_t> chosen(subsets);
  for (int draw = 0; draw < draws; ++draw) {
    for (size_t& subset : chosen) subset = random.Below(static_cast<uint32_t>(subsets));
    for (double& correlation : correlations) {
      const size_t q = random.Below(static_cast<uint32_t>(queries));
      for (size_t s = 0; s < subsets; ++s) {
        a[s] = predicted[q][chosen[s]];
        b[s] = seen[q][chosen[s]];
      }
      correlation = RankCorrelation(a, b);
    }
    drawn.push_back(Mean(correlations));
  }
  std::sort(drawn.begin(), drawn.end());
  const auto at = [&](double share) {
    return drawn[static_cast<size_t>(share * static_cast<double>(drawn.size() - 1))];
  };
  score.low = at(0.025);
  score.high = at(0.975);
  return score;
}

}  // namespace ledgerline::influence
