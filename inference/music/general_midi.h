// General MIDI: the 128 instruments by number and name, and the pitches that each can play.
//
// Names are those of the standard in lower case with hyphens: "acoustic-grand-piano", "string-ensemble-1", "flute".
// Ranges are written ranges of the instruments at sounding pitch, rounded to what orchestration books agree on;
// synthetic sounds have all pitches. Source: General MIDI Level 1 (RP-003).
#ifndef LEDGERLINE_INFERENCE_MUSIC_GENERAL_MIDI_H_
#define LEDGERLINE_INFERENCE_MUSIC_GENERAL_MIDI_H_

#include <string_view>

namespace ledgerline::music {

// 0 to 127 in, never empty.
std::string_view ProgramName(int program);
// By name, by a short name of some ("piano", "violin", "organ", "choir", "strings"), or "0" to "127"; -1 when unknown.
int ProgramNumber(std::string_view name);

struct PitchRange {
  int lowest = 0;
  int highest = 127;
};
PitchRange RangeOfProgram(int program);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_GENERAL_MIDI_H_
