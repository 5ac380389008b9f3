#include "inference/preference/judged_pair.h"

#include <algorithm>
#include <map>
#include <set>

#include "crypto/sha256.h"
#include "inference/covers/plan.h"

namespace ledgerline::preference {
namespace {

struct Composed {
  std::vector<covers::Composition> candidates;
};

Result<covers::Recipe> RecipeOf(const Comparison& comparison) {
  covers::CoverRecord record;
  record.conditioning = comparison.conditioning;
  record.style = comparison.style;
  record.seed = comparison.seed;
  record.parameters = comparison.parameters;
  return covers::Recipe::FromRecord(record);
}

Status Fits(const Comparison& comparison, const Hash256& model) {
  if (comparison.model != model) {
    return FailedPrecondition("its candidates are of the model " + comparison.model.ToHex() + ", the one given is " +
                              model.ToHex());
  }
  if (!comparison.adapter.IsZero()) {
    return FailedPrecondition("its candidates were made with the adapter " + comparison.adapter.ToHex() +
                              ": judge candidates of the model alone");
  }
  if (comparison.kernel != model::KernelVersion()) {
    return FailedPrecondition("its candidates are of " + comparison.kernel + ", here is " + model::KernelVersion());
  }
  return Status::Ok();
}

}  // namespace

Result<JudgedPairs> ComposePairs(const std::vector<Comparison>& comparisons, const Hash256& model,
                                 model::Decoder* decoder, const std::function<void(size_t, size_t)>& report) {
  JudgedPairs judged;
  std::map<Hash256, std::vector<size_t>> by_request;
  std::vector<Hash256> order;
  for (size_t i = 0; i < comparisons.size(); ++i) {
    const Comparison& comparison = comparisons[i];
    const bool draw = comparison.preferred != Preferred::kA && comparison.preferred != Preferred::kB;
    judged.draws += draw;
    judged.without_leave += !draw && !comparison.train_leave;
    if (draw || !comparison.train_leave) continue;
    const Status fits = Fits(comparison, model);
    if (!fits.ok()) return fits.WithContext("pair " + std::to_string(i + 1));
    const Hash256 name = comparison.Request();
    if (!by_request.contains(name)) order.push_back(name);
    by_request[name].push_back(i);
  }
  for (const Hash256& name : order) {
    const std::vector<size_t>& asked = by_request.at(name);
    const std::string which = "pair " + std::to_string(asked[0] + 1);
    Result<covers::Recipe> recipe = RecipeOf(comparisons[asked[0]]);
    if (!recipe.ok()) return recipe.status().WithContext(which);
    int needed = 0;
    for (const size_t i : asked) {
      needed = std::max({needed, comparisons[i].a.candidate + 1, comparisons[i].b.candidate + 1});
    }
    if (needed > recipe->candidates) {
      return OutOfRange(which + ": candidate " + std::to_string(needed - 1) + " of a request of " +
                        std::to_string(recipe->candidates));
    }
    const tokens::Piece& plan = recipe->conditioning.piece;
    Result<std::vector<covers::Composition>> made =
        covers::ComposeAll(decoder, plan, covers::RulesFor(*recipe->style, plan), recipe->settings, recipe->seed,
                           needed, {}, recipe->directions.kept);
    if (!made.ok()) return made.status().WithContext(which);
    for (const size_t i : asked) {
      const Comparison& comparison = comparisons[i];
      int preferred = comparison.a.candidate, passed = comparison.b.candidate;
      if (comparison.preferred == Preferred::kB) std::swap(preferred, passed);
      judged.pairs.push_back({comparison.origin + " entry " + std::to_string(comparison.entry) + ", candidates " +
                                  std::to_string(preferred) + " and " + std::to_string(passed),
                              name, (*made)[static_cast<size_t>(preferred)].piece,
                              (*made)[static_cast<size_t>(passed)].piece});
    }
    judged.requests.push_back(std::move(recipe).value());
    judged.request_names.push_back(name);
    if (report) report(judged.requests.size(), order.size());
  }
  return judged;
}

Result<std::pair<std::vector<const JudgedPair*>, std::vector<const JudgedPair*>>> HoldOutRequests(
    const JudgedPairs& judged, int held_out_percent, uint64_t seed) {
  const size_t count = judged.request_names.size();
  if (count < 2) {
    return FailedPrecondition("pairs of " + std::to_string(count) +
                              " requests; two at least are needed, one to hold out");
  }
  std::vector<std::pair<Hash256, Hash256>> order;
  for (const Hash256& name : judged.request_names) {
    order.emplace_back(crypto::Sha256(std::to_string(seed) + "\n" + name.ToHex()), name);
  }
  std::sort(order.begin(), order.end());
  const size_t held = std::clamp<size_t>((count * static_cast<size_t>(held_out_percent) + 50) / 100, 1, count - 1);
  std::set<Hash256> apart;
  for (size_t i = 0; i < held; ++i) apart.insert(order[i].second);
  std::pair<std::vector<const JudgedPair*>, std::vector<const JudgedPair*>> split;
  for (const JudgedPair& pair : judged.pairs) {
    (apart.contains(pair.request) ? split.second : split.first).push_back(&pair);
  }
  return split;
}

}  // namespace ledgerline::preference
