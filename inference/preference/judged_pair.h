// JudgedPair: a comparison as music: both candidates composed anew from what the comparison keeps of their record.
#ifndef LEDGERLINE_INFERENCE_PREFERENCE_JUDGED_PAIR_H_
#define LEDGERLINE_INFERENCE_PREFERENCE_JUDGED_PAIR_H_

#include <functional>
#include <string>
#include <vector>

#include "inference/covers/recipe.h"
#include "inference/model/decoder.h"
#include "inference/preference/comparison.h"

namespace ledgerline::preference {

struct JudgedPair {
  std::string name;                 // "test.example/ledger entry 11, candidates 3 and 0": the preferred one first
  Hash256 request;                  // Comparison::Request()
  tokens::Piece preferred, passed;  // with their events
};

struct JudgedPairs {
  std::vector<JudgedPair> pairs;
  std::vector<covers::Recipe> requests;  // each once, in the order of `request_names`
  std::vector<Hash256> request_names;
  int draws = 0, without_leave = 0;  // left out: neither was preferred; not all whom TRAIN needs have consented
};

// Composes the candidates of every comparison that has a preference and leave, a request's once. `decoder` is of the
// model that made them, whose file's SHA-256 is `model`. `report` is called after each request with how many are done.
// Errors: kFailedPrecondition (a comparison of another model, kernel or engine, or of one with an adapter),
// kInvalidArgument, kOutOfRange (its record: names the field).
Result<JudgedPairs> ComposePairs(const std::vector<Comparison>& comparisons, const Hash256& model,
                                 model::Decoder* decoder, const std::function<void(size_t, size_t)>& report);

// Splits by request: about `held_out_percent` of the requests, by a hash of `seed` and their name, at least one and not
// all; whatever the pairs' order. The second is held out. Errors: kFailedPrecondition (fewer than two requests).
Result<std::pair<std::vector<const JudgedPair*>, std::vector<const JudgedPair*>>> HoldOutRequests(
    const JudgedPairs& judged, int held_out_percent, uint64_t seed);

}  // namespace ledgerline::preference

#endif  // LEDGERLINE_INFERENCE_PREFERENCE_JUDGED_PAIR_H_
