// Whom to ask before a recording is used, and whether they have said yes.
#include <set>
#include <tuple>

#include "ledger/rights/rights_state.h"

namespace ledgerline::rights {
namespace {

using exchange::Asset;
using exchange::Right;

// The rights whose controllers are asked for one use.
struct RightsAsked {
  std::vector<Right> of_recording;
  std::vector<Right> of_works;
};

RightsAsked AskedFor(v1::Use use) {
  switch (use) {
    case v1::USE_COVER:
    case v1::USE_REMIX:
    case v1::USE_MASHUP:
      return {{Right::kMaster}, {Right::kMechanical, Right::kPerformance}};
    case v1::USE_STYLE:
      return {{Right::kLikeness}, {}};
    case v1::USE_TRAIN:
      return {{Right::kTraining}, {Right::kTraining}};
    default:
      return {};
  }
}

// Adds the controllers of one asset. At least one of `rights` must have an accepted set, and none may be contested.
void AskAsset(const ShareBook& shares, const ConsentQuestion& question, const RecordingId& original, const Asset& asset,
              const std::vector<Right>& rights, ConsentRequirement& requirement) {
  std::map<PartyId, RequiredController> controllers;
  std::string missing;
  bool anyone = false;
  for (const Right right : rights) {
    const ShareAnswer answer = shares.At(asset, right, question.territory, question.at, question.as_of);
    switch (answer.standing) {
      case ShareStanding::kInForce:
        break;
      case ShareStanding::kMissing:
        missing += (missing.empty() ? "" : "; ") + answer.explanation;
        continue;
      case ShareStanding::kDisputed:
      case ShareStanding::kContested:
        requirement.problems.push_back({PartyId(), asset.ToString(), answer.explanation});
        anyone = true;
        continue;
    }
    anyone = true;
    const ShareSetUse use{answer.set->row.id, answer.set->entry, right, asset};
    requirement.share_sets.push_back(use);
    std::set<PartyId> named;
    for (const exchange::ShareLine& line : answer.set->row.lines) named.insert(line.controller);
    for (const PartyId& party : named) {
      RequiredController& controller =
          controllers.try_emplace(party, RequiredController{party, asset, original, {}}).first->second;
      controller.named_by.push_back(use);
    }
  }
  if (!anyone)
    requirement.problems.push_back({PartyId(), asset.ToString(), missing + ": nobody can be asked, so it is refused"});
  for (auto& [party, controller] : controllers) requirement.controllers.push_back(std::move(controller));
}

}  // namespace

Status RightsState::CollectOriginals(const RecordingId& recording, TreeSize as_of,
                                     std::map<RecordingId, const exchange::RecordingRow*>& originals) const {
  const RecordingView view = Recording(recording, as_of);
  if (view.original != nullptr) {
    originals[recording] = &view.original->row;
    return Status::Ok();
  }
  if (view.cover == nullptr) return NotFound("recording " + recording.text() + " is not in the catalogue");
  // The bounds keep this recursion small; what passes them was judged unauthorised.
  if (view.cover->depth > kSourceDepthMax || view.cover->paths > kSourcePathsMax) {
    return OutOfRange("recording " + recording.text() + " is a cover of covers beyond " +
                      std::to_string(kSourceDepthMax) + " deep or " + std::to_string(kSourcePathsMax) + " paths");
  }
  for (const v1::SourceUse& source : view.cover->event.sources()) {
    ASSIGN_OR_RETURN(const RecordingId id, RecordingId::Parse(source.recording_id()));
    // Only what was there before the cover can be its source, which rules out cycles.
    RETURN_IF_ERROR(CollectOriginals(id, TreeSize{view.cover->entry.value}, originals));
  }
  return Status::Ok();
}

ConsentRequirement RightsState::RequiredControllers(const ConsentQuestion& question) const {
  ConsentRequirement requirement;
  const RightsAsked asked = AskedFor(question.use);
  const std::string name = "recording:" + question.recording.text();
  if (asked.of_recording.empty()) {
    requirement.problems.push_back({PartyId(), name, "use " + std::to_string(question.use) + " is unknown"});
    return requirement;
  }
  std::map<RecordingId, const exchange::RecordingRow*> originals;
  if (const Status status = CollectOriginals(question.recording, question.as_of, originals); !status.ok()) {
    requirement.problems.push_back({PartyId(), name, status.message()});
    return requirement;
  }
  for (const auto& [id, row] : originals) {
    AskAsset(shares_, question, id, Asset::Of(id), asked.of_recording, requirement);
    if (asked.of_works.empty()) continue;
    for (const exchange::WorkPart& part : row->works)
      AskAsset(shares_, question, id, Asset::Of(part.work), asked.of_works, requirement);
  }
  return requirement;
}

ConsentAnswer RightsState::CheckConsent(const ConsentQuestion& question) const {
  ConsentRequirement requirement = RequiredControllers(question);
  ConsentAnswer answer;
  answer.share_sets = std::move(requirement.share_sets);
  answer.missing = std::move(requirement.problems);
  for (const RequiredController& controller : requirement.controllers) {
    const ConsentQuery query{controller.party,   controller.asset, controller.recording, question.use,
                             question.territory, question.tier,    question.at};
    if (const ConsentRecord* consent = consents_.Find(query, question.as_of)) {
      answer.relied.push_back({consent->entry, controller.party, controller.asset, consent->attested_by});
    } else {
      answer.missing.push_back(
          {controller.party, controller.asset.ToString(), consents_.WhyNot(query, question.as_of)});
    }
  }
  answer.allowed = answer.missing.empty();
  return answer;
}

}  // namespace ledgerline::rights
