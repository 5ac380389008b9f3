// ledgerline restore and ledgerline accept-restored: a ledger from its backup, and the operator's word that it may go
// on.
#include <nlohmann/json.hpp>

#include "ledger/store/restore.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/trust_anchor.h"

namespace ledgerline::tool {
namespace {

struct RestoreFlags {
  std::string backup;
  std::string directory;
  std::string vkey;
};

Status RunRestore(Context& context, const RestoreFlags& flags) {
  journal::VerifyOptions options;
  if (!flags.vkey.empty()) {
    ASSIGN_OR_RETURN(options.checkpoint_key, ReadVerifierKey("--vkey", flags.vkey));
  }
  options.progress = [&](uint64_t done, uint64_t total) { context.console.Progress("checking entries", done, total); };
  const auto restored = store::RestoreBackup(flags.backup, flags.directory, options);
  context.console.EndProgress();
  RETURN_IF_ERROR(restored.status());
  const store::BackupDescription& description = restored->description;
  context.console.Say("Restored " + description.origin + " to " + flags.directory + ": " +
                      Counted(description.size.value, "entry", "entries") + ", root " + description.root.ToHex() +
                      ".\nEvery check passed. It can be read at once. Before it signs anything:\n"
                      "  1. put the operator's key back as " +
                      OperatorKeyPath(flags.directory) +
                      "\n"
                      "  2. make sure that nothing newer was acknowledged or signed: see docs/operations.md\n"
                      "  3. say so: ledgerline accept-restored " +
                      flags.directory);
  context.console.PrintJson(nlohmann::ordered_json{{"directory", flags.directory},
                                                   {"origin", description.origin},
                                                   {"size", description.size.value},
                                                   {"root", description.root.ToHex()}});
  return Status::Ok();
}

Status RunAccept(Context& context, const std::string& directory) {
  RETURN_IF_ERROR(CheckLedgerDirectory(directory));
  const std::optional<std::string> mark = store::RestoredMark(directory);
  RETURN_IF_ERROR(store::AcceptRestored(directory));
  context.console.Say(mark ? "Accepted: " + directory + " goes on from " + *mark + "."
                           : directory + " was not restored, or that was accepted before: nothing to do.");
  context.console.PrintJson(nlohmann::ordered_json{{"directory", directory}, {"accepted", mark.has_value()}});
  return Status::Ok();
}

}  // namespace

void AddRestore(CLI::App& app, Action& action) {
  auto flags = std::make_shared<RestoreFlags>();
  CLI::App* restore = app.add_subcommand(
      "restore", "Make a ledger from a backup: everything is checked before anything is put in place");
  restore->add_option("BACKUP_DIR", flags->backup, "What `ledgerline backup` wrote")->required();
  restore->add_option("DIR", flags->directory, "The ledger's directory; new or empty")->required();
  restore->add_option("--vkey", flags->vkey,
                      "The operator's verifier key, or a file that holds it: it must be this ledger's");
  restore->callback([flags, &action] { action = [flags](Context& context) { return RunRestore(context, *flags); }; });

  auto directory = std::make_shared<std::string>();
  CLI::App* accept = app.add_subcommand(
      "accept-restored", "Say that a restored ledger is the newest copy there is, so that it may sign again");
  AddDirectory(*accept, *directory);
  accept->callback(
      [directory, &action] { action = [directory](Context& context) { return RunAccept(context, *directory); }; });
}

}  // namespace ledgerline::tool
