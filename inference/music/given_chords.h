// Chord symbols that a file states, as chords over its bars.
#ifndef LEDGERLINE_INFERENCE_MUSIC_GIVEN_CHORDS_H_
#define LEDGERLINE_INFERENCE_MUSIC_GIVEN_CHORDS_H_

#include <vector>

#include "inference/music/chords.h"
#include "inference/music/score.h"

namespace ledgerline::music {

// Markers that are chord symbols (ParseChordSymbol), each holding until the next; before the first there is none. They
// cover the bars without gaps. Empty if the symbols hold for less than half of the time.
std::vector<ChordSpan> GivenChords(const Score& grid, const std::vector<Bar>& bars);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_GIVEN_CHORDS_H_
