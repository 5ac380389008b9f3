// Chorale trainer: teaches a ChoraleNetwork the training split; resumable, stops early on the valid split.
//
// The run is the one of training_run.h; a running average of the parameters is judged, and kept in <out>/best.model
// when it is the best so far. The test split is never touched here.
#ifndef LEDGERLINE_INFERENCE_CHORALES_CHORALE_TRAINER_H_
#define LEDGERLINE_INFERENCE_CHORALES_CHORALE_TRAINER_H_

#include <cstdint>
#include <functional>
#include <string>

#include "inference/chorales/chorale_config.h"
#include "inference/chorales/chorale_file.h"
#include "inference/chorales/chorale_loss.h"

namespace ledgerline::chorales {

struct ChoraleSummary {
  int64_t steps = 0;
  int64_t best_step = 0;
  double seconds = 0;
  double best_valid = 0;  // nats per note
  bool finished = false;  // the schedule ran out, or early stopping; not the clock
};

// Errors: kFailedPrecondition (a split is empty), kOutOfRange (a piece longer than the context), those of the files.
Result<ChoraleSummary> TrainChorales(const ChoraleSet& set, const ChoraleConfig& config, const std::string& out_dir,
                                     const std::function<void(const std::string&)>& report);

// The loss of a model file on whole pieces. With `keys` above 1, every distribution is the mean of those that the model
// gives for the piece in so many keys (12: from -6 to 5 semitones away), moved back. What a key gives to pitches that
// have no symbol in the other is lost, so that the mean sums to one at most and the loss is never too low.
// Errors: those of reading the file; kOutOfRange (a piece longer than the model's context, or whose pitches have no
// symbols in one of the keys).
Result<ChoraleLoss> EvaluateChorales(const std::string& model_path, const std::vector<Chorale>& pieces, int keys,
                                     int threads);

}  // namespace ledgerline::chorales

#endif  // LEDGERLINE_INFERENCE_CHORALES_CHORALE_TRAINER_H_
