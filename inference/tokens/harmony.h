// Harmony: one chord for each beat of a bar, by template matching and Viterbi smoothing, as the model is told it.
//
// The same function labels the training corpus and the song to be covered, so that a chord means the same in both. It
// is finer than music::FindChords, which reports one chord for each beat group to people.
#ifndef LEDGERLINE_INFERENCE_TOKENS_HARMONY_H_
#define LEDGERLINE_INFERENCE_TOKENS_HARMONY_H_

#include <cstdint>
#include <vector>

#include "inference/music/score.h"
#include "inference/tokens/piece.h"

namespace ledgerline::tokens {

// Fills `chords` of every bar. `starts[k]` is the tick at which bars[k] begins; `notes` are all that sound, in the same
// ticks, in any order. A beat without notes keeps the chord before it. Integer arithmetic: the same on every machine.
void LabelChords(const std::vector<music::Note>& notes, const std::vector<int64_t>& starts,
                 std::vector<PieceBar>* bars);

// The pitch class of the major tonic whose scale holds most of the sounding time; ties to the nearest to C by fifths.
int DiatonicTonic(const std::vector<music::Note>& notes);

}  // namespace ledgerline::tokens

#endif  // LEDGERLINE_INFERENCE_TOKENS_HARMONY_H_
