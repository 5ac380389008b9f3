#include "ledger/exchange/catalogue_row.h"

#include <array>
#include <utility>

namespace ledgerline::exchange {
namespace {

template <typename Enum, size_t N>
using Names = std::array<std::pair<Enum, std::string_view>, N>;

constexpr Names<PartyRole, 6> kPartyRoles{{{PartyRole::kWriter, "writer"},
                                           {PartyRole::kPublisher, "publisher"},
                                           {PartyRole::kLabel, "label"},
                                           {PartyRole::kPlatform, "platform"},
                                           {PartyRole::kSociety, "society"},
                                           {PartyRole::kEstate, "estate"}}};
constexpr Names<Right, 6> kRights{{{Right::kPerformance, "PERFORMANCE"},
                                   {Right::kMechanical, "MECHANICAL"},
                                   {Right::kSync, "SYNC"},
                                   {Right::kMaster, "MASTER"},
                                   {Right::kLikeness, "LIKENESS"},
                                   {Right::kTraining, "TRAINING"}}};
constexpr Names<ShareStatus, 5> kShareStatuses{{{ShareStatus::kDraft, "DRAFT"},
                                                {ShareStatus::kPending, "PENDING"},
                                                {ShareStatus::kAccepted, "ACCEPTED"},
                                                {ShareStatus::kDisputed, "DISPUTED"},
                                                {ShareStatus::kSuperseded, "SUPERSEDED"}}};
constexpr Names<RateModel, 2> kRateModels{
    {{RateModel::kProRata, "PRO_RATA"}, {RateModel::kPerGeneration, "PER_GENERATION"}}};
constexpr Names<v1::Use, 5> kUses{{{v1::USE_COVER, "COVER"},
                                   {v1::USE_REMIX, "REMIX"},
                                   {v1::USE_MASHUP, "MASHUP"},
                                   {v1::USE_STYLE, "STYLE"},
                                   {v1::USE_TRAIN, "TRAIN"}}};

template <typename Enum, size_t N>
std::string_view NameOf(const Names<Enum, N>& names, Enum value) {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  return "UNKNOWN";
}

template <typename Enum, size_t N>
Result<Enum> Named(const Names<Enum, N>& names, std::string_view text) {
  std::string list;
  for (const auto& [value, name] : names) {
    if (name == text) return value;
    list += (list.empty() ? "" : ", ") + std::string(name);
  }
  return InvalidArgument("'" + std::string(text.substr(0, 40)) + "': expected one of " + list);
}

}  // namespace

std::string_view PartyRoleName(PartyRole role) { return NameOf(kPartyRoles, role); }
std::string_view RightName(Right right) { return NameOf(kRights, right); }
std::string_view ShareStatusName(ShareStatus status) { return NameOf(kShareStatuses, status); }
std::string_view RateModelName(RateModel model) { return NameOf(kRateModels, model); }
std::string_view UseName(v1::Use use) { return NameOf(kUses, use); }
Result<PartyRole> ParsePartyRole(std::string_view text) { return Named(kPartyRoles, text); }
Result<Right> ParseRight(std::string_view text) { return Named(kRights, text); }
Result<ShareStatus> ParseShareStatus(std::string_view text) { return Named(kShareStatuses, text); }
Result<RateModel> ParseRateModel(std::string_view text) { return Named(kRateModels, text); }
Result<v1::Use> ParseUse(std::string_view text) { return Named(kUses, text); }

Status CheckTier(std::string_view tier) { return CheckId("tier", tier); }

Result<Asset> Asset::Parse(std::string_view text) {
  Asset asset;
  if (text.starts_with("recording:")) {
    ASSIGN_OR_RETURN(const RecordingId id, RecordingId::Parse(text.substr(10)));
    return Asset::Of(id);
  }
  if (text.starts_with("work:")) {
    ASSIGN_OR_RETURN(const WorkId id, WorkId::Parse(text.substr(5)));
    return Asset::Of(id);
  }
  return InvalidArgument("asset '" + std::string(text.substr(0, 80)) + "': expected recording:ID or work:ID");
}

std::string Asset::ToString() const { return (kind == Kind::kRecording ? "recording:" : "work:") + id; }

}  // namespace ledgerline::exchange
