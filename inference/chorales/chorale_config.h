// ChoraleConfig: every choice of a training run on the chorales, from "key = value" lines.
#ifndef LEDGERLINE_INFERENCE_CHORALES_CHORALE_CONFIG_H_
#define LEDGERLINE_INFERENCE_CHORALES_CHORALE_CONFIG_H_

#include <string>

#include "inference/learning/run_config.h"
#include "inference/model/model_config.h"
#include "schemas/status.h"

namespace ledgerline::chorales {

// A step reads `batch` pieces.
struct ChoraleConfig : learning::RunConfig {
  model::ModelConfig shape{
      .width = 192, .layers = 4, .heads = 4, .hidden = 352, .inner_width = 128, .inner_hidden = 192, .context = 1024};
  double field_dropout = 0.1;  // of the symbols that it reads
  double average = 0.995;      // of the running average of the parameters, which is what is judged and kept

  ChoraleConfig();
  // "key = value" lines. Errors: kInvalidArgument (an unknown key, not a number), kOutOfRange.
  static Result<ChoraleConfig> Parse(const std::string& text);
};

}  // namespace ledgerline::chorales

#endif  // LEDGERLINE_INFERENCE_CHORALES_CHORALE_CONFIG_H_
