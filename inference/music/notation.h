// From notes in ticks to what stands on a staff: voices, written values, ties, tuplets and rests, bar by bar.
#ifndef LEDGERLINE_INFERENCE_MUSIC_NOTATION_H_
#define LEDGERLINE_INFERENCE_MUSIC_NOTATION_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "inference/music/score.h"

namespace ledgerline::music {

// A chord, a rest or a gap of one written value.
struct NotatedEvent {
  int64_t start = 0;  // ticks of the score
  int64_t ticks = 0;
  std::vector<Note> notes;  // empty: a rest or gap; whole notes as they were placed, of which this is a stretch
  bool gap = false;         // silence that is not written (in a second voice)
  bool whole_bar = false;   // a rest for the whole bar, whatever its length
  std::string_view type;    // "quarter", "eighth", ...; empty if no value has this length
  int dots = 0;
  bool tuplet = false;  // three in the time of two
  bool tuplet_start = false;
  bool tuplet_stop = false;
  bool tie_start = false;
  bool tie_stop = false;
};

using NotatedVoice = std::vector<NotatedEvent>;  // fills its bar without gaps

// One staff: for each bar its voices; the first is always there. `notes` on the grid of kGridTicks, sorted.
std::vector<std::vector<NotatedVoice>> Notate(const std::vector<Note>& notes, const std::vector<Bar>& bars);

// The notes moved to places that can be written: in each beat (an eighth where the metre counts eighths) onsets and
// ends lie on thirty-seconds or on sixteenth triplets; what lies elsewhere goes to the nearest place of the better of
// the two. What fits stays. Notate does this first.
std::vector<Note> OnWritablePlaces(const std::vector<Note>& notes, const std::vector<Bar>& bars);

// Drum hits as a drummer reads them. A performance keeps its micro-timing in MIDI; on paper each bar is straight, in
// sixteenths, or in triplets, whichever lies nearer to more of its beats, of equals as the bar before; a beat (a
// quarter, or the eighth of a metre that counts eighths, which has no triplets) that lies clearly nearer to the other
// is written so. A hit a little before a beat is that beat's. All last until the next hit or the beat's end, so that
// one voice holds them; of two hits of one drum in one place the louder stays. Bars from BarsOf; hits beyond them are
// left out.
std::vector<Note> AsDrumHits(const std::vector<Note>& notes, const std::vector<Bar>& bars);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_NOTATION_H_
