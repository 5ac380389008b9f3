// Fitting a taste to a listener's choices, and saying honestly how well it foretells choices that it has not seen.
#ifndef LEDGERLINE_INFERENCE_PREFERENCE_TASTE_FIT_H_
#define LEDGERLINE_INFERENCE_PREFERENCE_TASTE_FIT_H_

#include <string>
#include <vector>

#include "inference/preference/comparison.h"
#include "inference/preference/taste.h"

namespace ledgerline::preference {

// The figure that holds the generator's own ranking (covers/taste_ranking.h): the prior begins from it.
inline constexpr char kRankingFigure[] = "ranking_score";
// From so many judged pairs on, preferences are worth training on.
inline constexpr size_t kTrainingPairs = 20;

struct FitSettings {
  // In units of how far two candidates typically differ: where the weight of the generator's own ranking begins (every
  // other at 0), and the prior's deviation.
  double ranking_weight = 0.5;
  double deviation = 0.5;
};

struct Judged {
  int right = 0, of = 0;  // of the pairs with a preference, how many are foretold
  double Share() const { return of == 0 ? 0 : static_cast<double>(right) / of; }
};

struct FittedTaste {
  Taste taste;
  int preferences = 0, draws = 0, requests = 0;
  int steps = 0;           // of Newton's method
  bool converged = false;  // always, but for a defect
  bool separated = false;  // the weights explain every preference; the prior alone bounds them
  Judged ranking;          // by the generator's own ranking alone
  Judged seen;             // by the taste, on what it was fitted to
  Judged unseen;           // by tastes fitted without the pair's request
};

// Whether `taste` foretells each preference; equal utilities foretell nothing. Errors: those of Utility.
Result<Judged> Foretold(const Taste& taste, const std::vector<Comparison>& pairs);

// Fits one taste to all of `pairs`. `pairs_hash` is of the file. Errors: kFailedPrecondition (no pairs; pairs of
// several engines or with other figures).
Result<FittedTaste> FitTaste(const std::vector<Comparison>& pairs, const Hash256& pairs_hash,
                             const FitSettings& settings = {});

}  // namespace ledgerline::preference

#endif  // LEDGERLINE_INFERENCE_PREFERENCE_TASTE_FIT_H_
