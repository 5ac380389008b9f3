// RemixMaterial: what can be done to a planned piece before it is composed: another key, another mode, another metre,
// another piece's chords. All in integers, all on melody and chords together.
#ifndef LEDGERLINE_INFERENCE_COVERS_REMIX_MATERIAL_H_
#define LEDGERLINE_INFERENCE_COVERS_REMIX_MATERIAL_H_

#include "inference/covers/style_book.h"
#include "inference/music/score.h"
#include "inference/tokens/piece.h"
#include "schemas/status.h"

namespace ledgerline::covers {

// The piece `semitones` higher, and the melody an octave off that where it fits the lead's range better.
tokens::Piece InKey(const tokens::Piece& piece, int semitones, int lead_lowest, int lead_highest);

// From major to minor or back, on the tonic `tonic`: third, sixth and seventh degrees move, and chords with them;
// dominants stay, and leading notes over them.
tokens::Piece InMode(const tokens::Piece& piece, int tonic, bool minor);

// Semitones, -6 to 5, that bring `other` nearest to `piece`: the largest sum of products of their pitch classes' times
// (chords and melody); of equals the smallest move, down before up.
int KeyMatch(const tokens::Piece& piece, const tokens::Piece& other);

// A song in 3/4 told in 4/4: the first beat is held for two. In compound metres the first eighth of three is, and the
// beat becomes a half note. Other metres of four and two stay.
// Errors: kFailedPrecondition (another metre), those of FrameScore.
Result<music::Score> InFour(const music::Score& score);

// Bars of `chords` to begin with, so that the melody of `melody` lies best over them, bar by bar and round and round.
size_t OverlayOffset(const tokens::Piece& melody, const tokens::Piece& chords);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_REMIX_MATERIAL_H_
