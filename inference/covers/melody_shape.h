// MelodyShape: numbers of a melody that say whether it can be sung and whose it could be, in integers: candidates of
// composed melodies are ranked by them.
#ifndef LEDGERLINE_INFERENCE_COVERS_MELODY_SHAPE_H_
#define LEDGERLINE_INFERENCE_COVERS_MELODY_SHAPE_H_

#include <cstdint>

#include "inference/tokens/piece.h"

namespace ledgerline::covers {

// Of bars [first, end) of a piece, in thousandths: what makes a melody singable.
struct MelodyShape {
  int notes = 0;
  int steps_permille = 0;     // of moves, those of at most two semitones (repeated notes are no moves)
  int leaps_permille = 0;     // of moves, those of more than seven
  int rests_permille = 0;     // of the time
  int chord_permille = 0;     // of notes on beats, those of the chord
  int repeated_permille = 0;  // of notes, those that repeat the one before
  int lowest = 0, highest = 0;
  // The lower the better: distances from the song's own shape, and from `wanted_notes`.
  int64_t Cost(const MelodyShape& song, int wanted_notes) const;
};
MelodyShape ShapeOf(const tokens::Piece& piece, size_t first, size_t end);

// Of the pairs of moves in bars [first, end), those that bars [0, song_end) have too, in thousandths: two moves of
// pitch and time, one after the other. Between people's songs of the split valid it is some 80; in one song far more.
int MotifsPermille(const tokens::Piece& piece, size_t song_end, size_t first, size_t end);

// How rough the line is in bar `bar` and at both its ends, in hundredths a note; 0 is stepwise and in the chords.
int64_t Roughness(const tokens::Piece& piece, size_t bar);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_MELODY_SHAPE_H_
