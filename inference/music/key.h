// The key of a piece: one tonic and mode for the whole.
#ifndef LEDGERLINE_INFERENCE_MUSIC_KEY_H_
#define LEDGERLINE_INFERENCE_MUSIC_KEY_H_

#include <array>
#include <cstdint>
#include <string>

#include "inference/music/score.h"

namespace ledgerline::music {

struct KeyEstimate {
  int tonic_pitch_class = 0;  // 0 is C, 11 is B
  bool minor = false;
  double confidence = 0;  // 0 (no notes, or the second-best key fits as well) to 1
  friend bool operator==(const KeyEstimate&, const KeyEstimate&) = default;
};

// Ticks during which each pitch class sounds, all parts but drums added up. Element 0 is C.
std::array<int64_t, 12> PitchClassTicks(const Score& score);

// The key whose profile correlates best with PitchClassTicks, of 24. A key signature in the file is a strong prior: it
// leaves the keys of its own number of sharps or flats (major, or minor whatever the file says about the mode) ahead of
// all others unless the notes clearly speak against it; the bass of the first and of the last sounding moment tips the
// balance between relative keys. Deterministic. Source: Krumhansl, "Cognitive Foundations of Musical Pitch" (1990), key
// profiles; Temperley, "What's Key for Key?" (1999).
KeyEstimate EstimateKey(const Score& score);

// "G minor", "F# major", "Eb major": the customary spelling of the tonic.
std::string KeyName(const KeyEstimate& key);

// Sharps above zero, flats below, of the key's signature: -5 to 6.
int KeyFifths(const KeyEstimate& key);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_KEY_H_
