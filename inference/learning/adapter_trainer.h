// AdapterTrainer: teaches a low-rank correction of a frozen base model on a few pieces; early stopping on pieces that
// are held out. docs/formats/adapter.md says what is written.
//
// Deterministic on one machine: pieces held out, starting numbers and chunks follow from the configuration's seed and
// the pieces' ids. Two machines may train other bits (LibTorch's sums); the file's hash says which was used.
#ifndef LEDGERLINE_INFERENCE_LEARNING_ADAPTER_TRAINER_H_
#define LEDGERLINE_INFERENCE_LEARNING_ADAPTER_TRAINER_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "inference/learning/dataset.h"
#include "inference/learning/ngram.h"
#include "inference/learning/run_config.h"
#include "inference/model/adapter_file.h"
#include "schemas/status.h"

namespace ledgerline::learning {

// A step reads `batch` chunks.
struct AdapterConfig : RunConfig {
  int rank = 8;
  int alpha = 16;
  int rows = 512;                // of a chunk, at most the base's context
  int held_out_percent = 20;     // of the pieces, at least one
  int64_t held_out_rows = 8000;  // in one evaluation, at most

  AdapterConfig();
  // "key = value" lines (settings.h). Errors: kInvalidArgument (an unknown key, not a number), kOutOfRange.
  static Result<AdapterConfig> Parse(const std::string& text);
};

// Splits pieces by a hash of seed and id: the same pieces are held out whatever their order.
// Errors: kFailedPrecondition (fewer than two pieces).
Result<std::pair<Dataset, Dataset>> HoldOut(const Dataset& pieces, int percent, uint64_t seed);

struct TrainedAdapter {
  model::AdapterFile file;   // card.style and card.artist are the caller's to fill
  Evaluation before, after;  // of the base, and of base and adapter as they are merged, on the held-out pieces
  int64_t best_step = 0;
  double seconds = 0;
};

// Errors: kFailedPrecondition (fewer than two pieces; nothing better than the base was found; no such device), those of
// reading the base.
Result<TrainedAdapter> TrainAdapter(std::string_view base_bytes, const Dataset& pieces, const AdapterConfig& config,
                                    const std::function<void(const std::string&)>& report);

// The loss on a dataset of a base file alone (`adapter` null), or with an adapter as it is merged.
// Errors: those of MergeAdapter and NetworkOf.
Result<Evaluation> EvaluateAdapted(const model::ModelFile& base, const model::AdapterFile* adapter,
                                   const Dataset& dataset, int64_t max_rows);

}  // namespace ledgerline::learning

#endif  // LEDGERLINE_INFERENCE_LEARNING_ADAPTER_TRAINER_H_
