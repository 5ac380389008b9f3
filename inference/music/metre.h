// The metre of a piece, found from its notes: how long its bars are, how they are counted, and where the first begins.
//
// Numbers of the piece (metre_features.h) are weighed by small trees for each of thirteen metres, fitted to the
// training corpus by gradient boosting (Friedman, "Greedy function approximation", 2001); they speak for and against
// it. The best profile's place says where bars begin. Integers only. How well: docs/analysis.md.
#ifndef LEDGERLINE_INFERENCE_MUSIC_METRE_H_
#define LEDGERLINE_INFERENCE_MUSIC_METRE_H_

#include <array>
#include <cstdint>

#include "inference/music/score.h"

namespace ledgerline::music {

inline constexpr int64_t kMetreSlotTicks = 6;  // a sixteenth of the grid
inline constexpr int kKnownMetres = 13;

struct KnownMetre {
  int numerator, denominator;
  int Slots() const { return numerator * 16 / denominator; }  // sixteenths of a bar
};
// In the order of metre_profiles.cc and metre_trees.cc.
inline constexpr std::array<KnownMetre, kKnownMetres> kMetresKnown = {
    {{2, 4}, {3, 4}, {4, 4}, {2, 2}, {3, 2}, {2, 1}, {4, 2}, {3, 8}, {6, 8}, {9, 8}, {12, 8}, {6, 4}, {3, 1}}};

struct MetreEstimate {
  int numerator = 4;
  int denominator = 4;
  int64_t first_bar = 0;  // tick of the first whole bar's line; what stands before is a pickup
  int64_t lead = 0;       // thousandths of a nat over the best metre with bars of another length; 0: cannot tell
  friend bool operator==(const MetreEstimate&, const MetreEstimate&) = default;
};

// Of a quantised score; what it states itself is not looked at. 4/4 without notes.
MetreEstimate FindMetre(const Score& grid);

// The metre that holds for at least four fifths of the piece's time in bars of full length, with its first bar line;
// numerator 0 if there is none.
MetreEstimate StatedMetre(const Score& grid);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_METRE_H_
