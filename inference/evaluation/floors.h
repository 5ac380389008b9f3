// Floors: accompaniments that cost nothing, which a model must beat to be worth anything. Each takes a planned piece
// (melody, chords, bars) and fills its events.
#ifndef LEDGERLINE_INFERENCE_EVALUATION_FLOORS_H_
#define LEDGERLINE_INFERENCE_EVALUATION_FLOORS_H_

#include "inference/tokens/piece.h"

namespace ledgerline::evaluation {

// The melody once more, as the right hand's notes.
tokens::Piece MelodyAgain(const tokens::Piece& plan);

// The planned chords, each held until the next, in the octave below middle C.
tokens::Piece BlockChords(const tokens::Piece& plan);

// The accompaniment of another piece, moved to the plan's key by the fewest semitones, bar by bar from its beginning
// and around again; events beyond a shorter bar are left out. `other` has bars.
tokens::Piece AnotherAccompaniment(const tokens::Piece& plan, const tokens::Piece& other);

}  // namespace ledgerline::evaluation

#endif  // LEDGERLINE_INFERENCE_EVALUATION_FLOORS_H_
