// GrooveFamilies: the patterns of a style. Eight-bar windows of the training performances, clustered by how often each
// drum is hit at each place, so that a groove can hold to one pattern instead of wandering among all.
//
// Hard clustering of Bernoulli profiles (k-means in log likelihood), style by style; the number of families grows with
// the windows, one for every kWindowsPerFamily, so that no family is one performance's copy. Deterministic.
#ifndef LEDGERLINE_INFERENCE_DRUMS_GROOVE_FAMILIES_H_
#define LEDGERLINE_INFERENCE_DRUMS_GROOVE_FAMILIES_H_

#include <array>
#include <vector>

#include "inference/drums/performance.h"

namespace ledgerline::drums {

inline constexpr size_t kFamilyWindowBars = 8;
inline constexpr size_t kWindowsPerFamily = 10;
inline constexpr size_t kFamiliesPerStyle = 20;

struct LearntFamily {
  int style = 0;
  int windows = 0;
  double hits_per_bar = 0;                             // of four beats
  std::array<float, kStepPlaces * kDrums> log_hit{};   // log probability of a hit
  std::array<float, kStepPlaces * kDrums> log_rest{};  // and of none
};

class GrooveFamilies {
 public:
  // Learns from `performances` and writes each bar's family into it; bars of fills have none (0).
  explicit GrooveFamilies(std::vector<Performance>* performances);
  const std::vector<LearntFamily>& families() const { return families_; }  // family f is element f - 1
  // The family of `style` that bars [first, last) fit best; 0 when there are none.
  int Nearest(const std::vector<DrumBar>& bars, size_t first, size_t last, int style) const;
  // Writes into each bar the family that the (up to eight) bars before it fit best: what could be known there.
  void MarkByPast(Performance* performance) const;

 private:
  std::vector<LearntFamily> families_;
};

}  // namespace ledgerline::drums

#endif  // LEDGERLINE_INFERENCE_DRUMS_GROOVE_FAMILIES_H_
