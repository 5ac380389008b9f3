#include "inference/preference/bradley_terry.h"

#include <algorithm>
#include <cmath>

namespace ledgerline::preference {
namespace {

using Vector = std::vector<double>;

double Dot(const Vector& x, const Vector& y) {
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
  return sum;
}

// log(1 / (1 + exp(-x))) without overflow.
double LogSigmoid(double x) { return x >= 0 ? -std::log1p(std::exp(-x)) : x - std::log1p(std::exp(x)); }

double LogPosterior(const std::vector<Outcome>& outcomes, const Prior& prior, const Vector& weights) {
  double sum = 0;
  for (const Outcome& outcome : outcomes) {
    const double margin = Dot(outcome.difference, weights);
    sum += outcome.won * LogSigmoid(margin) + (1 - outcome.won) * LogSigmoid(-margin);
  }
  for (size_t i = 0; i < weights.size(); ++i) {
    const double away = (weights[i] - prior.mean[i]) / prior.deviation;
    sum -= 0.5 * away * away;
  }
  return sum;
}

// Solves a x = b for a symmetric positive definite a (row-major, n x n), by Cholesky's decomposition in place.
Vector Solve(Vector a, Vector b) {
  const size_t n = b.size();
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j <= i; ++j) {
      double sum = a[i * n + j];
      for (size_t k = 0; k < j; ++k) sum -= a[i * n + k] * a[j * n + k];
      a[i * n + j] = i == j ? std::sqrt(sum) : sum / a[j * n + j];
    }
  }
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < i; ++k) b[i] -= a[i * n + k] * b[k];
    b[i] /= a[i * n + i];
  }
  for (size_t i = n; i-- > 0;) {
    for (size_t k = i + 1; k < n; ++k) b[i] -= a[k * n + i] * b[k];
    b[i] /= a[i * n + i];
  }
  return b;
}

}  // namespace

BradleyTerryFit FitBradleyTerry(const std::vector<Outcome>& outcomes, const Prior& prior) {
  constexpr int kSteps = 100;
  constexpr double kFlat = 1e-9;
  const size_t n = prior.mean.size();
  const double precision = 1.0 / (prior.deviation * prior.deviation);
  BradleyTerryFit fit;
  fit.weights = prior.mean;
  double height = LogPosterior(outcomes, prior, fit.weights);
  while (true) {
    Vector gradient(n, 0.0), curvature(n * n, 0.0);
    for (size_t i = 0; i < n; ++i) {
      gradient[i] = -(fit.weights[i] - prior.mean[i]) * precision;
      curvature[i * n + i] = precision;
    }
    for (const Outcome& outcome : outcomes) {
      const double p = std::exp(LogSigmoid(Dot(outcome.difference, fit.weights)));
      for (size_t i = 0; i < n; ++i) {
        gradient[i] += (outcome.won - p) * outcome.difference[i];
        for (size_t j = 0; j <= i; ++j) {
          curvature[i * n + j] += p * (1 - p) * outcome.difference[i] * outcome.difference[j];
        }
      }
    }
    fit.gradient = 0;
    for (const double g : gradient) fit.gradient = std::max(fit.gradient, std::abs(g));
    fit.converged = fit.gradient < kFlat;
    if (fit.converged || fit.steps == kSteps) break;
    const Vector direction = Solve(std::move(curvature), std::move(gradient));
    double length = 1;
    Vector next = fit.weights;
    double reached = height;
    for (int halvings = 0; halvings < 60; ++halvings, length /= 2) {
      for (size_t i = 0; i < n; ++i) next[i] = fit.weights[i] + length * direction[i];
      reached = LogPosterior(outcomes, prior, next);
      if (reached > height) break;
    }
    ++fit.steps;
    // At the top the last digits of the height no longer tell: take the whole step, and stop if that was all.
    if (reached <= height) {
      for (size_t i = 0; i < n; ++i) next[i] = fit.weights[i] + direction[i];
      if (fit.steps >= kSteps) break;
      reached = height;
    }
    fit.weights = next;
    height = reached;
  }
  fit.separated = std::all_of(outcomes.begin(), outcomes.end(), [&](const Outcome& outcome) {
    return outcome.won == 0.5 || Dot(outcome.difference, fit.weights) * (outcome.won - 0.5) > 0;
  });
  return fit;
}

}  // namespace ledgerline::preference
