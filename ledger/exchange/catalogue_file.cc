#include "ledger/exchange/catalogue_file.h"

#include <algorithm>
#include <map>
#include <set>

#include "ledger/exchange/csv_record.h"

namespace ledgerline::exchange {
namespace {

// The most that a fee or a floor may be: 1,000,000,000,000 units.
constexpr Int128 kFeeNanosMax = static_cast<Int128>(1'000'000'000'000) * kNanosPerUnit;

template <typename IdType>
Result<IdType> IdOf(const CsvRecord& record, std::string_view column) {
  auto id = IdType::Parse(record.Text(column));
  if (!id.ok()) return record.At(column, id.status());
  return *id;
}

template <typename Value>
Result<Value> Located(const CsvRecord& record, std::string_view column, Result<Value> value) {
  if (!value.ok()) return record.At(column, value.status());
  return value;
}

// Rows by id, so that the order of lines in a file changes nothing.
template <typename IdType, typename Row>
std::vector<Row> InOrder(std::map<IdType, Row>& rows) {
  std::vector<Row> ordered;
  ordered.reserve(rows.size());
  for (auto& [id, row] : rows) ordered.push_back(std::move(row));
  return ordered;
}

Status ReadParties(std::string_view bytes, CatalogueFile& file) {
  static constexpr Column kColumns[] = {{"party_id"}, {"role"}, {"commitment"}};
  std::map<PartyId, PartyRow> rows;
  ASSIGN_OR_RETURN(file.digest, ReadRecords(bytes, kColumns, [&](const CsvRecord& record) -> Status {
                     PartyRow row;
                     row.row = record.number();
                     ASSIGN_OR_RETURN(row.id, IdOf<PartyId>(record, "party_id"));
                     ASSIGN_OR_RETURN(row.role, Located(record, "role", ParsePartyRole(record.Text("role"))));
                     ASSIGN_OR_RETURN(row.commitment,
                                      Located(record, "commitment", Hash256::FromHex(record.Text("commitment"))));
                     const PartyId id = row.id;
                     if (!rows.emplace(id, std::move(row)).second)
                       return record.Wrong("party_id", "stands twice in this file");
                     return Status::Ok();
                   }));
  file.rows = InOrder(rows);
  return Status::Ok();
}

Status ReadWorks(std::string_view bytes, CatalogueFile& file) {
  static constexpr Column kColumns[] = {{"work_id"}, {"title"}, {"iswc"}, {"creators", false}, {"version_of", false}};
  std::map<WorkId, WorkRow> rows;
  ASSIGN_OR_RETURN(file.digest, ReadRecords(bytes, kColumns, [&](const CsvRecord& record) -> Status {
                     WorkRow row;
                     row.row = record.number();
                     ASSIGN_OR_RETURN(row.id, IdOf<WorkId>(record, "work_id"));
                     ASSIGN_OR_RETURN(row.title, record.Required("title"));
                     ASSIGN_OR_RETURN(row.iswc, record.Identified("iswc", IdentifierKind::kIswc, file.warnings));
                     row.creators = std::string(record.Text("creators"));
                     if (!record.Text("version_of").empty()) {
                       ASSIGN_OR_RETURN(row.version_of, IdOf<WorkId>(record, "version_of"));
                       if (row.version_of == row.id)
                         return record.Wrong("version_of", "a work is not a version of itself");
                     }
                     const WorkId id = row.id;
                     if (!rows.emplace(id, std::move(row)).second)
                       return record.Wrong("work_id", "stands twice in this file");
                     return Status::Ok();
                   }));
  file.rows = InOrder(rows);
  return Status::Ok();
}

Status ReadRecordings(std::string_view bytes, CatalogueFile& file) {
  static constexpr Column kColumns[] = {{"recording_id"}, {"title"},   {"artist"},
                                        {"isrc"},         {"work_id"}, {"work_weight_ppm"}};
  std::map<RecordingId, RecordingRow> rows;
  ASSIGN_OR_RETURN(file.digest, ReadRecords(bytes, kColumns, [&](const CsvRecord& record) -> Status {
                     RecordingRow row;
                     WorkPart part;
                     part.row = record.number();
                     std::vector<std::string> warnings;
                     ASSIGN_OR_RETURN(row.id, IdOf<RecordingId>(record, "recording_id"));
                     ASSIGN_OR_RETURN(row.title, record.Required("title"));
                     row.artist = std::string(record.Text("artist"));
                     ASSIGN_OR_RETURN(row.isrc, record.Identified("isrc", IdentifierKind::kIsrc, warnings));
                     ASSIGN_OR_RETURN(part.work, IdOf<WorkId>(record, "work_id"));
                     ASSIGN_OR_RETURN(const uint64_t weight, record.Unsigned("work_weight_ppm", kWholePpm));
                     if (weight == 0) return record.Wrong("work_weight_ppm", "must be above 0");
                     part.weight_ppm = static_cast<uint32_t>(weight);
                     auto [at, is_new] = rows.emplace(row.id, row);
                     RecordingRow& held = at->second;
                     if (held.title != row.title)
                       return record.Wrong("title", "an earlier line of this recording says '" + held.title + "'");
                     if (held.artist != row.artist)
                       return record.Wrong("artist", "an earlier line of this recording says '" + held.artist + "'");
                     if (held.isrc != row.isrc)
                       return record.Wrong("isrc", "an earlier line of this recording says '" + held.isrc + "'");
                     const auto same = [&](const WorkPart& known) { return known.work == part.work; };
                     if (std::any_of(held.works.begin(), held.works.end(), same))
                       return record.Wrong("work_id", "stands twice for this recording");
                     held.works.push_back(part);
                     if (is_new) file.warnings.insert(file.warnings.end(), warnings.begin(), warnings.end());
                     return Status::Ok();
                   }));
  for (auto& [id, row] : rows) {
    std::sort(row.works.begin(), row.works.end(), [](const WorkPart& a, const WorkPart& b) { return a.work < b.work; });
    uint64_t sum = 0;
    for (const WorkPart& part : row.works) sum += part.weight_ppm;
    if (sum != kWholePpm) {
      return InvalidArgument("recording " + id.text() + ": its work_weight_ppm sum to " + std::to_string(sum) +
                             ", not 1000000");
    }
  }
  file.rows = InOrder(rows);
  return Status::Ok();
}

Status ReadShareSets(std::string_view bytes, CatalogueFile& file) {
  static constexpr Column kColumns[] = {
      {"share_set_id"}, {"asset"},  {"right"},    {"territories"}, {"valid_from"},
      {"valid_to"},     {"status"}, {"party_id"}, {"share_ppm"},   {"controller", false}};
  std::map<ShareSetId, ShareSetRow> rows;
  ASSIGN_OR_RETURN(
      file.digest, ReadRecords(bytes, kColumns, [&](const CsvRecord& record) -> Status {
        ShareSetRow row;
        ShareLine line;
        line.row = record.number();
        ASSIGN_OR_RETURN(row.id, IdOf<ShareSetId>(record, "share_set_id"));
        ASSIGN_OR_RETURN(row.asset, Located(record, "asset", Asset::Parse(record.Text("asset"))));
        ASSIGN_OR_RETURN(row.right, Located(record, "right", ParseRight(record.Text("right"))));
        const bool of_recording = row.asset.kind == Asset::Kind::kRecording;
        if (row.right == Right::kMaster && !of_recording)
          return record.Wrong("right", "MASTER is a right in a recording, not in a work");
        if ((row.right == Right::kMechanical || row.right == Right::kPerformance) && of_recording) {
          return record.Wrong("right", "MECHANICAL and PERFORMANCE are rights in a work, not in a recording");
        }
        ASSIGN_OR_RETURN(row.territories,
                         Located(record, "territories", TerritorySet::Parse(record.Text("territories"))));
        ASSIGN_OR_RETURN(row.valid, record.Valid());
        ASSIGN_OR_RETURN(row.status, Located(record, "status", ParseShareStatus(record.Text("status"))));
        ASSIGN_OR_RETURN(line.party, IdOf<PartyId>(record, "party_id"));
        ASSIGN_OR_RETURN(const uint64_t share, record.Unsigned("share_ppm", kWholePpm));
        if (share == 0) return record.Wrong("share_ppm", "must be above 0");
        line.share_ppm = static_cast<uint32_t>(share);
        line.controller = line.party;
        if (!record.Text("controller").empty()) {
          ASSIGN_OR_RETURN(line.controller, IdOf<PartyId>(record, "controller"));
        }
        ShareSetRow& held = rows.emplace(row.id, row).first->second;
        const std::string earlier = "an earlier line of this share set says otherwise";
        if (held.asset != row.asset) return record.Wrong("asset", earlier);
        if (held.right != row.right) return record.Wrong("right", earlier);
        if (held.territories != row.territories) return record.Wrong("territories", earlier);
        if (held.valid != row.valid) return record.Wrong("valid_from", earlier + " (or valid_to does)");
        if (held.status != row.status) return record.Wrong("status", earlier);
        uint64_t sum = share;
        for (const ShareLine& known : held.lines) {
          if (known.party == line.party) return record.Wrong("party_id", "stands twice in share set " + row.id.text());
          sum += known.share_ppm;
        }
        if (sum > kWholePpm)
          return record.Wrong(
              "share_ppm", "share set " + row.id.text() + " would claim " + std::to_string(sum) + "; at most 1000000");
        held.lines.push_back(std::move(line));
        return Status::Ok();
      }));
  for (auto& [id, row] : rows) {
    std::sort(row.lines.begin(), row.lines.end(),
              [](const ShareLine& a, const ShareLine& b) { return a.party < b.party; });
  }
  file.rows = InOrder(rows);
  return Status::Ok();
}

Result<Money> FeeOf(const CsvRecord& record, std::string_view column, Currency currency) {
  if (record.Text(column).empty()) return Money::Zero(currency);
  auto fee = Money::Parse(record.Text(column), currency);
  if (!fee.ok()) return record.At(column, fee.status());
  if (fee->IsNegative() || fee->nanos() > kFeeNanosMax) return record.Wrong(column, "must be from 0 to 1000000000000");
  return *fee;
}

Status ReadRateCards(std::string_view bytes, CatalogueFile& file) {
  static constexpr Column kColumns[] = {{"rate_id"},
                                        {"model"},
                                        {"use"},
                                        {"tier"},
                                        {"territories"},
                                        {"currency"},
                                        {"rightsholders_ppm"},
                                        {"publishing_ppm"},
                                        {"revenue_rate_ppm"},
                                        {"fee"},
                                        {"floor"},
                                        {"valid_from"},
                                        {"valid_to"}};
  std::map<RateCardId, RateCardRow> rows;
  ASSIGN_OR_RETURN(
      file.digest, ReadRecords(bytes, kColumns, [&](const CsvRecord& record) -> Status {
        RateCardRow row;
        row.row = record.number();
        ASSIGN_OR_RETURN(row.id, IdOf<RateCardId>(record, "rate_id"));
        ASSIGN_OR_RETURN(row.model, Located(record, "model", ParseRateModel(record.Text("model"))));
        ASSIGN_OR_RETURN(row.use, Located(record, "use", ParseUse(record.Text("use"))));
        row.tier = std::string(record.Text("tier"));
        if (!row.tier.empty()) RETURN_IF_ERROR(record.At("tier", CheckTier(row.tier)));
        ASSIGN_OR_RETURN(row.territories,
                         Located(record, "territories", TerritorySet::Parse(record.Text("territories"))));
        ASSIGN_OR_RETURN(row.currency, Located(record, "currency", Currency::Parse(record.Text("currency"))));
        const bool pro_rata = row.model == RateModel::kProRata;
        ASSIGN_OR_RETURN(const uint64_t rightsholders, pro_rata ? record.Unsigned("rightsholders_ppm", kWholePpm)
                                                                : record.UnsignedOrZero("rightsholders_ppm", 0));
        ASSIGN_OR_RETURN(const uint64_t publishing, record.Unsigned("publishing_ppm", kWholePpm));
        ASSIGN_OR_RETURN(const uint64_t rate, pro_rata ? record.UnsignedOrZero("revenue_rate_ppm", 0)
                                                       : record.Unsigned("revenue_rate_ppm", kWholePpm));
        row.rightsholders_ppm = static_cast<uint32_t>(rightsholders);
        row.publishing_ppm = static_cast<uint32_t>(publishing);
        row.revenue_rate_ppm = static_cast<uint32_t>(rate);
        ASSIGN_OR_RETURN(row.fee, FeeOf(record, "fee", row.currency));
        ASSIGN_OR_RETURN(row.floor, FeeOf(record, "floor", row.currency));
        if (pro_rata && !row.fee.IsZero()) return record.Wrong("fee", "a PRO_RATA card has none: leave it empty");
        if (pro_rata && !row.floor.IsZero()) return record.Wrong("floor", "a PRO_RATA card has none: leave it empty");
        ASSIGN_OR_RETURN(row.valid, record.Valid());
        const RateCardId id = row.id;
        if (!rows.emplace(id, std::move(row)).second) return record.Wrong("rate_id", "stands twice in this file");
        return Status::Ok();
      }));
  file.rows = InOrder(rows);
  return Status::Ok();
}

}  // namespace

std::string_view FileKindName(FileKind kind) {
  switch (kind) {
    case FileKind::kPrivateParties:
      return "parties, with names";
    case FileKind::kParties:
      return "parties";
    case FileKind::kWorks:
      return "works";
    case FileKind::kRecordings:
      return "recordings";
    case FileKind::kShareSets:
      return "share sets";
    case FileKind::kRateCards:
      return "rate cards";
    case FileKind::kUsage:
      return "usage";
  }
  return "unknown";
}

Result<FileKind> DetectFileKind(std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::vector<std::string> header, ReadHeader(bytes));
  const std::set<std::string> names(header.begin(), header.end());
  // The column that only this kind has.
  if (names.contains("rate_id")) return FileKind::kRateCards;
  if (names.contains("share_set_id")) return FileKind::kShareSets;
  if (names.contains("plays")) return FileKind::kUsage;
  if (names.contains("commitment")) return FileKind::kParties;
  if (names.contains("role")) return FileKind::kPrivateParties;
  if (names.contains("recording_id")) return FileKind::kRecordings;
  if (names.contains("work_id")) return FileKind::kWorks;
  return InvalidArgument(
      "line 1: these columns are of no known file; a file of parties has party_id and role, of works work_id and "
      "title, of "
      "recordings recording_id and work_id, of share sets share_set_id, of rate cards rate_id, of usage recording_id "
      "and plays");
}

