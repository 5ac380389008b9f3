// StyleFeatures: what a listener could tell a style by, from the accompaniment alone, as numbers.
//
// Only onsets, pitches and durations of the events and the bar lines are read; not the parts' names or instruments, the
// melody, the chords that were planned, nor any metadata. Bars beyond the first 64 are not read, so that long pieces
// and short ones are alike.
#ifndef LEDGERLINE_INFERENCE_EVALUATION_STYLE_FEATURES_H_
#define LEDGERLINE_INFERENCE_EVALUATION_STYLE_FEATURES_H_

#include <vector>

#include "inference/tokens/piece.h"

namespace ledgerline::evaluation {

inline constexpr size_t kFeatureBars = 64;

// The same number of features for every piece. Empty for a piece without events.
std::vector<double> StyleFeatures(const tokens::Piece& piece);

}  // namespace ledgerline::evaluation

#endif  // LEDGERLINE_INFERENCE_EVALUATION_STYLE_FEATURES_H_
