// A cover's piano roll, small enough for a page: one row of notes, a colour a part, bar lines, drums below.
#ifndef LEDGERLINE_TOOLS_DEMO_PAGE_PIANO_ROLL_H_
#define LEDGERLINE_TOOLS_DEMO_PAGE_PIANO_ROLL_H_

#include <string>

#include "inference/music/score.h"

namespace ledgerline::demo {

inline constexpr size_t kRollBars = 32;  // drawn at most, the first ones
inline constexpr int kRollBarsPerRow = 8;

// The first part, which has the melody, is red. Deterministic; a score without notes gives an empty picture.
// Source: Scalable Vector Graphics 1.1 (W3C, 2011).
std::string PianoRollSvg(const music::Score& score);

}  // namespace ledgerline::demo

#endif  // LEDGERLINE_TOOLS_DEMO_PAGE_PIANO_ROLL_H_
