// Sampler: one symbol from logits: bias, temperature, nucleus, then a draw in integers.
//
// The draw is exact integer arithmetic on weights of 2^-32; ties are broken by the lower symbol. The weights come from
// an exponential of our own (inference/kernel/exact_math.h), so that equal logits give equal symbols on every machine.
#ifndef LEDGERLINE_INFERENCE_MODEL_SAMPLER_H_
#define LEDGERLINE_INFERENCE_MODEL_SAMPLER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "inference/model/counter_random.h"

namespace ledgerline::model {

// Added to a logit to forbid its symbol.
inline constexpr float kForbidden = -1e9f;

struct SamplingRule {
  double temperature = 0.9;  // above 0
  int top_p_ppm = 950'000;   // of the probability mass that may be drawn, 1 to 1'000'000
};

struct Sampled {
  int symbol = -1;  // -1 when every symbol is forbidden
  double nats = 0;  // -log probability under logits + bias at temperature 1: how surprising the choice was
};

// `bias` is added to `logits`; a sum at or below kForbidden / 2 is never drawn. Both have one size.
Sampled Sample(std::span<const float> logits, std::span<const float> bias, const SamplingRule& rule,
               CounterRandom* random);

}  // namespace ledgerline::model

#endif  // LEDGERLINE_INFERENCE_MODEL_SAMPLER_H_
