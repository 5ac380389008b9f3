// From influences of covers to shares of a training pool: `ledgerline-train influence shares`. No LibTorch is needed
// for any of it. docs/influence.md shows the files.
#ifndef LEDGERLINE_TOOLS_TRAIN_INFLUENCE_SHARES_H_
#define LEDGERLINE_TOOLS_TRAIN_INFLUENCE_SHARES_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "inference/influence/influence_index.h"
#include "inference/influence/validation_file.h"
#include "ledger/rights/training_shares.h"

namespace ledgerline::train {

inline constexpr uint64_t kInfluenceWhole = 1'000'000'000;  // what a cover's influences sum to

// The positive ones of `influences` as whole numbers that sum to kInfluenceWhole, largest remainder; all zero if none
// is positive.
Result<std::vector<uint64_t>> WholeInfluences(const std::vector<double>& influences);

// One cover's influences: "index_sha256,cover,piece,influence", a line for each piece above zero.
std::string FormatCoverInfluences(const influence::InfluenceIndex& index, const Hash256& index_hash,
                                  const std::string& cover, const std::vector<uint64_t>& influences);
// Adds a file's influences to `sums` [pieces of the index]. Errors: those of ReadCsv; kInvalidArgument (another index,
// a piece that it does not have, more than one whole).
Status AddCoverInfluences(std::string_view csv, const influence::InfluenceIndex& index, const Hash256& index_hash,
                          std::vector<uint64_t>* sums);

// Who owns which pieces: "match,owner,consent_index" with match `piece:ID`, `composer:NAME` or `collection:NAME`; the
// finest match counts. Owners are `party:ID`, with the entry of the consent, or `collection:NAME`.
class PieceOwners {
 public:
  // Errors: those of ReadCsv; kInvalidArgument (a match or an owner of another form; a match twice; an owner with two
  // consents).
  static Result<PieceOwners> Parse(std::string_view csv);
  // Each collection is its own owner.
  static PieceOwners ByCollection() { return PieceOwners(); }
  // Empty: nobody's, no part of the pool.
  std::string OwnerOf(const influence::IndexedPiece& piece) const;
  uint64_t ConsentOf(const std::string& owner) const;

 private:
  bool by_collection_ = true;
  std::map<std::string, std::string> owners_;  // by match
  std::map<std::string, uint64_t> consents_;   // by owner
};

// The weight of influence that a validation allows for an index: 0 without one, with an interval that reaches 0, or of
// another method. Numbers: docs/decisions/0021-influence.md.
uint32_t WeightPpm(const influence::InfluenceIndex& index, const influence::ValidationFile* validation);

struct SharesRequest {
  std::string index, owners, validation, period;  // paths; owners and validation may be empty
  std::vector<std::string> influences;            // paths
  std::string statement_out, event_out;           // may be empty
  bool json = false;
};
// Prints the table; writes the statement (docs/formats/influences_csv.md) and the event for `ledgerline batch`.
Status PrintShares(const SharesRequest& request);

}  // namespace ledgerline::train

#endif  // LEDGERLINE_TOOLS_TRAIN_INFLUENCE_SHARES_H_
