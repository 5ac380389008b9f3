// What the rows of catalogue files say, once read: parties, works, recordings, share sets, rate cards.
// The columns and their rules are in docs/formats/catalogue_csv.md.
#ifndef LEDGERLINE_LEDGER_EXCHANGE_CATALOGUE_ROW_H_
#define LEDGERLINE_LEDGER_EXCHANGE_CATALOGUE_ROW_H_

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledgerline/v1/consent.pb.h"
#include "schemas/hash.h"
#include "schemas/ids.h"
#include "schemas/money.h"
#include "schemas/status.h"
#include "schemas/territory.h"
#include "schemas/time.h"

namespace ledgerline::exchange {

enum class PartyRole { kWriter, kPublisher, kLabel, kPlatform, kSociety, kEstate };
enum class Right { kPerformance, kMechanical, kSync, kMaster, kLikeness, kTraining };
enum class ShareStatus { kDraft, kPending, kAccepted, kDisputed, kSuperseded };
enum class RateModel { kProRata, kPerGeneration };

std::string_view PartyRoleName(PartyRole role);        // "writer"
std::string_view RightName(Right right);               // "MECHANICAL"
std::string_view ShareStatusName(ShareStatus status);  // "ACCEPTED"
std::string_view RateModelName(RateModel model);       // "PRO_RATA"
std::string_view UseName(v1::Use use);                 // "COVER"
// Errors: kInvalidArgument, listing the names that are known.
Result<PartyRole> ParsePartyRole(std::string_view text);
Result<Right> ParseRight(std::string_view text);
Result<ShareStatus> ParseShareStatus(std::string_view text);
Result<RateModel> ParseRateModel(std::string_view text);
Result<v1::Use> ParseUse(std::string_view text);

// A subscription tier: named like an id. Errors: kInvalidArgument.
Status CheckTier(std::string_view tier);

// What a share set or a consent is about: "recording:ID" or "work:ID".
struct Asset {
  enum class Kind { kRecording, kWork };
  Kind kind = Kind::kRecording;
  std::string id;

  static Asset Of(const RecordingId& id) { return {Kind::kRecording, id.text()}; }
  static Asset Of(const WorkId& id) { return {Kind::kWork, id.text()}; }
  // Errors: kInvalidArgument.
  static Result<Asset> Parse(std::string_view text);
  std::string ToString() const;
  friend auto operator<=>(const Asset&, const Asset&) = default;
};

struct PartyRow {
  PartyId id;
  PartyRole role = PartyRole::kWriter;
  Hash256 commitment;  // to the private record, see parties_file.h
  uint64_t row = 0;    // of the file, from 0: the leaf index under its rows_root
};

struct WorkRow {
  WorkId id;
  std::string title;
  std::string iswc;  // canonical, or empty
  std::string creators;
  WorkId version_of;  // empty: an original
  uint64_t row = 0;
};

struct WorkPart {
  WorkId work;
  uint32_t weight_ppm = 0;
  uint64_t row = 0;
};

struct RecordingRow {
  RecordingId id;
  std::string title;
  std::string artist;
  std::string isrc;             // canonical, or empty
  std::vector<WorkPart> works;  // by work id; at least one; weights sum to 1,000,000
};

struct ShareLine {
  PartyId party;
  uint32_t share_ppm = 0;
  PartyId controller;  // gives consent for this line; the payee unless the file says otherwise
  uint64_t row = 0;
};

struct ShareSetRow {
  ShareSetId id;
  Asset asset;
  Right right = Right::kMaster;
  TerritorySet territories;
  TimeSpan valid;
  ShareStatus status = ShareStatus::kDraft;
  std::vector<ShareLine> lines;  // by party id; at least one; they sum to at most 1,000,000
};

struct RateCardRow {
  RateCardId id;
  RateModel model = RateModel::kProRata;
  v1::Use use = v1::USE_UNSPECIFIED;
  std::string tier;  // empty: every tier
  TerritorySet territories;
  Currency currency;
  uint32_t rightsholders_ppm = 0;  // PRO_RATA: their part of the pool; the platform keeps the rest
  uint32_t publishing_ppm = 0;     // of what is due; the rest is the master's
  uint32_t revenue_rate_ppm = 0;   // PER_GENERATION
  Money fee;                       // PER_GENERATION, for each generation
  Money floor;                     // PER_GENERATION, the least for a cover
  TimeSpan valid;
  uint64_t row = 0;
};

}  // namespace ledgerline::exchange

#endif  // LEDGERLINE_LEDGER_EXCHANGE_CATALOGUE_ROW_H_
