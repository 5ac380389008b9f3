#include "inference/evaluation/gaussian_overlap.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/inference/evaluation/small_pieces.h"

namespace ledgerline::evaluation {
namespace {

// Mean and population deviation as stated.
Moments Sample(double mean, double sigma) {
  Moments moments;
  moments.Add(mean - sigma);
  moments.Add(mean + sigma);
  return moments;
}

TEST(Overlap, OfEqualSigmasIsTheTailsBeyondTheMiddle) {
  for (const double apart : {0.0, 0.5, 1.0, 2.0, 4.0}) {
    EXPECT_NEAR(OverlapArea(Sample(0, 1), Sample(apart, 1)), std::erfc(apart / 2 / std::sqrt(2.0)), 1e-9) << apart;
  }
}

TEST(Overlap, OfDifferentSigmasIsTheIntegralOfTheLowerCurve) {
  for (const auto& [mean, sigma] : {std::pair(0.0, 2.0), std::pair(1.0, 0.5), std::pair(-3.0, 4.0)}) {
    double area = 0;
    const auto density = [](double x, double m, double s) {
      return std::exp(-(x - m) * (x - m) / (2 * s * s)) / (s * std::sqrt(2 * M_PI));
    };
    for (double x = -30; x < 30; x += 1e-3) area += 1e-3 * std::min(density(x, 0, 1), density(x, mean, sigma));
    EXPECT_NEAR(OverlapArea(Sample(0, 1), Sample(mean, sigma)), area, 1e-4);
    EXPECT_NEAR(OverlapArea(Sample(mean, sigma), Sample(0, 1)), area, 1e-4);  // symmetric
  }
}

TEST(Overlap, SigmaHasAFloorAndEmptySamplesOverlapNothing) {
  EXPECT_EQ(Sample(3, 0).Sigma(), kLeastSigma);
  EXPECT_NEAR(OverlapArea(Sample(3, 0), Sample(3, 0)), 1, 1e-9);
  EXPECT_EQ(OverlapArea(Moments(), Sample(0, 1)), 0);
}

TEST(Texture, CountsPitchDurationAndNotesAQuarter) {
  TextureMoments texture;
  texture.Add(Quarters({48, 50, 52, 54}));
  EXPECT_EQ(texture.pitch.Mean(), 51);
  EXPECT_EQ(texture.duration.Mean(), 1);  // quarters
  EXPECT_EQ(texture.density.Mean(), 1);
}

TEST(DensityNrmse, IsRelativeToTheReferencesMean) {
  const tokens::Piece four = Quarters({48, 48, 48, 48}), two = PieceOf({{{0, 48, 24}, {24, 48, 24}}});
  EXPECT_EQ(DensityNrmse(four, four), 0);
  EXPECT_EQ(DensityNrmse(four, two), 1);    // two too many, of two
  EXPECT_EQ(DensityNrmse(two, four), 0.5);  // two too few, of four
}

}  // namespace
}  // namespace ledgerline::evaluation
