// ModelConfig: the shape of the network. It is stored in the model file and printed on the model card.
#ifndef LEDGERLINE_INFERENCE_MODEL_MODEL_CONFIG_H_
#define LEDGERLINE_INFERENCE_MODEL_MODEL_CONFIG_H_

#include <map>
#include <string>

#include "inference/tokens/vocabulary.h"
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
  int kv_heads = 0;   // heads of keys and values, a divisor of `heads`; 0 stands for as many as `heads`
  // Sizes of the alphabets that may grow: what the file's vocabulary has. Version 1: 14 and 9.
  int styles = tokens::kStyles;
  int roles = tokens::kTargetRoles;

  int KeyValueHeads() const { return kv_heads == 0 ? heads : kv_heads; }

  std::map<std::string, std::string> ToMetadata() const;
  // Errors: kInvalidArgument (missing or not a number), kOutOfRange (a bound of the format).
  static Result<ModelConfig> FromMetadata(const std::map<std::string, std::string>& metadata);
  Status Check() const;
  friend bool operator==(const ModelConfig&, const ModelConfig&) = default;
};

// Whether a generator's model file is one that this program reads: its format and vocabulary.
// Errors: kFailedPrecondition.
Status CheckModelMetadata(const std::map<std::string, std::string>& metadata);

}  // namespace ledgerline::model

#endif  // LEDGERLINE_INFERENCE_MODEL_MODEL_CONFIG_H_
