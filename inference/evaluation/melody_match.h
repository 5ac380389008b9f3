// MelodyMatch: is the song's melody in the cover? F1 of (onset within a twenty-fourth of a beat, pitch after the
// declared transposition), on the notes of the files themselves.
#ifndef LEDGERLINE_INFERENCE_EVALUATION_MELODY_MATCH_H_
#define LEDGERLINE_INFERENCE_EVALUATION_MELODY_MATCH_H_

#include <vector>

#include "inference/music/score.h"

namespace ledgerline::evaluation {

// Onsets in ticks of 24 a quarter. `sung` is the cover's melody, `song` the source's; `shift` is the transposition that
// was declared, in semitones, `delay` the cover's onset of the source's tick 0. Each note matches one other at most,
// the nearest first. 1 when both are empty.
double MelodyF1(const std::vector<music::Note>& sung, const std::vector<music::Note>& song, int shift, int64_t delay);

}  // namespace ledgerline::evaluation

#endif  // LEDGERLINE_INFERENCE_EVALUATION_MELODY_MATCH_H_
