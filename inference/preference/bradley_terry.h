// The Bradley-Terry model with figures: the odds that the first of two is preferred are exp(u(first) - u(second)), and
// u is a weighted sum of what each measures (Bradley and Terry, "Rank analysis of incomplete block designs",
// Biometrika 39, 1952; with covariates it is logistic regression on differences, without an intercept, as nothing may
// depend on which is named first).
//
// The weights have a Gaussian prior. So the log posterior is strictly concave: it has one maximum, also where the
// judgements can be separated and the likelihood alone would send the weights to infinity (Albert and Anderson,
// Biometrika 71, 1984), and with few pairs it stays near the prior's mean.
#ifndef LEDGERLINE_INFERENCE_PREFERENCE_BRADLEY_TERRY_H_
#define LEDGERLINE_INFERENCE_PREFERENCE_BRADLEY_TERRY_H_

#include <vector>

namespace ledgerline::preference {

struct Outcome {
  std::vector<double> difference;  // of the first less the second, one element a weight
  double won = 1;                  // by the first: 1, 0, or 0.5 where neither was preferred (half a win each)
};

struct Prior {
  std::vector<double> mean;
  double deviation = 1;  // of every weight; above 0
};

struct BradleyTerryFit {
  std::vector<double> weights;
  int steps = 0;           // of Newton's method
  double gradient = 0;     // the largest element of the log posterior's there
  bool converged = false;  // gradient below 1e-9 within 100 steps
  bool separated = false;  // every outcome but the draws is on its right side by these weights
};

// The maximum of the posterior, by Newton's method with halved steps where a whole one would not climb. No outcomes:
// the prior's mean.
BradleyTerryFit FitBradleyTerry(const std::vector<Outcome>& outcomes, const Prior& prior);

}  // namespace ledgerline::preference

#endif  // LEDGERLINE_INFERENCE_PREFERENCE_BRADLEY_TERRY_H_
