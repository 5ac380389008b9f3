// ChoraleLoss: nats per note, a note being one voice at one step; rests and held notes count like any other.
#ifndef LEDGERLINE_INFERENCE_CHORALES_CHORALE_LOSS_H_
#define LEDGERLINE_INFERENCE_CHORALES_CHORALE_LOSS_H_

#include <algorithm>
#include <array>
#include <cstdint>

#include "inference/chorales/chorale_file.h"

namespace ledgerline::chorales {

class ChoraleLoss {
 public:
  void Add(size_t voice, double nats) { sums_[voice] += nats; }
  void CountSteps(size_t steps) { steps_ += static_cast<int64_t>(steps); }

  int64_t notes() const { return kVoices * steps_; }
  // The mean over the notes of one voice; of all.
  double Voice(size_t voice) const { return sums_[voice] / static_cast<double>(std::max<int64_t>(steps_, 1)); }
  double Total() const { return (Voice(0) + Voice(1) + Voice(2) + Voice(3)) / kVoices; }

 private:
  std::array<double, kVoices> sums_{};
  int64_t steps_ = 0;
};

}  // namespace ledgerline::chorales

#endif  // LEDGERLINE_INFERENCE_CHORALES_CHORALE_LOSS_H_
