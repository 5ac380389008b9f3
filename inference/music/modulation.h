// Keys over time: which key each bar of a piece is in.
#ifndef LEDGERLINE_INFERENCE_MUSIC_MODULATION_H_
#define LEDGERLINE_INFERENCE_MUSIC_MODULATION_H_

#include <cstddef>
#include <vector>

#include "inference/music/key.h"
#include "inference/music/score.h"

namespace ledgerline::music {

// Bars [first_bar, end_bar) in one key; `key.confidence` is 0.
struct KeySpan {
  size_t first_bar = 0;
  size_t end_bar = 0;
  KeyEstimate key;
  friend bool operator==(const KeySpan&, const KeySpan&) = default;
};

// The keys of a quantised score, in order and without gaps; neighbours differ. A Viterbi search over the 24 keys weighs
// the pitch classes that sound in and around each bar (Krumhansl and Kessler's profiles) against the cost of a change,
// which grows with the distance on the circle of fifths; staying in `home` is a little cheaper. A stated signature is
// looked at only if `trust_signature`. Integers only. Empty without bars. Source: Temperley, "What's Key for Key?"
// (1999), section 4, modulation by dynamic programming.
std::vector<KeySpan> FindKeys(const Score& grid, const std::vector<Bar>& bars, const KeyEstimate& home,
                              bool trust_signature = true);

// The key that holds longest, in ticks; ties go to the earlier. C major without spans.
KeyEstimate LongestKey(const std::vector<KeySpan>& spans, const std::vector<Bar>& bars);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_MODULATION_H_
