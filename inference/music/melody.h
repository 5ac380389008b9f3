// The melody of a piece: the line that a listener would sing.
#ifndef LEDGERLINE_INFERENCE_MUSIC_MELODY_H_
#define LEDGERLINE_INFERENCE_MUSIC_MELODY_H_

#include <vector>

#include "inference/music/score.h"

namespace ledgerline::music {

struct Melody {
  int part = -1;            // index into Score::parts; -1 if the score has no pitched notes
  std::vector<Note> notes;  // monophonic: sorted by onset, no two at once, in the score's ticks
  friend bool operator==(const Melody&, const Melody&) = default;
};

// The part that carries the melody: one whose name or program says so (voice, soprano, melody, violin I, flute, ...),
// else the part that is highest, most single-voiced and most steadily present. -1 without pitched notes. Drum parts
// never.
int ChooseMelodyPart(const Score& score);

// The top line of one part: of notes that start together the highest, unless a higher note still sounds and outlasts
// them (an inner voice moving under a held note); each note ends where the next begins at the latest.
std::vector<Note> Skyline(const std::vector<Note>& notes);

// The skyline of the chosen part. Deterministic.
Melody FindMelody(const Score& score);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_MELODY_H_
