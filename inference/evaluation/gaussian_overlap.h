// GaussianOverlap: how alike two samples are, seen as normal distributions: the area under both curves.
//
// FIGARO (likeness.h names it), section 4: overlap area of N(mu, sigma) of pitch, velocity and duration; sigma is at
// least 0.01. The area is computed exactly, from the points where the curves cross.
#ifndef LEDGERLINE_INFERENCE_EVALUATION_GAUSSIAN_OVERLAP_H_
#define LEDGERLINE_INFERENCE_EVALUATION_GAUSSIAN_OVERLAP_H_

#include <cstdint>

#include "inference/tokens/piece.h"

namespace ledgerline::evaluation {

inline constexpr double kLeastSigma = 0.01;

// Mean and standard deviation of what was added; values may be added in any grouping.
struct Moments {
  double count = 0, sum = 0, squares = 0;
  void Add(double value) { count += 1, sum += value, squares += value * value; }
  void Add(const Moments& other) { count += other.count, sum += other.sum, squares += other.squares; }
  double Mean() const { return count == 0 ? 0 : sum / count; }
  double Sigma() const;  // of the population; at least kLeastSigma
};

// 0 to 1; 0 when either is empty.
double OverlapArea(const Moments& a, const Moments& b);

// Of an accompaniment's events: pitches; durations in quarters; notes a quarter, bar by bar.
struct TextureMoments {
  Moments pitch, duration, density;
  void Add(const tokens::Piece& piece);
};

// Root of the mean squared difference of two pieces' notes per bar, over the mean of `reference`'s; 0 without bars.
double DensityNrmse(const tokens::Piece& piece, const tokens::Piece& reference);

}  // namespace ledgerline::evaluation

#endif  // LEDGERLINE_INFERENCE_EVALUATION_GAUSSIAN_OVERLAP_H_
