// ledgerline fsck: the operator's check of a ledger's directory: the journal and everything derived from it, what the
// entries mean, and what crashes and repairs have left lying about. `--repair` makes anew what can be recomputed.
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "ledger/audit/verify_ledger.h"
#include "ledger/store/journal_directory.h"
#include "ledger/store/restore.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/ledger_session.h"

namespace ledgerline::tool {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct FsckFlags {
  std::string directory;
  bool repair = false;
};

// Files that a crash left half written. Nothing reads them.
std::vector<std::string> Unfinished(const std::string& directory) {
  std::vector<std::string> found;
  for (const char* name : {"checkpoint.new", "restored.new", "policy.new"}) {
    std::error_code error;
    if (fs::exists(directory + "/" + name, error)) found.push_back(name);
  }
  return found;
}

audit::Report Examine(Context& context, const std::string& directory) {
  journal::VerifyOptions options;
  options.progress = [&](uint64_t done, uint64_t total) { context.console.Progress("checking entries", done, total); };
  audit::Report report;
  const journal::VerifyReport journal_report = store::VerifyDirectory(directory, options);
  context.console.EndProgress();
  audit::AddJournalReport(journal_report, report);
  if (!journal_report.passed()) return report;
  const auto session = LedgerSession::OpenForReading(directory);
  if (!session.ok())
    report.Fail("opening for reading", session.status().message());
  else
    audit::VerifyMeaning((*session)->journal(), report);
  return report;
}

// Returns how many checks failed.
size_t Print(Context& context, const audit::Report& report, Json& json) {
  size_t failed = 0;
  for (const audit::Finding& finding : report.findings()) {
    failed += finding.passed ? 0 : 1;
    std::string detail = finding.detail;
    for (size_t at = 0; (at = detail.find('\n', at)) != std::string::npos; at += 10)
      detail.replace(at, 1, "\n         ");
    context.console.Say((finding.passed ? "  ok     " : "  FAILED ") + finding.name + ": " + detail);
    json.push_back({{"name", finding.name}, {"passed", finding.passed}, {"detail", finding.detail}});
  }
  return failed;
}

Status RunFsck(Context& context, const FsckFlags& flags) {
  const std::string damaged = flags.directory + "/db.damaged";
  std::error_code error;
  // A repair that was stopped between its two renames leaves no db, and is finished by the next one.
  if (!(flags.repair && fs::exists(damaged, error))) RETURN_IF_ERROR(CheckLedgerDirectory(flags.directory));
  Json checks = Json::array();
  Json json{{"directory", flags.directory}};
  context.console.Say(flags.directory);
  audit::Report report = Examine(context, flags.directory);
  bool repaired = false;
  if (flags.repair && !report.AllPassed()) {
    Json before = Json::array();
    Print(context, report, before);
    RETURN_IF_ERROR(store::RepairDerived(flags.directory).WithContext("--repair"));
    context.console.Say(
        "Made anew from the entries: tiles, indices, state, published checkpoint. The database before is " + damaged +
        ".\n");
    json["before"] = before;
    report = Examine(context, flags.directory);
    repaired = true;
  }
  const size_t failed = Print(context, report, checks);
  Json left = Json::array();
  for (const std::string& name : Unfinished(flags.directory)) {
    const std::string path = flags.directory + "/" + name;
    if (flags.repair) fs::remove(path, error);
    context.console.Say("  left   " + path + ": written halfway when something stopped; nothing reads it" +
                        (flags.repair ? "; removed" : ""));
    left.push_back(name);
  }
  if (fs::exists(damaged, error)) {
    context.console.Say("  left   " + damaged + ": the database before a repair; remove it when you are content");
    left.push_back("db.damaged");
  }
  if (const auto mark = store::RestoredMark(flags.directory))
    context.console.Say("  note   restored from a backup (" + *mark + "), not yet accepted: it signs nothing");
  json["passed"] = failed == 0;
  json["repaired"] = repaired;
  json["checks"] = checks;
  json["left_over"] = left;
  context.console.Say(failed == 0 ? "SOUND: " + Counted(report.findings().size(), "check", "checks") + " passed"
                                  : "DAMAGED: " + std::to_string(failed) + " of " +
                                        Counted(report.findings().size(), "check", "checks") + " failed");
  context.console.PrintJson(json);
  if (failed == 0) return Status::Ok();
  return DataLoss(flags.repair
                      ? "still damaged after the repair: restore a backup"
                      : "what is derived can be made anew with --repair; entries only come back from a backup");
}

}  // namespace

void AddFsck(CLI::App& app, Action& action) {
  auto flags = std::make_shared<FsckFlags>();
  CLI::App* command = app.add_subcommand("fsck", "Check every byte of a ledger's directory; name what is damaged");
  AddDirectory(*command, flags->directory);
  command->add_flag(
      "--repair", flags->repair,
      "Make anew what can be recomputed from the entries: tiles, indices, state, the published checkpoint");
  command->callback([flags, &action] { action = [flags](Context& context) { return RunFsck(context, *flags); }; });
}

}  // namespace ledgerline::tool
