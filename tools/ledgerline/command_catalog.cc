// ledgerline catalog: parties, works, recordings, share sets and rate cards, in and out.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "crypto/sealed_record.h"
#include "crypto/sha256.h"
#include "ledger/exchange/catalogue_file.h"
#include "ledger/exchange/parties_file.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/option_values.h"
#include "tools/ledgerline/private_records.h"

namespace ledgerline::tool {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kCatalogueBytesMax = size_t{64} << 20;

struct CatalogFlags {
  std::string directory;
  std::vector<std::string> files;
  bool parties = false;
  bool works = false;
  bool recordings = false;
  bool shares = false;
  bool rates = false;
};

// One file, read and understood; nothing of it is in the ledger yet.
struct ReadyFile {
  std::string path;
  std::string kind;
  std::string idempotency_key;
  std::optional<EntryIndex> earlier;  // it is in the ledger already
  std::string bytes;                  // the public part
  std::vector<exchange::PartyRecord> private_records;
  size_t rows = 0;
  v1::Payload payload;
  std::vector<std::string> warnings;
};

Result<ReadyFile> ReadOne(LedgerSession& session, const std::string& path) {
  ReadyFile ready;
  ready.path = path;
  ASSIGN_OR_RETURN(ready.bytes, ReadFile(path, kCatalogueBytesMax));
  // The same file twice is one entry: its idempotency key is made of the bytes that the user gave.
  ready.idempotency_key = crypto::Sha256("ledgerline/catalogue-file/v1\n" + ready.bytes).ToBytes();
  ASSIGN_OR_RETURN(exchange::FileKind kind, Named(path, exchange::DetectFileKind(ready.bytes)));
  if (kind == exchange::FileKind::kUsage) {
    return InvalidArgument("'" + path + "' is a usage file: `ledgerline usage import " + session.directory() + " " +
                           path + "` takes it");
  }
  // Under any of the operator's keys: a rotation does not make it another file.
  const journal::KeyRegistry keys = session.journal().keys();
  for (const journal::OperatorKey& key : keys.operator_keys().chain()) {
    if (ready.earlier) break;
    ASSIGN_OR_RETURN(ready.earlier,
                     session.journal().FindSubmission(journal::KeyId(key.key.public_key()), ready.idempotency_key));
  }
  if (kind == exchange::FileKind::kPrivateParties) {
    ASSIGN_OR_RETURN(exchange::PartiesSplit split,
                     Named(path, exchange::SplitPartiesFile(ready.bytes, session.random())));
    ready.bytes = std::move(split.public_csv);
    ready.private_records = std::move(split.records);
    ready.warnings = std::move(split.warnings);
    kind = exchange::FileKind::kParties;
  }
  ready.kind = exchange::FileKindName(kind);
  ASSIGN_OR_RETURN(const exchange::CatalogueFile file, Named(path, exchange::ParseCatalogueFile(ready.bytes)));
  ready.rows = file.row_count();
  ready.warnings.insert(ready.warnings.end(), file.warnings.begin(), file.warnings.end());
  if (ready.rows == 0) ready.warnings.push_back("it has a header and no row");
  *ready.payload.mutable_catalogue_file() = file.ToPayload();
  return ready;
}

// What the fold makes of what is new: overlaps, unknown works, and the like. What was said of the file itself is not
// said again.
void WarnOfFaults(Context& context, const rights::RightsState& rights, size_t faults_before,
                  const std::vector<ReadyFile>& files) {
  for (size_t i = faults_before; i < rights.faults().size(); ++i) {
    const rights::Fault& fault = rights.faults()[i];
    const bool said = std::any_of(files.begin(), files.end(), [&](const ReadyFile& file) {
      return std::find(file.warnings.begin(), file.warnings.end(), fault.text) != file.warnings.end();
    });
    if (said) continue;
    context.console.Warn("entry " + std::to_string(fault.entry.value) + (fault.ignored ? " (does not count): " : ": ") +
                         fault.text);
  }
}

Status RunImport(Context& context, const CatalogFlags& flags) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForWriting(flags.directory, context.clock));
  ASSIGN_OR_RETURN(const rights::RightsState* before, session->Rights());
  const size_t faults_before = before->faults().size();
  // All of them are read before any is recorded.
  std::vector<ReadyFile> files;
  for (const std::string& path : flags.files) {
    auto ready = ReadOne(*session, path);
    if (!ready.ok() && flags.files.size() > 1) context.console.Warn("none of the files was imported");
    if (!ready.ok()) return ready.status();
    files.push_back(*std::move(ready));
  }
  // A pseudonym that was erased stays so: it would be one person's again.
  for (const ReadyFile& file : files) {
    for (const exchange::PartyRecord& record : file.private_records) {
      const rights::ErasureRecord* erased = before->Erasure(record.id, before->size());
      if (erased == nullptr || file.earlier) continue;
      return FailedPrecondition(file.path + ": party " + record.id.text() + " was erased by entry " +
                                std::to_string(erased->entry.value) + "; give the person a new party_id");
    }
  }
  Json list = Json::array();
  for (const ReadyFile& file : files) {
    std::optional<EntryIndex> index = file.earlier;
    if (!index) {
      // The private part first: a commitment in the ledger without its record could never be opened.
      if (!file.private_records.empty())
        RETURN_IF_ERROR(SealPartyRecords(session->directory(), file.private_records, session->random()));
      ASSIGN_OR_RETURN(const journal::Committed committed,
                       session->Submit(file.payload, file.idempotency_key, {file.bytes}));
      index = committed.index;
      for (const std::string& warning : file.warnings) context.console.Warn(file.path + ": " + warning);
    }
    const std::string where = "Entry " + std::to_string(index->value) + ": ";
    context.console.Say(file.earlier
                            ? where + file.path + " is there already"
                            : where + Counted(file.rows, "row", "rows") + " of " + file.kind + " from " + file.path);
    list.push_back({{"file", file.path},
                    {"kind", file.kind},
                    {"rows", file.rows},
                    {"index", index->value},
                    {"already_there", file.earlier.has_value()},
                    {"warnings", file.earlier ? std::vector<std::string>() : file.warnings}});
  }
  RETURN_IF_ERROR(session->SignCheckpoint());
  ASSIGN_OR_RETURN(const rights::RightsState* rights, session->Rights());
  WarnOfFaults(context, *rights, faults_before, files);
  context.console.PrintJson(Json{{"imported", list}, {"size", session->journal().size().value}});
  return Status::Ok();
}

