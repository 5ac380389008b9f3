#include "inference/tokens/idiom.h"

#include <algorithm>
#include <cstdlib>

namespace ledgerline::tokens {
namespace {

constexpr uint32_t kMajorScale = 0b101010110101;
constexpr int kBlurredBelow = 40;                  // E2: under it only octaves and fifths are clear,
constexpr int kBlackBelow = 36;                    // C2: and under this only octaves
constexpr int kRumble = 33;                        // A1: a bass lower than that is for effects
constexpr int kRightHandLow = 55;                  // G3: an accompanying right hand stays above
constexpr int kHandLeap = 19, kHandLeapWide = 28;  // semitones from attack to attack
constexpr int kDanceBass = 52, kDanceChord = 48;   // the first beat's bass lies below, the others' chords above

float Over(int value, int bound, float each) { return value > bound ? each * static_cast<float>(value - bound) : 0.0f; }

float KeyboardBias(const Setting& at, int pitch) {
  float value = 0;
  const bool inside = at.below != kNoPitch && at.below_role == at.role;
  if (at.role == kKeysLow) {
    value -= Over(kRumble, pitch, 0.4f);
    if (inside && at.below < kBlurredBelow) {
      const int interval = pitch - at.below;
      const bool clear = interval == 12 || (interval == 7 && at.below >= kBlackBelow);
      if (!clear) value -= 2.0f;
    }
    if (at.dance && !inside) value -= at.downbeat ? Over(pitch, kDanceBass, 0.25f) : Over(kDanceChord, pitch, 0.25f);
    if (at.dance && at.downbeat && inside && pitch - at.below != 12) value -= 1.0f;
  }
  if (at.role == kKeysHigh && !at.lead_shares_hand) {
    value -= Over(kRightHandLow, pitch, 0.2f);
    // A singer is not covered: neither doubled an octave up nor topped by far.
    if (at.melody != kNoPitch) {
      if (pitch > at.melody && (pitch - at.melody) % 12 == 0) value -= 1.0f;
      value -= Over(pitch, at.melody + 7, 0.15f);
    }
  }
  if (at.role == kKeysHigh && at.lead_shares_hand && at.melody != kNoPitch && at.melody - pitch <= 2) value -= 1.5f;
  // Between beats a hand that has the melody, too, goes on, rather than strike its note again under a held tune.
  if (at.lead_shares_hand && !inside && !at.on_beat && !at.melody_starts && pitch == at.last_of_role) value -= 0.8f;
  // The hand jumps from attack to attack; inside one its span is a hard rule.
  if (!inside && at.last_of_role != kNoPitch) {
    const int leap = std::abs(pitch - at.last_of_role);
    if (leap > kHandLeapWide) {
      value -= 4.0f;
    } else if (leap > kHandLeap) {
      value -= 1.5f;
    }
  }
  return value;
}

}  // namespace

float IdiomBias(const Setting& at, int pitch) {
  float value = 0;
  const uint32_t mask = ChordMask(at.chord);
  const bool belongs = mask == 0 || (mask >> (pitch % 12) & 1u) != 0;
  // Stray chromatics: neither the chord's nor the key's.
  if (!belongs && !(kMajorScale >> ((pitch - at.tonic + 120) % 12) & 1u)) value -= 2.5f;
  // The ensemble's bass says what the chord is.
  if (at.lowest_role && at.downbeat && at.below == kNoPitch && mask != 0) {
    const int above = (pitch - ChordRoot(at.chord) + 120) % 12;
    if (above == 0) value += 0.8f;
    if (above == 7) value -= 0.5f;
  }
  if (at.role == kKeysLow || at.role == kKeysHigh) value += KeyboardBias(at, pitch);
  // A choir does not patter on one note under a held tune.
  if (at.choir && pitch == at.last_of_role && at.melody != kNoPitch && !at.melody_starts) value -= 1.5f;
  return value;
}

}  // namespace ledgerline::tokens
