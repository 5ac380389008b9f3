// Held notes: how long the notes of a composed part last once they are written. No pitch and no onset changes.
#ifndef LEDGERLINE_INFERENCE_COVERS_HELD_NOTES_H_
#define LEDGERLINE_INFERENCE_COVERS_HELD_NOTES_H_

#include <map>
#include <vector>

#include "inference/music/score.h"
#include "inference/tokens/piece.h"

namespace ledgerline::covers {

// All work on the notes of one part in grid ticks of `piece`, whose bars they lie in, sorted by onset and pitch.

inline constexpr int kHandReach = 14;  // semitones; what a hand leaves behind when it goes farther, it lets go

// Whether a note of `role` ends where a later one of it begins: in a single line always; of a player of chords when it
// is struck again, and on keys when the hand goes out of reach.
bool EndsWhere(int role, int pitch, int next_pitch);

// Ends the notes of `role` there. Sorts first.
void CutOverlaps(std::vector<music::Note>* notes, int role);

// A note that ends on a sixteenth, with less than an eighth to the next eighth, lasts until there, or until its hand's
// next attack: nobody plays a thirty-second and two rests. `others` are what the same hand plays beside `notes`, sorted
// by onset; they stay.
void CloseShortRests(const tokens::Piece& piece, const std::vector<music::Note>& others,
                     std::vector<music::Note>* notes);

// Lines that accompany hold a note of an eighth and more until they have the next one, up to a beat; with
// `to_bar_end`, as strings do, also to the bar's end while its chord goes on, or has the note too: what stops in the
// middle of nowhere is a bar that hangs. Where the melody rests for a beat and more they rest with it. `notes` are one
// part's, cut already.
void HoldLine(const tokens::Piece& piece, const std::vector<music::Note>& melody, bool to_bar_end,
              std::vector<music::Note>* notes);

// Where all hands have stopped for a beat and more though the melody goes on, they hold what they struck last until
// they strike again, or to the bar's end, while the chord goes on or has the note. `by_role` has the parts of players
// of chords alone.
void HoldHands(const tokens::Piece& piece, const std::vector<music::Note>& melody,
               std::map<int, std::vector<music::Note>>* by_role);

}  // namespace ledgerline::covers

#endif  // LEDGERLINE_INFERENCE_COVERS_HELD_NOTES_H_
