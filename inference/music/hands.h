// One keyboard part, divided between two hands.
#ifndef LEDGERLINE_INFERENCE_MUSIC_HANDS_H_
#define LEDGERLINE_INFERENCE_MUSIC_HANDS_H_

#include <vector>

#include "inference/music/score.h"

namespace ledgerline::music {

struct Hands {
  std::vector<Note> right;
  std::vector<Note> left;
};

// `notes` sorted by onset. Of the notes that start together the upper ones go to the right hand, the lower ones to the
// left, so that no hand spans much more than an octave and both stay near to where they were.
Hands DivideHands(const std::vector<Note>& notes);

// True for a part on a keyboard or harp that reaches from the bass into the treble.
bool NeedsTwoStaves(const Part& part);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_HANDS_H_
