// ledgerline usage: plays and revenue, by recording, period, territory and tier.
#include <nlohmann/json.hpp>

#include "crypto/sha256.h"
#include "ledger/exchange/catalogue_file.h"
#include "ledger/exchange/usage_file.h"
#include "ledger/journal/entry.h"
#include "ledger/journal/submission.h"
#include "schemas/amount.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/named_files.h"

namespace ledgerline::tool {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kUsageBytesMax = size_t{64} << 20;

struct UsageFlags {
  std::string directory;
  std::string file;
  bool originals = false;
};

// The fold counts a file once, whatever it is called the second time: so it is not taken the second time.
Status CheckNotThereAsTheOtherKind(const journal::Journal& journal, const v1::UsageFile& file,
                                   const UsageFlags& flags) {
  ASSIGN_OR_RETURN(const auto entries, journal.EntriesOfType(v1::PAYLOAD_TYPE_USAGE_FILE));
  for (const EntryIndex index : entries) {
    ASSIGN_OR_RETURN(const std::string bytes, journal.ReadEntry(index));
    ASSIGN_OR_RETURN(const journal::ParsedEntry entry, journal::ParseEntry(bytes));
    const v1::UsageFile& earlier = entry.submission.payload.usage_file();
    if (earlier.file().blob_sha256() != file.file().blob_sha256() || earlier.kind() == file.kind()) continue;
    return AlreadyExists("'" + flags.file + "' is entry " + std::to_string(index.value) + " already, as usage of " +
                         (flags.originals ? "covers" : "originals") + ", and the same file counts once");
  }
  return Status::Ok();
}

Status RunImport(Context& context, const UsageFlags& flags) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForWriting(flags.directory, context.clock));
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(flags.file, kUsageBytesMax));
  auto parsed = exchange::ParseUsageFile(bytes);
  if (!parsed.ok()) {
    const auto kind = exchange::DetectFileKind(bytes);
    if (kind.ok() && *kind != exchange::FileKind::kUsage) {
      return InvalidArgument("'" + flags.file + "' is a file of " + std::string(exchange::FileKindName(*kind)) +
                             ": `ledgerline catalog import " + flags.directory + " " + flags.file + "` takes it");
    }
    return parsed.status().WithContext(flags.file);
  }
  const v1::UsageKind kind = flags.originals ? v1::USAGE_KIND_ORIGINALS : v1::USAGE_KIND_COVERS;
  for (const std::string& warning : parsed->warnings) context.console.Warn(flags.file + ": " + warning);

  if (parsed->rows.empty()) context.console.Warn(flags.file + ": it has a header and no row");

  // Rows of the wrong kind are let in, since the file is the platform's statement; but now is the time to say so.
  ASSIGN_OR_RETURN(const rights::RightsState* rights, session->Rights());
  size_t unknown = 0, other_kind = 0;
  for (const exchange::UsageRow& row : parsed->rows) {
    const rights::RecordingView view = rights->Recording(row.recording, rights->size());
    if (view.original == nullptr && view.cover == nullptr)
      ++unknown;
    else if ((view.cover == nullptr) != flags.originals)
      ++other_kind;
  }
  if (unknown > 0) {
    context.console.Warn("rows that name a recording that the ledger does not know: " + std::to_string(unknown) +
                         (flags.originals ? "" : "; their money will be unmatched"));
  }
  if (other_kind > 0 && !flags.originals)
    context.console.Warn(
        "rows that are of originals: " + std::to_string(other_kind) +
        "; they have no part in the covers' pool (their money will be unmatched): import them with --originals");
  if (other_kind > 0 && flags.originals)
    context.console.Warn("rows that are of covers: " + std::to_string(other_kind) +
                         "; under --originals they earn nothing");

  const std::string tag = flags.originals ? "ledgerline/usage-originals/v1\n" : "ledgerline/usage-covers/v1\n";
  const std::string idempotency_key = crypto::Sha256(tag + bytes).ToBytes();
  v1::Payload payload;
  *payload.mutable_usage_file() = parsed->ToPayload(kind);
  RETURN_IF_ERROR(CheckNotThereAsTheOtherKind(session->journal(), payload.usage_file(), flags));
  ASSIGN_OR_RETURN(const journal::Committed committed, session->Record(payload, idempotency_key, {bytes}));

  std::string totals;
  Json totals_json = Json::array();
  for (const v1::UsageTotal& total : parsed->totals) {
    ASSIGN_OR_RETURN(const Money revenue, FromWire(total.revenue(), "revenue"));
    totals += ", " + revenue.ToString() + " for " + Counted(total.plays(), "play", "plays");
    totals_json.push_back(
        {{"currency", revenue.currency().ToString()}, {"revenue", revenue.ToDecimal()}, {"plays", total.plays()}});
  }
  context.console.Say("Entry " + std::to_string(committed.index.value) + ": " +
                      Counted(parsed->rows.size(), "row", "rows") + " of usage from " + flags.file + totals +
                      (committed.already_existed ? " (there already)" : ""));
  context.console.PrintJson(Json{{"index", committed.index.value},
                                 {"already_there", committed.already_existed},
                                 {"rows", parsed->rows.size()},
                                 {"totals", totals_json},
                                 {"periods", parsed->periods},
                                 {"unknown_recordings", unknown}});
  return Status::Ok();
}

}  // namespace

void AddUsage(CLI::App& app, Action& action) {
  CLI::App* usage = app.add_subcommand("usage", "Plays and revenue");
  usage->require_subcommand(1);
  usage->fallthrough();
  auto flags = std::make_shared<UsageFlags>();
  CLI::App* bring_in =
      usage->add_subcommand("import", "Import a CSV file of plays and revenue (docs/formats/usage_csv.md)");
  AddDirectory(*bring_in, flags->directory);
  bring_in->add_option("FILE", flags->file, "The file")->required();
  bring_in->add_flag("--originals", flags->originals,
                     "The rows are of originals, not of covers: recorded, but not part of the covers' pool");
  bring_in->callback([flags, &action] { action = [flags](Context& context) { return RunImport(context, *flags); }; });
}

}  // namespace ledgerline::tool
