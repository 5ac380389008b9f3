// Fretboard: whether one hand can hold some notes of a guitar at once.
//
// Six strings in standard tuning (E2 A2 D3 G3 B3 E4, MIDI 40 45 50 55 59 64), 19 frets. Higher notes lie on higher
// strings; open strings cost nothing; the fretted ones lie within four frets of each other, the reach of a hand without
// a stretch. Fingers are not counted one by one: neighbours at one fret are barred.
#ifndef LEDGERLINE_INFERENCE_TOKENS_FRETBOARD_H_
#define LEDGERLINE_INFERENCE_TOKENS_FRETBOARD_H_

#include <vector>

namespace ledgerline::tokens {

// `held` and `pitch` are MIDI pitches, sounding, in any order. The same pitch twice needs two strings.
bool PlayableOnGuitar(const std::vector<int>& held, int pitch);

}  // namespace ledgerline::tokens

#endif  // LEDGERLINE_INFERENCE_TOKENS_FRETBOARD_H_
