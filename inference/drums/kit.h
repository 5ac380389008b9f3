// Kit: the nine drums that the groove model speaks of, their General MIDI keys, and the styles that it was taught.
//
// Keys of the recording kit (a Roland TD-11, whose rims and edges have keys of their own) are folded into nine classes
// as the Groove MIDI Dataset's page proposes; each class has a plain key and one other articulation.
// Source: General MIDI Level 1 percussion map (RP-003); Gillick and others, "Learning to Groove with Inverse Sequence
// Transformations", ICML 2019, for the classes.
#ifndef LEDGERLINE_INFERENCE_DRUMS_KIT_H_
#define LEDGERLINE_INFERENCE_DRUMS_KIT_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace ledgerline::drums {

// In the order in which the hits of one step are decided.
enum Drum : int {
  kKick = 0,
  kSnare = 1,
  kClosedHat = 2,
  kOpenHat = 3,
  kRide = 4,
  kCrash = 5,
  kLowTom = 6,
  kMidTom = 7,
  kHighTom = 8,
};
inline constexpr int kDrums = 9;

struct DrumTraits {
  std::string_view name;
  int key;        // General MIDI
  int other_key;  // of the other articulation: side stick, pedal, bell, second cymbal; the same key where there is none
};
const DrumTraits& TraitsOf(int drum);

struct DrumKey {
  int drum = -1;  // -1: not a key of the kit
  bool other = false;
};
DrumKey DrumOfKey(int midi_key);

// Styles, after regrouping: afrobeat holds the highlife, soul the gospel of the data set.
inline constexpr int kGrooveStyles = 16;
std::string_view GrooveStyleName(int style);
int GrooveStyleNumber(std::string_view name);  // -1 when unknown
std::string GrooveStyleList();                 // "rock, funk, ..."
// Of the first word of a style in the data set's info.csv ("neworleans", "gospel"); -1 when unknown.
int GrooveStyleOfDataset(std::string_view primary);

}  // namespace ledgerline::drums

#endif  // LEDGERLINE_INFERENCE_DRUMS_KIT_H_
