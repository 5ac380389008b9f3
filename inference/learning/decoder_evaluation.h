// The loss of a decoder, as composing uses it: row by row through its cache, field by field. So that the exact kernel
// and LibTorch can be judged on the same rows.
#ifndef LEDGERLINE_INFERENCE_LEARNING_DECODER_EVALUATION_H_
#define LEDGERLINE_INFERENCE_LEARNING_DECODER_EVALUATION_H_

#include <vector>

#include "inference/learning/ngram.h"
#include "inference/model/decoder.h"
#include "inference/tokens/positions.h"

namespace ledgerline::learning {

// Each sequence starts on an empty cache and is at most the context long. Errors: those of Read and Logits.
Result<Evaluation> EvaluateDecoder(model::Decoder* decoder, const std::vector<tokens::Sequence>& sequences);

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_DECODER_EVALUATION_H_
