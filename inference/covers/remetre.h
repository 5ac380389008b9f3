// Remetre: a song in two or four, told in three.
//
// A dance in three cannot lie under bars of four. Each pair of beats becomes one bar of three: the first beat is held
// for two, the second keeps its length (long-short, as waltz arrangements of songs in four have it). A compound beat
// (three eighths) becomes a bar of three quarters. Pitches stay; the order of notes stays; the rhythm bends, and the
// cover's record says so.
#ifndef LEDGERLINE_INFERENCE_COVERS_REMETRE_H_
#define LEDGERLINE_INFERENCE_COVERS_REMETRE_H_

#include "inference/tokens/arranger.h"

namespace ledgerline::covers {

inline constexpr int kTripleBarTicks = 72;

// Whether most bars are in three already (3/4 after framing).
bool IsTriple(const tokens::Framed& framed);

// Replaces bars and moves all notes; bars already in three stay. Chords and melody are to be filled in afterwards.
// Errors: kFailedPrecondition (a metre that has no such reading, such as 5/4), kOutOfRange (too many bars).
Result<tokens::Framed> InThree(const tokens::Framed& framed);

// How much longer the piece got, in thousandths, for keeping its pace: 1500 when every pair of beats became three.
int64_t StretchPermille(const tokens::Framed& before, const tokens::Framed& after);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_REMETRE_H_
