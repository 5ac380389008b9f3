// GrooveTrainer: learns a GrooveModel from performances: counts of contexts, the weights that mix them, and the tables
// of velocity and timing.
//
// First all is counted, and the contexts that are too rare to be kept are dropped. Then, twice over the performances in
// an order drawn from the seed, each is predicted from the counts of all others, and the weights follow the gradient:
// what is learnt is how far counts of *other* performances can be trusted. Floating point is used here and nowhere in
// drawing.
#ifndef LEDGERLINE_INFERENCE_DRUMS_GROOVE_TRAINER_H_
#define LEDGERLINE_INFERENCE_DRUMS_GROOVE_TRAINER_H_

#include <cstdint>
#include <vector>

#include "inference/drums/groove_model.h"

namespace ledgerline::drums {

struct GrooveTraining {
  uint64_t seed = 1;
  size_t max_entries = 120'000;  // the rarest contexts are dropped until so many are left
  double rate = 0.02;            // falls to a twentieth
};

// Errors: kInvalidArgument (no hits).
Result<GrooveModel> TrainGrooveModel(const std::vector<Performance>& performances, const GrooveTraining& training);

}  // namespace ledgerline::drums

#endif  // LEDGERLINE_INFERENCE_DRUMS_GROOVE_TRAINER_H_
