// MelodyVariation: a melody told a little differently, by seeded rules, so that it stays the song's.
//
// Notes on strong beats (a bar's first, and the middle of an even bar) always stay. Elsewhere: a passing note of the
// scale between two notes a third or more apart; a neighbour note before a return; a long note repeated in its second
// half; an even pair made long-short. Every change is paid for, so that the F1 of (onset, pitch) against the melody as
// it was never falls below 0.9: a note added costs 0.9 of a note, a note moved two; the budget is a fifth of the notes.
#ifndef LEDGERLINE_INFERENCE_COVERS_MELODY_VARIATION_H_
#define LEDGERLINE_INFERENCE_COVERS_MELODY_VARIATION_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "inference/tokens/piece.h"
#include "schemas/status.h"

namespace ledgerline::covers {

struct Variation {
  int added = 0;  // notes that were not there
  int moved = 0;  // notes whose onset changed
};

// Varies bars [first, last) in place. `freedom`: per cent of the budget that may be spent. Errors: none; freedom 0 does
// nothing.
Variation VaryMelody(tokens::Piece* piece, size_t first, size_t last, int freedom, uint64_t seed);

// Bars [first, last) whose melody is free, and how much of the tolerance may be used, 1 to 100 per cent.
struct FreeStretch {
  size_t first = 0, last = 0;
  int freedom = 0;
};
// Varies the melody of all stretches of a piece. Where there is none, the rules above do (melody_recomposition.h has
// another).
using MelodyVarier = std::function<Status(const std::vector<FreeStretch>&, tokens::Piece*)>;

// F1 of (onset within one tick, pitch) of the notes struck in two pieces with the same bars, in thousandths.
int64_t MelodyAccuracyPermille(const tokens::Piece& varied, const tokens::Piece& original);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_MELODY_VARIATION_H_
