// ModelConfig: the shape of the network. It is stored in the model file and printed on the model card.
#ifndef LEDGERLINE_INFERENCE_MODEL_MODEL_CONFIG_H_
#define LEDGERLINE_INFERENCE_MODEL_MODEL_CONFIG_H_

#include <map>
#include <string>

#include "schemas/status.h"

namespace ledgerline::model {

struct ModelConfig {
  int width = 192;  // of the outer decoder
  int layers = 4;
  int heads = 4;          // width / heads is even
  int hidden = 352;       // of the outer SwiGLU
  int inner_width = 128;  // of the field decoder
  int inner_hidden = 192;
  int context = 384;  // rows that one row may look back on

  std::map<std::string, std::string> ToMetadata() const;
  // Errors: kInvalidArgument (missing or not a number), kOutOfRange (a bound of the format).
  static Result<ModelConfig> FromMetadata(const std::map<std::string, std::string>& metadata);
  Status Check() const;
  friend bool operator==(const ModelConfig&, const ModelConfig&) = default;
};

}  // namespace ledgerline::model

#endif  // LEDGERLINE_INFERENCE_MODEL_MODEL_CONFIG_H_
