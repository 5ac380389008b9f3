#include "inference/preference/taste_fit.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "inference/preference/bradley_terry.h"

namespace ledgerline::preference {
namespace {

constexpr size_t kMostParts = 100;  // fits without a part of the requests; one a request where there are fewer

double Won(Preferred preferred) { return preferred == Preferred::kA ? 1 : preferred == Preferred::kB ? 0 : 0.5; }

// How far candidates typically lie apart in each figure: the root of the mean square over the requests. Pairs alone
// would be too few to tell.
std::map<std::string, double> SpreadsOf(const std::vector<const Comparison*>& pairs) {
  std::map<std::string, double> spreads;
  for (const Comparison* pair : pairs) {
    for (const auto& [name, value] : pair->typical) {
      spreads[name] += static_cast<double>(value) * static_cast<double>(value);
    }
  }
  for (auto& [name, spread] : spreads) spread = std::sqrt(spread / static_cast<double>(pairs.size()));
  return spreads;
}

struct Fitted {
  Taste taste;
  BradleyTerryFit fit;
};

Fitted Fit(const std::vector<const Comparison*>& pairs, const FitSettings& settings) {
  std::map<std::string, double> spreads = SpreadsOf(pairs);
  std::erase_if(spreads, [](const auto& item) { return item.second == 0; });  // they explain nothing
  Prior prior;
  prior.deviation = settings.deviation;
  for (const auto& [name, spread] : spreads) prior.mean.push_back(name == kRankingFigure ? settings.ranking_weight : 0);
  std::vector<Outcome> outcomes;
  for (const Comparison* pair : pairs) {
    Outcome outcome;
    outcome.won = Won(pair->preferred);
    for (const auto& [name, spread] : spreads) {
      outcome.difference.push_back(static_cast<double>(pair->a.figures.at(name) - pair->b.figures.at(name)) / spread);
    }
    outcomes.push_back(std::move(outcome));
  }
  Fitted fitted;
  fitted.fit = FitBradleyTerry(outcomes, prior);
  size_t i = 0;
  for (const auto& [name, spread] : spreads) {
    // Log odds for each unit, in millionths; the spread is in millionths of the unit.
    const double weight = fitted.fit.weights[i++] * 1e12 / spread;
    const auto bound = static_cast<double>(kMaxWeight);
    fitted.taste.weights[name] = {static_cast<int64_t>(std::llround(std::clamp(weight, -bound, bound))),
                                  static_cast<int64_t>(std::llround(spread))};
  }
  return fitted;
}

Status Alike(const std::vector<Comparison>& pairs) {
  if (pairs.empty()) return FailedPrecondition("no pairs to fit a taste to");
  for (size_t i = 1; i < pairs.size(); ++i) {
    const std::string which = "pair " + std::to_string(i + 1);
    if (pairs[i].engine != pairs[0].engine) {
      return FailedPrecondition(which + " is of " + pairs[i].engine.substr(0, 80) + ", the first of " +
                                pairs[0].engine.substr(0, 80) + ": their figures cannot be held together");
    }
    for (const auto& [name, value] : pairs[0].a.figures) {
      if (pairs[i].a.figures.size() == pairs[0].a.figures.size() && pairs[i].a.figures.contains(name)) continue;
      return FailedPrecondition(which + " has other figures than the first (\"" + name + "\" is one that differs)");
    }
  }
  return Status::Ok();
}

Result<Judged> Foretells(const Taste& taste, const std::vector<const Comparison*>& pairs) {
  Judged judged;
  for (const Comparison* pair : pairs) {
    if (pair->preferred == Preferred::kSame) continue;
    ASSIGN_OR_RETURN(const int64_t a, Utility(taste, pair->a.figures));
    ASSIGN_OR_RETURN(const int64_t b, Utility(taste, pair->b.figures));
    ++judged.of;
    judged.right += pair->preferred == Preferred::kA ? a > b : b > a;
  }
  return judged;
}

}  // namespace

Result<Judged> Foretold(const Taste& taste, const std::vector<Comparison>& pairs) {
  std::vector<const Comparison*> all;
  for (const Comparison& pair : pairs) all.push_back(&pair);
  return Foretells(taste, all);
}

Result<FittedTaste> FitTaste(const std::vector<Comparison>& pairs, const Hash256& pairs_hash,
                             const FitSettings& settings) {
  RETURN_IF_ERROR(Alike(pairs));
  std::vector<const Comparison*> all;
  std::map<Hash256, size_t> requests;  // -> its part
  for (const Comparison& pair : pairs) {
    all.push_back(&pair);
    requests.emplace(pair.Request(), requests.size());
  }
  const Fitted fitted = Fit(all, settings);
  FittedTaste result;
  result.taste = fitted.taste;
  result.taste.engine = pairs[0].engine;
  result.taste.pairs = pairs_hash;
  result.taste.judgements = static_cast<int>(pairs.size());
  result.steps = fitted.fit.steps;
  result.converged = fitted.fit.converged;
  result.separated = fitted.fit.separated;
  result.requests = static_cast<int>(requests.size());
  for (const Comparison& pair : pairs) (pair.preferred == Preferred::kSame ? result.draws : result.preferences) += 1;
  ASSIGN_OR_RETURN(result.seen, Foretells(result.taste, all));
  if (pairs[0].a.figures.contains(kRankingFigure)) {
    Taste ranking;
    ranking.weights[kRankingFigure] = {1'000'000, 0};
    ASSIGN_OR_RETURN(result.ranking, Foretells(ranking, all));
  }
  // Pairs of one request share songs, plans and perhaps candidates: they are left out together.
  const size_t parts = std::min(requests.size(), kMostParts);
  for (size_t part = 0; parts > 1 && part < parts; ++part) {
    std::vector<const Comparison*> kept, left_out;
    for (const Comparison& pair : pairs) {
      (requests.at(pair.Request()) % parts == part ? left_out : kept).push_back(&pair);
    }
    ASSIGN_OR_RETURN(const Judged judged, Foretells(Fit(kept, settings).taste, left_out));
    result.unseen.right += judged.right;
    result.unseen.of += judged.of;
  }
  return result;
}

}  // namespace ledgerline::preference
