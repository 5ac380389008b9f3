// Held notes: how long the notes of a composed part last once they are written. No pitch and no onset changes.
#ifndef LEDGERLINE_INFERENCE_COVERS_HELD_NOTES_H_
#define LEDGERLINE_INFERENCE_COVERS_HELD_NOTES_H_

#include <vector>

#include "inference/music/score.h"
#include "inference/tokens/piece.h"

namespace ledgerline::covers {

// All work on the notes of one part in grid ticks of `piece`, whose bars they lie in, sorted by onset and pitch.

// Ends each note of a single line, or each restruck pitch of a chordal part, where the next begins. Sorts first.
void CutOverlaps(std::vector<music::Note>* notes, bool single_line);

// A note that ends on a sixteenth, with less than an eighth to the next eighth, lasts until there, or until its hand's
// next attack: nobody plays a thirty-second and two rests. `others` are what the same hand plays beside `notes`, sorted
// by onset; they stay.
void CloseShortRests(const tokens::Piece& piece, const std::vector<music::Note>& others,
                     std::vector<music::Note>* notes);

// Strings that accompany hold a note of an eighth and more until they have the next one, up to a beat, or to the bar's
// end while its chord goes on, or has the note too: what stops in the middle of nowhere is a bar that hangs. Where the
// melody rests for a beat and more they rest with it. `notes` are one part's, cut already.
void HoldStrings(const tokens::Piece& piece, const std::vector<music::Note>& melody, std::vector<music::Note>* notes);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_HELD_NOTES_H_
