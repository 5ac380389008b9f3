#include "inference/evaluation/gaussian_overlap.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace ledgerline::evaluation {
namespace {

double Cdf(double x, double mean, double sigma) { return 0.5 * std::erfc((mean - x) / (sigma * std::sqrt(2.0))); }

}  // namespace

double Moments::Sigma() const {
  if (count == 0) return kLeastSigma;
  const double mean = Mean();
  return std::max(kLeastSigma, std::sqrt(std::max(0.0, squares / count - mean * mean)));
}

double OverlapArea(const Moments& a, const Moments& b) {
  if (a.count == 0 || b.count == 0) return 0;
  const double m1 = a.Mean(), s1 = a.Sigma(), m2 = b.Mean(), s2 = b.Sigma();
  // Where the logarithms of the densities are equal: A x^2 + B x + C = 0.
  const double square = 1 / (2 * s2 * s2) - 1 / (2 * s1 * s1), linear = m1 / (s1 * s1) - m2 / (s2 * s2),
               constant = m2 * m2 / (2 * s2 * s2) - m1 * m1 / (2 * s1 * s1) + std::log(s2 / s1);
  std::array<double, 4> cuts = {-std::numeric_limits<double>::infinity(), 0, 0,
                                std::numeric_limits<double>::infinity()};
  if (std::abs(square) < 1e-12) {
    if (std::abs(m1 - m2) < 1e-12) return 1;
    cuts[1] = cuts[2] = (m1 + m2) / 2;
  } else {
    const double root = std::sqrt(std::max(0.0, linear * linear - 4 * square * constant));
    cuts[1] = (-linear - root) / (2 * square);
    cuts[2] = (-linear + root) / (2 * square);
    if (cuts[1] > cuts[2]) std::swap(cuts[1], cuts[2]);
  }
  double area = 0;
  for (size_t i = 0; i + 1 < cuts.size(); ++i) {
    area += std::min(Cdf(cuts[i + 1], m1, s1) - Cdf(cuts[i], m1, s1), Cdf(cuts[i + 1], m2, s2) - Cdf(cuts[i], m2, s2));
  }
  return std::clamp(area, 0.0, 1.0);
}

void TextureMoments::Add(const tokens::Piece& piece) {
  for (const tokens::PieceBar& bar : piece.bars) {
    for (const tokens::Event& event : bar.events) {
      pitch.Add(event.pitch);
      duration.Add(tokens::kDurationTicks[static_cast<size_t>(event.duration)] / 24.0);
    }
    density.Add(static_cast<double>(bar.events.size()) * 24.0 / bar.length);
  }
}

double DensityNrmse(const tokens::Piece& piece, const tokens::Piece& reference) {
  const size_t bars = std::min(piece.bars.size(), reference.bars.size());
  double squares = 0, sum = 0;
  for (size_t k = 0; k < bars; ++k) {
    const auto is = static_cast<double>(piece.bars[k].events.size()),
               should = static_cast<double>(reference.bars[k].events.size());
    squares += (is - should) * (is - should);
    sum += should;
  }
  if (bars == 0 || sum == 0) return 0;
  const double mean = sum / static_cast<double>(bars);
  return std::sqrt(squares / static_cast<double>(bars)) / mean;
}

}  // namespace ledgerline::evaluation
