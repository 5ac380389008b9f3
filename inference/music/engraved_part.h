// The parts of a score as they are engraved: which staves belong together, under which clefs, and where drums stand.
#ifndef LEDGERLINE_INFERENCE_MUSIC_ENGRAVED_PART_H_
#define LEDGERLINE_INFERENCE_MUSIC_ENGRAVED_PART_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "inference/music/score.h"

namespace ledgerline::music {

// One part of the document: one or several staves.
struct EngravedPart {
  std::string name;
  int program = 0;
  bool drums = false;
  std::vector<std::vector<Note>> staves;
};

// Of a score on the grid, with its bars. Consecutive parts "NAME staff 1", "NAME staff 2", or "NAME right hand", "NAME
// left hand", share one; a keyboard's single part is divided between two hands.
std::vector<EngravedPart> EngravedParts(const Score& grid, const std::vector<Bar>& bars);

struct Clef {
  std::string_view sign = "G";
  int line = 2;
  int octave_change = 0;
  friend bool operator==(const Clef&, const Clef&) = default;
};

// One clef for the whole staff, as all but keyboards and harps have (hand_clefs.h).
Clef ClefFor(const EngravedPart& part, const std::vector<Note>& notes, size_t staff);

// Where a drum stands on the staff of a percussion clef, as on a treble staff, and whether it has a cross for a head.
// Source: Weinberg, "Guide to Standardized Drumset Notation" (1998).
struct DrumPlace {
  int drum;  // General MIDI
  const char* step;
  int octave;
  bool cross = false;
};
DrumPlace PlaceOfDrum(int drum);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_ENGRAVED_PART_H_
