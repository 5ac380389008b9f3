// Performance: drumming as bars of beats of steps, each step a set of hits with velocity and micro-timing.
//
// A beat is straight (four steps, sixteenths) or in triplets (three steps), whichever lies nearer to what was played,
// with a cost for changing from beat to beat. What remains is the deviation from the step, in 480ths of a quarter:
// early below zero, late above. Beats that the model was taught are those of 4/4 (places 0 to 3) and of 3/4 (places
// 4 to 6); bars of other metres are put together from them (BeatPlaces).
#ifndef LEDGERLINE_INFERENCE_DRUMS_PERFORMANCE_H_
#define LEDGERLINE_INFERENCE_DRUMS_PERFORMANCE_H_

#include <array>
#include <cstdint>
#include <vector>

#include "inference/drums/kit.h"
#include "inference/music/score.h"
#include "schemas/status.h"

namespace ledgerline::drums {

inline constexpr int kFineTicks = 480;      // of a quarter note: the unit of deviations
inline constexpr int kMaxDeviation = 80;    // half a triplet step
inline constexpr int kBeatPlaces = 7;       // 0 to 3 of 4/4, 4 to 6 of 3/4
inline constexpr int kStepsPerBeatMax = 4;  // three in a triplet beat
inline constexpr int kStepPlaces = kBeatPlaces * 7;

struct Stroke {
  uint8_t velocity = 0;
  int8_t deviation = 0;
  bool other = false;  // the drum's other articulation
  friend bool operator==(const Stroke&, const Stroke&) = default;
};

struct Step {
  uint16_t mask = 0;  // bit d: drum d is hit
  std::array<Stroke, kDrums> strokes{};
  friend bool operator==(const Step&, const Step&) = default;
};

struct Beat {
  int place = 0;  // 0 to kBeatPlaces - 1
  bool triplet = false;
  std::array<Step, kStepsPerBeatMax> steps{};
  int StepCount() const { return triplet ? 3 : 4; }
  // 480ths of a quarter from the beat's start.
  int StepTick(int step) const { return step * (triplet ? 160 : 120); }
  friend bool operator==(const Beat&, const Beat&) = default;
};

// Index of a step's place in the bar, 0 to kStepPlaces - 1: beat place, straight or triplet, step.
constexpr int StepPlace(int beat_place, bool triplet, int step) { return beat_place * 7 + (triplet ? 4 + step : step); }

struct DrumBar {
  std::vector<Beat> beats;
  bool fill = false;
  uint8_t phrase = 0;   // bars since the section began, modulo four
  uint16_t family = 0;  // which of the model's patterns it belongs to; 0 for none
  friend bool operator==(const DrumBar&, const DrumBar&) = default;
};

struct Performance {
  int style = 0;
  std::vector<DrumBar> bars;
  size_t HitCount() const;
};

// Beat places for a bar of `beats` quarter beats, 1 to 16: 2 of 4/4 for two, 3/4 for three and six, 3 + 2 for five, ...
std::vector<int> BeatPlaces(int beats);

// Reads drum parts of `score` (any resolution) as bars of `beats` quarters. Keys outside the kit are left out; of two
// hits of one drum in one step the louder stays. Trailing bars with hits in their first beat alone are left out (a
// closing stroke). Errors: kInvalidArgument (no drum hits; beats outside 1 to 16), kOutOfRange (more than 4,096 bars).
Result<Performance> ReadPerformance(const music::Score& score, int beats, bool fill, int style);

}  // namespace ledgerline::drums

#endif  // LEDGERLINE_INFERENCE_DRUMS_PERFORMANCE_H_