std::string DatesText(const TimeSpan& span) {
  return span.from.ToString().substr(0, 10) + " to " +
         (span.to == TimeSpan::kOpen ? "open" : span.to.ToString().substr(0, 10));
}

struct Listing {
  std::vector<std::vector<std::string>> rows;
  Json json = Json::array();
};

Listing ListParties(const rights::RightsState& rights, const std::string& directory) {
  Listing listing;
  listing.rows.push_back({"PARTY", "ROLE", "NAME", "ENTRY"});
  for (const auto* party : rights.Parties(rights.size())) {
    auto record = OpenPartyRecord(directory, party->row);
    const bool erased = rights.Erasure(party->row.id, rights.size()) != nullptr;
    const std::string name = record.ok() ? record->name : erased ? "(erased)" : "(sealed elsewhere)";
    listing.rows.push_back(
        {party->row.id.text(), std::string(PartyRoleName(party->row.role)), name, std::to_string(party->entry.value)});
    listing.json.push_back({{"party_id", party->row.id.text()},
                            {"role", PartyRoleName(party->row.role)},
                            {"name", record.ok() ? Json(name) : Json()},
                            {"erased", erased},
                            {"entry", party->entry.value}});
  }
  return listing;
}

Listing ListWorks(const rights::RightsState& rights) {
  Listing listing;
  listing.rows.push_back({"WORK", "TITLE", "CREATORS", "ISWC", "ENTRY"});
  for (const auto* work : rights.Works(rights.size())) {
    const exchange::WorkRow& row = work->row;
    listing.rows.push_back(
        {row.id.text(), row.title, row.creators, row.iswc.empty() ? "-" : row.iswc, std::to_string(work->entry.value)});
    listing.json.push_back({{"work_id", row.id.text()},
                            {"title", row.title},
                            {"creators", row.creators},
                            {"iswc", row.iswc},
                            {"entry", work->entry.value}});
  }
  return listing;
}

