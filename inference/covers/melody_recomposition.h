// MelodyRecomposition: some bars of a melody told anew by a model that was taught the melody's role; what carries the
// tune stays.
//
// Every second bar is hidden and composed, with the bars between as context. Of a hidden bar the structural notes are
// put back (its first beat, the middle of an even bar, notes of two beats and more), and the model's notes stand
// between them. Of the candidates the smoothest line stays: small moves, the chord on beats, a rhythm that the song
// has. Bars are taken, the smoothest first, as long as the F1 of (onset, pitch) against the melody as it was allows.
// Beside the rules of melody_variation.h: docs/decisions/0023-free-melodies.md.
#ifndef LEDGERLINE_INFERENCE_COVERS_MELODY_RECOMPOSITION_H_
#define LEDGERLINE_INFERENCE_COVERS_MELODY_RECOMPOSITION_H_

#include "inference/covers/composer.h"
#include "inference/covers/melody_variation.h"
#include "inference/covers/style_book.h"

namespace ledgerline::covers {

inline constexpr int kRecompositionCandidates = 8;

// Whether a note carries the tune, as above.
bool IsStructural(const tokens::PieceBar& bar, const tokens::MelodyNote& note);

// Varies the stretches in place and counts the bars that were told anew in each. The F1 of each stretch stays at least
// (1000 - freedom) thousandths. Errors: those of ComposeAll.
Result<std::vector<int>> RecomposeMelody(model::Decoder* decoder, const StyleTraits& style,
                                         const std::vector<FreeStretch>& stretches, uint64_t seed,
                                         tokens::Piece* piece);

// For BuildRemix: the model's bars, and the rules of VaryMelody where it has none to offer. With a decoder that was not
// taught the melody's role, the rules alone. `decoder` and `bars` outlive it; `bars` is set to the number of bars that
// the model told anew.
MelodyVarier VaryByModel(model::Decoder* decoder, const StyleTraits& style, uint64_t seed, int* bars);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_MELODY_RECOMPOSITION_H_
