#include "inference/preference/sampled_variety.h"

#include "inference/covers/plan.h"
#include "inference/evaluation/note_grams.h"

namespace ledgerline::preference {
namespace {

constexpr uint64_t kOtherSeeds = 0x5eed5eed00000000ull;

double ShareOfFirst(const SampledGrams& grams, size_t most) {
  evaluation::DistinctGrams distinct(most);
  for (const std::vector<uint64_t>& piece : grams) distinct.Add(piece);
  return distinct.Share();
}

size_t Count(const SampledGrams& grams) {
  size_t count = 0;
  for (const std::vector<uint64_t>& piece : grams) count += piece.size();
  return count;
}

}  // namespace

Result<SampledGrams> SampleGrams(const std::vector<const covers::Recipe*>& requests, int candidates,
                                 model::Decoder* decoder) {
  SampledGrams grams;
  for (const covers::Recipe* recipe : requests) {
    const tokens::Piece& plan = recipe->conditioning.piece;
    ASSIGN_OR_RETURN(const std::vector<covers::Composition> made,
                     covers::ComposeAll(decoder, plan, covers::RulesFor(*recipe->style, plan), recipe->settings,
                                        recipe->seed ^ kOtherSeeds, candidates, {}, recipe->directions.kept));
    for (const covers::Composition& composition : made) grams.push_back(evaluation::GramsOf(composition.piece));
  }
  return grams;
}

std::pair<double, double> DistinctShares(const SampledGrams& before, const SampledGrams& after) {
  const size_t most = std::min(Count(before), Count(after));
  return {ShareOfFirst(before, most), ShareOfFirst(after, most)};
}

}  // namespace ledgerline::preference
