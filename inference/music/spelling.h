// How a pitch is spelt in a key: C sharp or D flat.
#ifndef LEDGERLINE_INFERENCE_MUSIC_SPELLING_H_
#define LEDGERLINE_INFERENCE_MUSIC_SPELLING_H_

#include <string>

#include "inference/music/chords.h"
#include "inference/music/score.h"

namespace ledgerline::music {

struct Spelling {
  char step = 'C';  // A to G
  int alter = 0;    // sharps above zero
  int octave = 4;   // of the step: B sharp 3 sounds as C 4
  friend bool operator==(const Spelling&, const Spelling&) = default;
};

// `pitch` 0 to 127. The twelve pitch classes are spelt by the twelve names on the line of fifths around the key: from
// three fifths under the tonic of the major key to eight above it, for a minor key from two under the relative major's
// to nine above, so that C major has E flat and G sharp, and A minor has D sharp and B flat. Source: Temperley, "The
// Cognition of Basic Musical Structures" (2001), chapter 5, the line of fifths.
Spelling SpellPitch(int pitch, const Key& key);

// ChordName with its root spelt in the key: "Gb" in D flat major, where ChordName says "F#".
std::string SpelledChordName(const ChordSpan& chord, const Key& key);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_SPELLING_H_
