// ledgerline backup: copies what a ledger is made of into a directory of plain files, only what is new, and checks it.
#include <nlohmann/json.hpp>

#include "ledger/store/backup.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/ledger_session.h"

namespace ledgerline::tool {
namespace {

struct BackupFlags {
  std::string directory;
  std::string backup;
  std::string sealed;
};

Status RunBackup(Context& context, const BackupFlags& flags) {
  RETURN_IF_ERROR(CheckLedgerDirectory(flags.directory));
  ASSIGN_OR_RETURN(const store::BackupReport report, store::BackUp(flags.directory, flags.backup));
  const uint64_t size = report.description.size.value;
  context.console.Say("Backup of " + report.description.origin + " in " + flags.backup + ": " +
                      Counted(size, "entry", "entries") + ", " + Counted(size - report.from.value, "entry", "entries") +
                      " of them new.\n  written  " + Counted(report.files_written, "file", "files") + ", " +
                      Counted(report.bytes_written, "byte", "bytes") + "\n  checked  " +
                      Counted(report.files_checked, "file", "files") + ", " +
                      Counted(report.bytes_checked, "byte", "bytes") + ": every entry, tile, blob and checkpoint\n" +
                      "It holds no key: back up " + OperatorKeyPath(flags.directory) + " apart from it.");
  nlohmann::ordered_json json{{"origin", report.description.origin},     {"size", size},
                              {"root", report.description.root.ToHex()}, {"new_entries", size - report.from.value},
                              {"files_written", report.files_written},   {"bytes_written", report.bytes_written},
                              {"files_checked", report.files_checked},   {"bytes_checked", report.bytes_checked}};
  if (!flags.sealed.empty()) {
    ASSIGN_OR_RETURN(const uint64_t copied, store::CopySealedRecords(flags.directory, flags.sealed));
    context.console.Say(Counted(copied, "sealed record", "sealed records") + " copied to " + flags.sealed +
                        "; the keys that they are sealed under are not in it.");
    json["sealed_records_copied"] = copied;
  }
  context.console.PrintJson(json);
  return Status::Ok();
}

}  // namespace

void AddBackup(CLI::App& app, Action& action) {
  auto flags = std::make_shared<BackupFlags>();
  CLI::App* command = app.add_subcommand(
      "backup",
      "Copy a ledger into a directory of plain files, only what is new, and check every one; works while it is in use");
  AddDirectory(*command, flags->directory);
  command->add_option("BACKUP_DIR", flags->backup, "A new directory, or that of an earlier backup")->required();
  command->add_option("--private", flags->sealed,
                      "Also copy the sealed personal records, into this directory; keep it apart from the backup");
  command->callback([flags, &action] { action = [flags](Context& context) { return RunBackup(context, *flags); }; });
}

}  // namespace ledgerline::tool
