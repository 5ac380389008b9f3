// Retraining: networks trained on random halves of a few training pieces, and what each then makes of held-out pieces.
//
// It is the ground truth that influence is judged by: the linear datamodeling score of Park et al., "TRAK: attributing
// model behavior at scale", ICML 2023, section 4, correlates what an attribution predicts for a subset of the training
// pieces with the loss of a network that was trained on that subset alone. Resumable: a subset whose losses stand in
// <out> is not trained again, and one that was broken off goes on from its checkpoint.
#ifndef LEDGERLINE_INFERENCE_INFLUENCE_RETRAINING_H_
#define LEDGERLINE_INFERENCE_INFLUENCE_RETRAINING_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "inference/learning/dataset.h"
#include "inference/learning/trainer.h"
#include "schemas/status.h"

namespace ledgerline::influence {

struct RetrainingPlan {
  uint64_t seed = 1;                // of pieces, queries and subsets
  size_t pieces = 200;              // drawn from the training split
  size_t queries = 40;              // drawn from the valid split
  size_t subsets = 30;              // each half of the pieces
  size_t events_min = 64;           // of a piece and of a query
  size_t events_max = 1'500;        // so that no piece outweighs the others
  std::vector<std::string> styles;  // of both; empty: any
  learning::TrainingConfig training;

  // Errors: kOutOfRange (names the number and its bound).
  Status Check() const;
};

// Pieces of `split` that the plan admits, `count` of them, in the order of a hash of seed and id.
// Errors: kFailedPrecondition (there are not so many).
Result<learning::Dataset> DrawPieces(const learning::Dataset& split, const RetrainingPlan& plan, size_t count);

// Which of `pieces` pieces each subset has: exactly half, rounded down; a function of the plan's seed.
std::vector<std::vector<bool>> DrawSubsets(const RetrainingPlan& plan);

struct Retrained {
  std::string model_path;                    // of the network that was taught every piece: <out>/whole/best.model
  std::vector<double> whole;                 // its nats a note on each query
  std::vector<std::vector<double>> subsets;  // [subset][query]: nats a note of the network taught that half
};

// Trains the whole and every subset under <out>. Errors: those of Train, of reading and writing files; kDataLoss (a
// losses file of another plan).
Result<Retrained> Retrain(const learning::Dataset& pieces, const learning::Dataset& queries, const RetrainingPlan& plan,
                          const std::string& out_dir, const std::function<void(const std::string&)>& report);

}  // namespace ledgerline::influence

#endif  // LEDGERLINE_INFERENCE_INFLUENCE_RETRAINING_H_
