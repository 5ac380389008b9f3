// Likeness: how much an accompaniment has in common with another one of the same bars. Chroma stands with the product's
// own measures (covers::ChromaSimilarity); here are groove and chords.
//
// Definitions: von Rütte, Biggio, Kilcher and Hofmann, "FIGARO: Controllable music generation using learned and expert
// features", ICLR 2023, section 4 and src/evaluate.py: cosine of onset counts convolved with [1, 4, 1]; F1 of the sets
// of chords of a bar.
#ifndef LEDGERLINE_INFERENCE_EVALUATION_LIKENESS_H_
#define LEDGERLINE_INFERENCE_EVALUATION_LIKENESS_H_

#include "inference/tokens/piece.h"

namespace ledgerline::evaluation {

// Mean over bars with events on both sides of the cosine of onset counts per sixteenth, convolved with [1, 4, 1];
// 0 when there are none.
double GrooveSimilarity(const tokens::Piece& a, const tokens::Piece& b);

// Do the events alone say the chords that `reference` states? The chords of `piece` are heard anew in its events
// (tokens::LabelChords), and the sets of triads of each bar are compared: mean F1 over bars where both have one.
double ChordAgreement(const tokens::Piece& piece, const tokens::Piece& reference);

}  // namespace ledgerline::evaluation

#endif  // LEDGERLINE_INFERENCE_EVALUATION_LIKENESS_H_
