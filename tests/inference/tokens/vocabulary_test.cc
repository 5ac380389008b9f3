#include "inference/tokens/vocabulary.h"

#include <gtest/gtest.h>

namespace ledgerline::tokens {
namespace {

TEST(Vocabulary, DurationTakesTheNearestRungAndRungsAreThemselves) {
  for (int symbol = 0; symbol < kDurationCount; ++symbol) EXPECT_EQ(DurationSymbol(kDurationTicks[symbol]), symbol);
  EXPECT_EQ(kDurationTicks[DurationSymbol(23)], 24);
  EXPECT_EQ(kDurationTicks[DurationSymbol(100'000)], 192);
  EXPECT_EQ(kDurationTicks[DurationSymbol(0)], 1);
}

TEST(Vocabulary, ChordsHaveTheirNotes) {
  EXPECT_EQ(ChordMask(ChordSymbolOf(0, kMajor)), (1u << 0) | (1u << 4) | (1u << 7));
  EXPECT_EQ(ChordMask(ChordSymbolOf(9, kMinor)), (1u << 9) | (1u << 0) | (1u << 4));
  EXPECT_EQ(ChordMask(ChordSymbolOf(7, kDominant)), (1u << 7) | (1u << 11) | (1u << 2) | (1u << 5));
  EXPECT_EQ(ChordMask(kNoChord), 0u);
  EXPECT_EQ(ChordName(ChordSymbolOf(6, kMinor)), "F#m");
  EXPECT_EQ(ChordName(ChordSymbolOf(10, kDominant)), "Bb7");
}

TEST(Vocabulary, TransposingTwelveSemitonesOrByEveryStepAndBackChangesNothing) {
  for (int chord = 0; chord < kChordSymbols; ++chord) {
    for (int step = -12; step <= 12; ++step) {
      EXPECT_EQ(TransposeChord(TransposeChord(chord, step), -step), chord) << chord << " by " << step;
    }
    EXPECT_EQ(TransposeChord(chord, 12), chord);
  }
}

TEST(Vocabulary, ClassesStepAtTheirBounds) {
  EXPECT_EQ(DensityClass(0), 0);
  EXPECT_EQ(DensityClass(0.39), 1);
  EXPECT_EQ(DensityClass(0.4), 2);
  EXPECT_EQ(DensityClass(100), kDensityClasses - 1);
  EXPECT_EQ(PolyphonyClass(0.99), 1);
  EXPECT_EQ(PolyphonyClass(1.0), 2);
  EXPECT_EQ(PolyphonyClass(50), kPolyphonyClasses - 1);
}

TEST(Vocabulary, StyleNamesAreFoundAndStrangersAreNot) {
  for (int style = 0; style < kStyles; ++style) EXPECT_EQ(StyleNumber(StyleName(style)), style);
  EXPECT_EQ(StyleNumber("disco"), -1);
}

TEST(Vocabulary, MetresAndLengths) {
  EXPECT_EQ(MetreSymbol(3, 4), 2);
  EXPECT_EQ(MetreSymbol(7, 16), 0);
  EXPECT_EQ(LengthSymbol(96), 8);
  EXPECT_EQ(LengthSymbol(97), 9);
}

}  // namespace
}  // namespace ledgerline::tokens
