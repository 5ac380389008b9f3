#include "inference/tokens/idiom.h"

#include <gtest/gtest.h>

namespace ledgerline::tokens {
namespace {

Setting At(int role, int below = kNoPitch) {
  Setting setting;
  setting.role = role;
  setting.chord = ChordSymbolOf(0, kMajor);
  setting.below = below;
  setting.below_role = below == kNoPitch ? kNoRole : role;
  return setting;
}

TEST(Idiom, LowBassesAreOctavesAndNoRumble) {
  // In the lowest octaves a fifth or a third over the bass blurs, the octave does not; higher up all may sound.
  EXPECT_GT(IdiomBias(At(kKeysLow, 33), 45), IdiomBias(At(kKeysLow, 33), 40) + 1);
  EXPECT_GT(IdiomBias(At(kKeysLow, 38), 45), IdiomBias(At(kKeysLow, 38), 41) + 1);
  EXPECT_EQ(IdiomBias(At(kKeysLow, 48), 52), 0);
  EXPECT_LT(IdiomBias(At(kKeysLow), 24), -3);
  EXPECT_EQ(IdiomBias(At(kKeysLow), 36), 0);
  EXPECT_LT(IdiomBias(At(kKeysHigh), 48), 0);
}

TEST(Idiom, StrayChromaticsAreThoseOfNeitherChordNorKey) {
  Setting setting = At(kViola);
  EXPECT_LT(IdiomBias(setting, 61), -1);
  EXPECT_EQ(IdiomBias(setting, 62), 0);      // of the key
  setting.chord = ChordSymbolOf(9, kMajor);  // A major over C: its C sharp belongs
  EXPECT_EQ(IdiomBias(setting, 61), 0);
}

TEST(Idiom, TheBassSaysTheChordOnTheDownbeat) {
  Setting setting = At(kCello);
  setting.lowest_role = setting.downbeat = true;
  EXPECT_GT(IdiomBias(setting, 48), IdiomBias(setting, 52));
  EXPECT_GT(IdiomBias(setting, 52), IdiomBias(setting, 43));
  setting.downbeat = false;
  EXPECT_EQ(IdiomBias(setting, 48), IdiomBias(setting, 43));
}

TEST(Idiom, HandsDoNotJump) {
  Setting setting = At(kKeysLow);
  setting.last_of_role = 36;
  EXPECT_EQ(IdiomBias(setting, 55), 0);
  EXPECT_LT(IdiomBias(setting, 60), -1);
  EXPECT_LT(IdiomBias(setting, 72), -3);
}

TEST(Idiom, ADanceHasItsBassBelowAndItsChordsAbove) {
  Setting setting = At(kKeysLow);
  setting.dance = setting.downbeat = true;
  EXPECT_GT(IdiomBias(setting, 43), IdiomBias(setting, 60));
  setting.downbeat = false;
  EXPECT_GT(IdiomBias(setting, 60), IdiomBias(setting, 43));
}

TEST(Idiom, ASingerIsNotDoubledAbove) {
  Setting setting = At(kKeysHigh);
  setting.melody = 67;
  EXPECT_LT(IdiomBias(setting, 79), IdiomBias(setting, 76) - 0.5f);
  EXPECT_EQ(IdiomBias(setting, 67), 0);
  // Where the hand has the melody too, a second under it is rough.
  setting.lead_shares_hand = true;
  EXPECT_LT(IdiomBias(setting, 65), IdiomBias(setting, 64) - 1);
}

TEST(Idiom, AChoirRepeatsWithItsTuneOnly) {
  Setting setting = At(kAltoVoice);
  setting.choir = true;
  setting.melody = 72;
  setting.last_of_role = 64;
  EXPECT_LT(IdiomBias(setting, 64), -1);
  setting.melody_starts = true;
  EXPECT_EQ(IdiomBias(setting, 64), 0);
}

TEST(Idiom, HandsThatHaveTheMelodyDoNotPatterUnderIt) {
  Setting setting = At(kKeysLow);
  setting.lead_shares_hand = true;
  setting.last_of_role = 55;
  EXPECT_LT(IdiomBias(setting, 55), IdiomBias(setting, 52) - 0.5f);
  for (bool Setting::*const field : {&Setting::on_beat, &Setting::melody_starts}) {
    Setting struck = setting;
    struck.*field = true;
    EXPECT_EQ(IdiomBias(struck, 55), IdiomBias(struck, 52));
  }
  setting.lead_shares_hand = false;  // a singer's piano may beat its chords
  EXPECT_EQ(IdiomBias(setting, 55), IdiomBias(setting, 52));
}

}  // namespace
}  // namespace ledgerline::tokens
