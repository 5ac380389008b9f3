// Shares of a training pool: how stated influence and the prior become parts per million, and whether an entry's shares
// are what the rule gives. Whole numbers only; neither LibTorch nor the model is needed to check.
//
//   weight of an owner = (1,000,000 - w) * notes / sum of notes  +  w * influence / sum of influence
//   shares             = 1,000,000 split by these weights, largest remainder, ties to the lower name
//
// w, the weight of influence, is 0 until influence was seen to predict retraining. Source:
// docs/decisions/0021-influence.md.
#ifndef LEDGERLINE_LEDGER_RIGHTS_TRAINING_SHARES_H_
#define LEDGERLINE_LEDGER_RIGHTS_TRAINING_SHARES_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ledgerline/v1/training.pb.h"
#include "schemas/status.h"

namespace ledgerline::rights {

inline constexpr uint32_t kInfluenceWeightPpmMax = 500'000;        // the model itself was validated
inline constexpr uint32_t kInfluenceWeightPpmOfSmaller = 250'000;  // a smaller network of its architecture was
inline constexpr size_t kTrainingOwnersMax = 500;
inline constexpr uint64_t kTrainingNumberMax = 1'000'000'000'000'000;  // of any sum of notes or influence

// What is stated of one training piece.
struct StatedInfluence {
  std::string owner;
  std::string piece;        // its id in the corpus
  std::string file_sha256;  // hex
  uint64_t notes = 0;
  uint64_t influence = 0;
};

// docs/formats/influences_csv.md. Errors: those of ReadCsv; kInvalidArgument, kOutOfRange (names line and column).
Result<std::vector<StatedInfluence>> ParseInfluences(std::string_view csv);
std::string FormatInfluences(const std::vector<StatedInfluence>& pieces);

struct OwnerTotal {
  uint64_t notes = 0, influence = 0;
};
// By owner. Errors: kOutOfRange (a sum above kTrainingNumberMax, more than kTrainingOwnersMax owners), kInvalidArgument
// (no piece).
Result<std::map<std::string, OwnerTotal>> TotalsByOwner(const std::vector<StatedInfluence>& pieces);

// The rule. Parts per million in the order of the owners' names; they sum to 1,000,000. Where no owner has influence,
// the prior alone decides. Errors: kOutOfRange (weight above kInfluenceWeightPpmMax), kInvalidArgument (no notes).
Result<std::vector<uint32_t>> TrainingSharesPpm(const std::map<std::string, OwnerTotal>& owners, uint32_t weight_ppm);

// What an entry says against the rule and the blob that it names. Errors: kInvalidArgument (what differs: the field,
// what it says and what it should).
Status CheckTrainingShares(const v1::TrainingShares& shares, std::string_view influences_csv);

}  // namespace ledgerline::rights

#endif  // LEDGERLINE_LEDGER_RIGHTS_TRAINING_SHARES_H_
