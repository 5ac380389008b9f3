// ChoraleConfig: every choice of a training run on the chorales, from "key = value" lines.
#ifndef LEDGERLINE_INFERENCE_CHORALES_CHORALE_CONFIG_H_
#define LEDGERLINE_INFERENCE_CHORALES_CHORALE_CONFIG_H_

#include <cstdint>
#include <string>

#include "inference/model/model_config.h"
#include "schemas/status.h"

namespace ledgerline::chorales {

struct ChoraleConfig {
  model::ModelConfig shape{
      .width = 192, .layers = 4, .heads = 4, .hidden = 352, .inner_width = 128, .inner_hidden = 192, .context = 1024};
  uint64_t seed = 1;
  int batch = 8;                // pieces a step
  int64_t steps = 3000;         // of the whole schedule
  double learning_rate = 2e-3;  // at its peak; linear warm-up, then cosine to a hundredth
  int64_t warmup_steps = 100;
  double weight_decay = 0.1;
  double gradient_norm = 1.0;
  double dropout = 0.2;        // of values inside the network
  double field_dropout = 0.1;  // of the symbols that it reads
  double average = 0.995;      // of the running average of the parameters, which is what is judged and kept
  int64_t evaluate_every = 100;
  int patience = 10;  // evaluations without a better valid loss before stopping
  int threads = 1;
  bool bfloat16 = false;
  double max_minutes = 0;  // stop (resumably) after so long; 0 means no bound

  // '#' starts a comment. Errors: kInvalidArgument (an unknown key, not a number), kOutOfRange.
  static Result<ChoraleConfig> Parse(const std::string& text);
};

}  // namespace ledgerline::chorales

#endif  // LEDGERLINE_INFERENCE_CHORALES_CHORALE_CONFIG_H_