Listing ListRecordings(const rights::RightsState& rights) {
  Listing listing;
  listing.rows.push_back({"RECORDING", "TITLE", "MADE OF", "ISRC", "VERDICT", "ENTRY"});
  for (const rights::RecordingView& view : rights.Recordings(rights.size())) {
    if (view.original != nullptr) {
      const exchange::RecordingRow& row = view.original->row;
      std::string works;
      Json parts = Json::array();
      for (const exchange::WorkPart& part : row.works) {
        works += (works.empty() ? "" : ", ") + part.work.text();
        parts.push_back({{"work_id", part.work.text()}, {"weight_ppm", part.weight_ppm}});
      }
      listing.rows.push_back({row.id.text(), row.title, works, row.isrc.empty() ? "-" : row.isrc, "-",
                              std::to_string(view.original->entry.value)});
      listing.json.push_back({{"recording_id", row.id.text()},
                              {"title", row.title},
                              {"artist", row.artist},
                              {"isrc", row.isrc},
                              {"works", parts},
                              {"entry", view.original->entry.value}});
    } else {
      const rights::GenerationRecord& cover = *view.cover;
      std::string sources;
      Json edges = Json::array();
      for (const v1::SourceUse& source : cover.event.sources()) {
        sources += (sources.empty() ? "" : ", ") + source.recording_id();
        edges.push_back({{"recording_id", source.recording_id()}, {"weight_ppm", source.weight_ppm()}});
      }
      listing.rows.push_back({view.id.text(), cover.event.style() + " cover", sources, "-",
                              cover.verdict.authorised() ? "authorised" : "UNAUTHORISED",
                              std::to_string(cover.entry.value)});
      listing.json.push_back({{"recording_id", view.id.text()},
                              {"cover", true},
                              {"style", cover.event.style()},
                              {"sources", edges},
                              {"verdict", cover.verdict.ToString()},
                              {"entry", cover.entry.value}});
    }
  }
  return listing;
}

Listing ListShares(const rights::RightsState& rights) {
  Listing listing;
  listing.rows.push_back({"SHARE SET", "ASSET", "RIGHT", "STATUS", "VALID", "PARTY", "SHARE PPM", "ENTRY"});
  for (const auto* set : rights.shares().List(rights.size())) {
    const exchange::ShareSetRow& row = set->row;
    Json lines = Json::array();
    uint32_t claimed = 0;
    for (const exchange::ShareLine& line : row.lines) {
      listing.rows.push_back({row.id.text(), row.asset.ToString(), std::string(RightName(row.right)),
                              std::string(ShareStatusName(row.status)), DatesText(row.valid), line.party.text(),
                              std::to_string(line.share_ppm), std::to_string(set->entry.value)});
      lines.push_back(
          {{"party_id", line.party.text()}, {"share_ppm", line.share_ppm}, {"controller", line.controller.text()}});
      claimed += line.share_ppm;
    }
    if (claimed < kWholePpm) {
      listing.rows.push_back({row.id.text(), row.asset.ToString(), std::string(RightName(row.right)),
                              std::string(ShareStatusName(row.status)), DatesText(row.valid), "(unclaimed)",
                              std::to_string(kWholePpm - claimed), std::to_string(set->entry.value)});
    }
    listing.json.push_back({{"share_set_id", row.id.text()},
                            {"asset", row.asset.ToString()},
                            {"right", RightName(row.right)},
                            {"status", ShareStatusName(row.status)},
                            {"territories", row.territories.ToString()},
                            {"valid", DatesText(row.valid)},
                            {"lines", lines},
                            {"entry", set->entry.value}});
  }
  return listing;
}

