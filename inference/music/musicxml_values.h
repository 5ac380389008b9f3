// Values of MusicXML elements, each for itself: numbers within bounds, metres, pitches, tempos, repeat signs. `here`
// names the place for messages ("MusicXML: part 1, measure 3: "). Errors: kInvalidArgument (not such a value),
// kOutOfRange (names element, value and bound).
#ifndef LEDGERLINE_INFERENCE_MUSIC_MUSICXML_VALUES_H_
#define LEDGERLINE_INFERENCE_MUSIC_MUSICXML_VALUES_H_

#include <string>
#include <string_view>

#include "inference/music/playing_order.h"
#include "inference/music/score.h"
#include "schemas/status.h"

namespace pugi {
class xml_node;
}

namespace ledgerline::music {

// An element's text on one line, what cannot be printed left out.
std::string TextOf(const pugi::xml_node& node);

// A number of `node`, within bounds; `name` is for the message.
Result<double> NumberOf(const pugi::xml_node& node, std::string_view name, double low, double high,
                        const std::string& here);
Result<int> WholeOf(const pugi::xml_node& node, std::string_view name, int low, int high, const std::string& here);

// Of a <time>: "3" over "4"; "3+2" over "8"; several pairs, which are added up.
Result<Metre> MetreOf(const pugi::xml_node& time, const std::string& here);

// The sounding MIDI number of a <pitch>, `transpose` semitones above the written one.
Result<int> PitchOf(const pugi::xml_node& pitch, int transpose, const std::string& here);

// 1 to 127, of dynamics in per cent of the usual.
int VelocityOf(double dynamics);

// Quarter notes a minute of a metronome mark; 0 for what it does not state as a number ("c. 80", one note = another).
double MetronomeBpm(const pugi::xml_node& metronome);

// Repeats and endings of a <barline>.
void ReadBarline(const pugi::xml_node& barline, MeasureSigns* signs);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_MUSICXML_VALUES_H_