size_t CatalogueFile::row_count() const {
  return std::visit([](const auto& held) { return held.size(); }, rows);
}

v1::CatalogueFile CatalogueFile::ToPayload() const {
  v1::CatalogueFile payload;
  payload.set_kind(kind);
  *payload.mutable_file() = digest;
  return payload;
}

Result<CatalogueFile> ParseCatalogueFile(std::string_view bytes) {
  ASSIGN_OR_RETURN(const FileKind kind, DetectFileKind(bytes));
  CatalogueFile file;
  switch (kind) {
    case FileKind::kParties:
      file.kind = v1::CATALOGUE_KIND_PARTIES;
      RETURN_IF_ERROR(ReadParties(bytes, file));
      break;
    case FileKind::kWorks:
      file.kind = v1::CATALOGUE_KIND_WORKS;
      RETURN_IF_ERROR(ReadWorks(bytes, file));
      break;
    case FileKind::kRecordings:
      file.kind = v1::CATALOGUE_KIND_RECORDINGS;
      RETURN_IF_ERROR(ReadRecordings(bytes, file));
      break;
    case FileKind::kShareSets:
      file.kind = v1::CATALOGUE_KIND_SHARE_SETS;
      RETURN_IF_ERROR(ReadShareSets(bytes, file));
      break;
    case FileKind::kRateCards:
      file.kind = v1::CATALOGUE_KIND_RATE_CARDS;
      RETURN_IF_ERROR(ReadRateCards(bytes, file));
      break;
    case FileKind::kPrivateParties:
      return InvalidArgument("line 1: a parties file with names is not for the ledger; it is split at import");
    case FileKind::kUsage:
      return InvalidArgument("line 1: this is a usage file, not a catalogue file: use 'usage import'");
  }
  return file;
}

}  // namespace ledgerline::exchange