Listing ListRates(const rights::RightsState& rights) {
  Listing listing;
  listing.rows.push_back({"RATE", "MODEL", "USE", "TIER", "CURRENCY", "RIGHTSHOLDERS PPM", "PUBLISHING PPM",
                          "REVENUE PPM", "FEE", "FLOOR", "VALID", "ENTRY"});
  for (const auto* card : rights.RateCards(rights.size())) {
    const exchange::RateCardRow& row = card->row;
    listing.rows.push_back(
        {row.id.text(), std::string(RateModelName(row.model)), std::string(exchange::UseName(row.use)),
         row.tier.empty() ? "(all)" : row.tier, row.currency.ToString(), std::to_string(row.rightsholders_ppm),
         std::to_string(row.publishing_ppm), std::to_string(row.revenue_rate_ppm), row.fee.ToDecimal(),
         row.floor.ToDecimal(), DatesText(row.valid), std::to_string(card->entry.value)});
    listing.json.push_back({{"rate_id", row.id.text()},
                            {"model", RateModelName(row.model)},
                            {"use", exchange::UseName(row.use)},
                            {"tier", row.tier},
                            {"territories", row.territories.ToString()},
                            {"currency", row.currency.ToString()},
                            {"rightsholders_ppm", row.rightsholders_ppm},
                            {"publishing_ppm", row.publishing_ppm},
                            {"revenue_rate_ppm", row.revenue_rate_ppm},
                            {"fee", row.fee.ToDecimal()},
                            {"floor", row.floor.ToDecimal()},
                            {"valid", DatesText(row.valid)},
                            {"entry", card->entry.value}});
  }
  return listing;
}

Status RunList(Context& context, const CatalogFlags& flags) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForReading(flags.directory));
  ASSIGN_OR_RETURN(const rights::RightsState* rights, session->Rights());
  const Listing listing = flags.parties      ? ListParties(*rights, flags.directory)
                          : flags.works      ? ListWorks(*rights)
                          : flags.recordings ? ListRecordings(*rights)
                          : flags.shares     ? ListShares(*rights)
                                             : ListRates(*rights);
  context.console.Say(listing.rows.size() > 1 ? FormatTable(listing.rows) : std::string("None."));
  context.console.PrintJson(listing.json);
  return Status::Ok();
}

}  // namespace

void AddCatalog(CLI::App& app, Action& action) {
  CLI::App* catalog = app.add_subcommand("catalog", "Parties, works, recordings, share sets and rate cards");
  catalog->require_subcommand(1);
  catalog->fallthrough();

  auto import_flags = std::make_shared<CatalogFlags>();
  CLI::App* bring_in = catalog->add_subcommand(
      "import", "Import CSV files; each is recognised by its header (docs/formats/catalogue_csv.md)");
  AddDirectory(*bring_in, import_flags->directory);
  bring_in->add_option("FILE", import_flags->files, "parties, works, recordings, shares and rates, in that order")
      ->required();
  bring_in->callback([import_flags, &action] {
    action = [import_flags](Context& context) { return RunImport(context, *import_flags); };
  });

  auto list_flags = std::make_shared<CatalogFlags>();
  CLI::App* list = catalog->add_subcommand("list", "List one of them");
  AddDirectory(*list, list_flags->directory);
  CLI::Option_group* which = list->add_option_group("what", "One of these");
  which->add_flag("--parties", list_flags->parties, "Who may own and be paid");
  which->add_flag("--works", list_flags->works, "Compositions");
  which->add_flag("--recordings", list_flags->recordings, "Recordings, covers among them");
  which->add_flag("--shares", list_flags->shares, "Share sets, line by line");
  which->add_flag("--rates", list_flags->rates, "Rate cards");
  which->require_option(1);
  list->callback(
      [list_flags, &action] { action = [list_flags](Context& context) { return RunList(context, *list_flags); }; });
}

}  // namespace ledgerline::tool
