// Measured: every measure of one accompaniment, and their means over a set in which each style weighs the same.
#ifndef LEDGERLINE_TOOLS_BENCH_MUSIC_MEASURED_H_
#define LEDGERLINE_TOOLS_BENCH_MUSIC_MEASURED_H_

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "inference/evaluation/gaussian_overlap.h"
#include "inference/tokens/piece.h"

namespace ledgerline::bench {

enum Measure : size_t {
  kChroma,
  kGroove,
  kChordAgreement,
  kChordTones,
  kClash,
  kBassSteps,
  kInnerSteps,
  kLeaps,
  kParallels,
  kCrossings,
  kSpans,
  kOnsets,
  kNotes,
  kPolyphony,
  kNextBar,
  kGs,
  kReturns,
  kShortStructure,
  kLongStructure,
  kShortFromSong,
  kLongFromSong,
  kEntropy,
  kMeasures
};
std::string_view MeasureName(Measure measure);

// NAN where a measure does not apply. `own`: the song's accompaniment in the same bars, or nullptr.
using Values = std::array<double, kMeasures>;
Values MeasureAccompaniment(const tokens::Piece& piece, const tokens::Piece* own);

// The accompaniments of one column and style. Pieces are borrowed.
struct StyleSums {
  Values sums{};
  std::array<double, kMeasures> counts{};
  evaluation::TextureMoments texture;
  std::vector<const tokens::Piece*> pieces;
  void Add(const tokens::Piece& piece, const Values& values);
  double Mean(Measure measure) const;  // NAN without values
};
using ByStyle = std::map<std::string, StyleSums>;

// The mean over styles of their means; NAN without values.
double MeanOf(const ByStyle& styles, Measure measure);
// The mean over styles of the distance of their means from those of `people`.
double DistanceOf(const ByStyle& styles, const ByStyle& people, Measure measure);

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_MUSIC_MEASURED_H_
