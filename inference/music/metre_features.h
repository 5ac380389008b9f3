// What finding a metre looks at: numbers of a quantised score that differ between pieces of different metres, and the
// trees that weigh them. Integers only, so that every machine finds the same.
//
// Each sixteenth of the piece shows one of a few sights: nothing, notes above the bass, the bass on the same or another
// pitch class; and how long the longest note that starts there is. How much more often each sight stands at one place
// of the bar than at others is counted for thirteen metres in the training corpus (metre_profiles.cc). Source of the
// idea: Temperley, "Music and Probability" (2007), chapter 3.
#ifndef LEDGERLINE_INFERENCE_MUSIC_METRE_FEATURES_H_
#define LEDGERLINE_INFERENCE_MUSIC_METRE_FEATURES_H_

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "inference/music/metre.h"

namespace ledgerline::music {

inline constexpr int kMetreSights = 13;

// What each sixteenth shows, 0 to kMetreSights - 1. At most 1,048,576 of them (65,536 bars of 4/4): what comes later is
// not looked at.
std::vector<uint8_t> MetreSights(const Score& grid);

// The profile of one known metre: for each slot of the bar and each sight, hundredths of a nat that the sight is
// likelier there than anywhere in the bar.
std::span<const int16_t> MetreProfile(int metre);

// How well a metre's profile fits, with its bar lines where they fit best.
struct MetreFit {
  int64_t points = 0;        // hundredths of a nat over all sixteenths
  int64_t half_shifted = 0;  // and with the bar lines half a bar later
  int pickup = 0;            // slots before the first bar line
};
MetreFit FitOfMetre(int metre, const std::vector<uint8_t>& sights);

// The numbers, each from -2,000 to 2,000:
//   13 x 5  how well each known metre fits, its pickup, how much worse it fits half a bar later, and where in its bars
//           the last onset and the end stand
//   14 x 2  how far the sights, and the bass, are the same so many sixteenths later
//   10 x 3  how seldom notes sound on across bar lines, where bars so long fit best; beside the usual place for them,
//           and beside half a bar later
//   10      lengths at sights, places of onsets, density, triplets
//   18      durations of notes, and how many outlast 2, 3, 4, 6, 8 and 12 quarters
//   16      time from onset to onset, and from one bass note to another
//   5       length of the last note, of the silence before the first, of the piece; the tempo, if one is stated that
//           is not a program's default; the share of voices and strings among the parts
inline constexpr int kMetreFeatures = 5 * kKnownMetres + 28 + 30 + 10 + 18 + 16 + 5;
std::array<int, kMetreFeatures> MetreFeatures(const Score& grid);

// A tree of three questions: is feature[0] above threshold[0]? If not feature[1] is asked, else feature[2]; the answers
// choose one of four leaves, thousandths of a nat that the metre is likelier.
struct MetreTree {
  std::array<int16_t, 3> feature;
  std::array<int16_t, 3> threshold;
  std::array<int16_t, 4> leaf;
  int Leaf(const std::array<int, kMetreFeatures>& features) const {
    const auto above = [&](size_t question) {
      return features[static_cast<size_t>(feature[question])] > threshold[question];
    };
    return above(0) ? leaf[above(2) ? 3 : 2] : leaf[above(1) ? 1 : 0];
  }
};
// Those of one known metre; their leaves are added (metre_trees.cc).
std::span<const MetreTree> MetreTrees(int metre);

}  // namespace ledgerline::music

#endif  // LEDGERLINE_INFERENCE_MUSIC_METRE_FEATURES_H_
