#include "inference/influence/damped_fisher.h"

#include <cmath>

namespace ledgerline::influence {
namespace {

double Dot(const double* a, const double* b, size_t size) {
  double sums[4] = {0, 0, 0, 0};
  size_t i = 0;
  for (; i + 4 <= size; i += 4) {
    for (size_t lane = 0; lane < 4; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  for (; i < size; ++i) sums[0] += a[i] * b[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

}  // namespace

Result<DampedFisher> DampedFisher::Of(const InfluenceIndex& index) {
  DampedFisher fisher;
  const size_t n = index.Dimensions();
  fisher.size_ = n;
  fisher.lower_.assign(n * n, 0.0);
  std::vector<double> g(n);
  for (size_t p = 0; p < index.pieces.size(); ++p) {
    const std::span<const float> gradient = index.GradientOf(p);
    const double scale =
        1.0 / std::sqrt(static_cast<double>(index.pieces[p].events) * static_cast<double>(index.pieces.size()));
    for (size_t i = 0; i < n; ++i) g[i] = gradient[i] * scale;
    for (size_t i = 0; i < n; ++i) {
      double* const row = &fisher.lower_[i * n];
      const double factor = g[i];
      for (size_t j = 0; j <= i; ++j) row[j] += factor * g[j];
    }
  }
  double trace = 0;
  for (size_t i = 0; i < n; ++i) trace += fisher.lower_[i * n + i];
  const double damping = trace / static_cast<double>(n) * index.method.damping_ppm / 1e6;
  if (!(damping > 0) || !std::isfinite(trace)) {
    return FailedPrecondition("the index's gradients are zero, or too large: there is nothing to measure by");
  }
  for (size_t i = 0; i < n; ++i) {  // Cholesky, row by row
    double* const row = &fisher.lower_[i * n];
    row[i] += damping;
    for (size_t j = 0; j <= i; ++j) {
      const double* const other = &fisher.lower_[j * n];
      const double rest = row[j] - Dot(row, other, j);
      row[j] = i == j ? std::sqrt(rest) : rest / other[j];
    }
  }
  return fisher;
}

std::vector<double> DampedFisher::Solve(std::span<const float> gradient) const {
  const size_t n = size_;
  std::vector<double> x(gradient.begin(), gradient.end());
  for (size_t i = 0; i < n; ++i) {  // lower
    const double* const row = &lower_[i * n];
    x[i] = (x[i] - Dot(row, x.data(), i)) / row[i];
  }
  for (size_t i = n; i-- > 0;) {  // its transpose, column by column
    const double* const row = &lower_[i * n];
    x[i] /= row[i];
    for (size_t j = 0; j < i; ++j) x[j] -= row[j] * x[i];
  }
  return x;
}

std::vector<double> InfluencesOn(const InfluenceIndex& index, const DampedFisher& fisher,
                                 std::span<const float> gradient) {
  const std::vector<double> solved = fisher.Solve(gradient);
  std::vector<double> influences(index.pieces.size());
  for (size_t p = 0; p < influences.size(); ++p) {
    const std::span<const float> g = index.GradientOf(p);
    double sum = 0;
    for (size_t i = 0; i < g.size(); ++i) sum += solved[i] * g[i];
    influences[p] = sum;
  }
  return influences;
}

}  // namespace ledgerline::influence
