// GrooveMeasures: how well a GrooveModel foretells real drumming, and how near what it draws is to what people play.
#ifndef LEDGERLINE_INFERENCE_DRUMS_GROOVE_MEASURES_H_
#define LEDGERLINE_INFERENCE_DRUMS_GROOVE_MEASURES_H_

#include <array>
#include <cstdint>
#include <set>
#include <vector>

#include "inference/drums/groove_model.h"

namespace ledgerline::drums {

// Bits spent on hits (all nine drums, beats' division included), by what is known.
struct GrooveBits {
  double model = 0;
  double place = 0;   // floor: how often each drum is hit at the place in the style, nothing else
  double repeat = 0;  // floor: as one bar back, wrong as often as it was wrong in training
  int64_t steps = 0;
  int64_t hits = 0;
};
// `train` gives the floors their counts. Sums over `judged`.
GrooveBits MeasureBits(const GrooveModel& model, const std::vector<Performance>& train,
                       const std::vector<Performance>& judged);

// What grooves are like in a style: histograms of shares.
struct GrooveProfile {
  std::array<double, 16> velocity{};   // by eights
  std::array<double, 33> deviation{};  // by fives, from -80
  std::array<double, 24> density{};    // hits a beat, by halves
  std::array<double, kDrums> drums{};
  double hits_per_beat = 0;
  double repeated = 0;  // of steps with hits, share with the same hits one bar back
  int64_t bars = 0;
};
GrooveProfile ProfileOf(const std::vector<const std::vector<DrumBar>*>& grooves);
// Sum of the smaller shares, 0 to 1.
template <size_t N>
double Overlap(const std::array<double, N>& a, const std::array<double, N>& b) {
  double sum = 0;
  for (size_t i = 0; i < N; ++i) sum += a[i] < b[i] ? a[i] : b[i];
  return sum;
}

// Runs of bars with exactly the same hits, for borrowing.
class BarRuns {
 public:
  explicit BarRuns(const std::vector<Performance>& performances);
  // The longest run of bars of `bars` that some performance has, with the same hits step by step. Silent bars end runs.
  int Longest(const std::vector<DrumBar>& bars) const;

 private:
  static constexpr size_t kLongest = 32;
  std::array<std::set<uint64_t>, kLongest> runs_;  // hashes of runs of 1 to 32 bars
};

}  // namespace ledgerline::drums

#endif  // LEDGERLINE_INFERENCE_DRUMS_GROOVE_MEASURES_H_
