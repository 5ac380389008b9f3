// Elements that the MusicXML writer appends to a measure: notes and rests, metronome marks, chord symbols and rehearsal
// marks. Source: MusicXML 4.0; which of it is written: docs/formats/musicxml.md.
#ifndef LEDGERLINE_INFERENCE_MUSIC_MUSICXML_ELEMENTS_H_
#define LEDGERLINE_INFERENCE_MUSIC_MUSICXML_ELEMENTS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "inference/music/engraved_part.h"
#include "inference/music/notation.h"
#include "inference/music/score.h"

namespace pugi {
class xml_node;
}

namespace ledgerline::music {

void AppendText(pugi::xml_node parent, const char* name, const std::string& text);
void AppendNumber(pugi::xml_node parent, const char* name, int64_t number);

// The id of a document's part, "P1" for index 0.
std::string PartId(size_t index);

// One written chord, rest or gap. `index`: the part's; `staff` from 0, `voice` from 1.
void AppendEvent(pugi::xml_node measure, const NotatedEvent& event, const EngravedPart& part, size_t index,
                 const Key& key, size_t staff, size_t voice);
// A tempo that holds from a place in the bar, counted in the metre's beats.
void AppendTempo(pugi::xml_node measure, const Tempo& tempo, const Bar& bar, const Metre& metre);
// A chord symbol, spelled in the key, or a rehearsal mark.
void AppendMarker(pugi::xml_node measure, const Marker& marker, const Bar& bar, const Key& key);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_MUSICXML_ELEMENTS_H_
