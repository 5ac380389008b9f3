// Schedule: the learning rate over a run: linear warm-up, then half a cosine down to a hundredth of the peak.
//
// Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017, without restarts. No LibTorch.
#ifndef LEDGERLINE_INFERENCE_LEARNING_SCHEDULE_H_
#define LEDGERLINE_INFERENCE_LEARNING_SCHEDULE_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace ledgerline::learning {

struct Schedule {
  double peak = 1e-3;
  int64_t warmup_steps = 0;
  int64_t steps = 1;  // of the whole run, warm-up included

  // The rate of a step; the first is 0. After the last step it stays at a hundredth.
  double RateAt(int64_t step) const {
    if (step < warmup_steps) return peak * static_cast<double>(step + 1) / static_cast<double>(warmup_steps);
    const double progress =
        static_cast<double>(step - warmup_steps) / static_cast<double>(std::max<int64_t>(1, steps - warmup_steps));
    return peak * (0.01 + 0.99 * 0.5 * (1.0 + std::cos(std::numbers::pi * std::min(progress, 1.0))));
  }
};

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_SCHEDULE_H_
