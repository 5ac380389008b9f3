#include "inference/tokens/fretboard.h"

#include <gtest/gtest.h>

namespace ledgerline::tokens {
namespace {

bool Playable(std::vector<int> notes) {
  const int last = notes.back();
  notes.pop_back();
  return PlayableOnGuitar(notes, last);
}

TEST(Fretboard, OpenChordsAndBarresAreHeld) {
  EXPECT_TRUE(Playable({40, 47, 52, 56, 59, 64}));  // E major, open
  EXPECT_TRUE(Playable({48, 52, 55, 60, 64}));      // C major, open
  EXPECT_TRUE(Playable({41, 48, 53, 57, 60, 65}));  // F major, barred at the first fret
  EXPECT_TRUE(Playable({50, 57, 62, 66}));          // D major
  EXPECT_TRUE(Playable({83}));                      // the nineteenth fret
}

TEST(Fretboard, WhatNoHandHoldsIsTurnedDown) {
  EXPECT_FALSE(Playable({39}));                          // below the lowest string
  EXPECT_FALSE(Playable({84}));                          // above the last fret
  EXPECT_FALSE(Playable({41, 43}));                      // both only on the lowest string
  EXPECT_FALSE(Playable({41, 80}));                      // first fret and sixteenth
  EXPECT_FALSE(Playable({60, 61, 62, 63}));              // a cluster
  EXPECT_FALSE(Playable({40, 45, 50, 55, 59, 64, 67}));  // seven notes
}

TEST(Fretboard, AnOpenStringIsHeldInAnyPosition) {
  EXPECT_TRUE(Playable({40, 76}));  // the open sixth string under the twelfth fret
  EXPECT_FALSE(Playable({42, 76}));
}

TEST(Fretboard, TheOrderOfNotesDoesNotMatter) {
  EXPECT_TRUE(PlayableOnGuitar({64, 40, 59}, 52));
  EXPECT_TRUE(PlayableOnGuitar({52, 59, 40}, 64));
}

}  // namespace
}  // namespace ledgerline::tokens
