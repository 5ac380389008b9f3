// The metre of a piece, found from its notes: how long its bars are, how they are counted, and where the first begins.
//
// Each sixteenth of the piece shows one of a few sights: nothing, notes above the bass, the bass on the same or another
// pitch class; and how long the longest note that starts there is. How much more often each sight stands at one place
// of the bar than at others is counted for thirteen metres in the training corpus (metre_profiles.cc). How well each of
// them fits, how far the piece resembles itself one bar later, and how long its notes are, are weighed together by a
// linear rule that was fitted to the same pieces (metre_weights.cc). Integers only. Source of the idea: Temperley,
// "Music and Probability" (2007), chapter 3. How well: docs/analysis.md.
#ifndef LEDGERLINE_INFERENCE_MUSIC_METRE_H_
#define LEDGERLINE_INFERENCE_MUSIC_METRE_H_

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "inference/music/score.h"

namespace ledgerline::music {

inline constexpr int64_t kMetreSlotTicks = 6;  // a sixteenth of the grid
inline constexpr int kMetreSights = 13;
inline constexpr int kKnownMetres = 13;

struct KnownMetre {
  int numerator, denominator;
  int Slots() const { return numerator * 16 / denominator; }
};
// In the order of metre_profiles.cc.
inline constexpr std::array<KnownMetre, kKnownMetres> kMetresKnown = {
    {{2, 4}, {3, 4}, {4, 4}, {2, 2}, {3, 2}, {2, 1}, {4, 2}, {3, 8}, {6, 8}, {9, 8}, {12, 8}, {6, 4}, {3, 1}}};

struct MetreEstimate {
  int numerator = 4;
  int denominator = 4;
  int64_t first_bar = 0;  // tick of the first whole bar's line; what stands before is a pickup
  int64_t lead = 0;       // of the rule's points over the best metre with bars of another length; 0: cannot tell
  friend bool operator==(const MetreEstimate&, const MetreEstimate&) = default;
};

// Of a quantised score; what it states itself is not looked at. 4/4 without notes.
MetreEstimate FindMetre(const Score& grid);

// The metre that holds for at least four fifths of the piece's time in bars of full length, with its first bar line;
// numerator 0 if there is none.
MetreEstimate StatedMetre(const Score& grid);

// What each sixteenth shows, 0 to kMetreSights - 1; for FindMetre, and for who counts the profiles.
std::vector<uint8_t> MetreSights(const Score& grid);

// The profile of one known metre: for each slot of the bar and each sight, hundredths of a nat that the sight is
// likelier there than anywhere in the bar.
std::span<const int16_t> MetreProfile(int metre);

// What the rule weighs, each about -1,000 to 1,000; the last is always 1,000. And its weights for one known metre.
inline constexpr int kMetreFeatures = kKnownMetres + 27;
std::array<int, kMetreFeatures> MetreFeatures(const Score& grid);
std::span<const int16_t> MetreWeights(int metre);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_METRE_H_
