// The clefs of a keyboard's or harp's staff, bar by bar: a hand that lies in the other clef for long is written there.
#ifndef LEDGERLINE_INFERENCE_MUSIC_HAND_CLEFS_H_
#define LEDGERLINE_INFERENCE_MUSIC_HAND_CLEFS_H_

#include <vector>

#include "inference/music/engraved_part.h"
#include "inference/music/score.h"

namespace ledgerline::music {

// One clef for each of `bars`, treble or bass, so that the ledger lines and the changes together cost least: a change
// costs as much as a bar whose notes lie an octave beyond the staff, and so does a beginning in the other hand's clef:
// the first staff's (`staff` 0) is the treble, the others' the bass. Notes count in the bar where they begin. `notes`
// sorted.
std::vector<Clef> HandClefs(const std::vector<Note>& notes, size_t staff, const std::vector<Bar>& bars);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_HAND_CLEFS_H_
