// SampledVariety: how varied what a model composes is, beside another: the share of distinct 8-grams at the same
// number of grams, of the same requests with the same seeds.
#ifndef LEDGERLINE_INFERENCE_PREFERENCE_SAMPLED_VARIETY_H_
#define LEDGERLINE_INFERENCE_PREFERENCE_SAMPLED_VARIETY_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "inference/covers/recipe.h"
#include "inference/model/decoder.h"

namespace ledgerline::preference {

using SampledGrams = std::vector<std::vector<uint64_t>>;  // of each candidate

// Composes `candidates` of each request with seeds that no record has. Errors: those of ComposeAll.
Result<SampledGrams> SampleGrams(const std::vector<const covers::Recipe*>& requests, int candidates,
                                 model::Decoder* decoder);

// Shares of distinct grams of both, each read up to the number of grams that the shorter one has. A model that composes
// fewer notes gains nothing by it.
std::pair<double, double> DistinctShares(const SampledGrams& before, const SampledGrams& after);

}  // namespace ledgerline::preference

#endif  // LEDGERLINE_INFERENCE_PREFERENCE_SAMPLED_VARIETY_H_
