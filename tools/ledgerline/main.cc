// ledgerline: the command line. See README.md and docs/quickstart.md.
#include <cstdio>
#include <exception>

#include "tools/ledgerline/command.h"
#include "tools/ledgerline/usage_errors.h"

int main(int argc, char** argv) {
  using namespace ledgerline::tool;
  CLI::App app(
      "Ledgerline: a ledger of covers, of whose leave they rest on, and of whose money they make.\n"
      "Exit status: 0 fine, 1 a check failed (or leave was refused), 2 wrong usage, 3 wrong input.",
      "ledgerline");
  app.set_version_flag("--version", "ledgerline 0.1.0");
  app.require_subcommand(1);
  app.fallthrough();
  bool json = false;
  app.add_flag("--json", json, "Print one JSON document instead of text");

  Action action;
  AddInit(app, action);
  AddCatalog(app, action);
  AddKey(app, action);
  AddConsent(app, action);
  AddAnalyse(app, action);
  AddCover(app, action);
  AddRemix(app, action);
  AddStyles(app, action);
  AddCovers(app, action);
  AddRegenerate(app, action);
  AddTaste(app, action);
  AddRate(app, action);
  AddUsage(app, action);
  AddClose(app, action);
  AddStatement(app, action);
  AddExplain(app, action);
  AddBatch(app, action);
  AddSubmit(app, action);
  AddErase(app, action);
  AddLog(app, action);
  AddReceipt(app, action);
  AddAudit(app, action);
  AddAuditPack(app, action);
  AddVerify(app, action);
  AddCheckpoint(app, action);
  AddPolicy(app, action);
  AddBackup(app, action);
  AddRestore(app, action);
  AddFsck(app, action);
  AddWitness(app, action);

  if (argc == 1) {
    std::fputs(app.help().c_str(), stderr);
    return kExitUsage;
  }
  FinishCommands(app);
  if (const std::string wrong = WrongCommand(app, argc, argv); !wrong.empty()) {
    std::fprintf(stderr, "ledgerline: %s\n", wrong.c_str());
    return kExitUsage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    std::fprintf(stderr, "ledgerline: %s\n", WrongOption(app, error).c_str());
    return kExitUsage;
  }

  Console console(json);
  ledgerline::SystemClock clock;
  Context context{console, clock};
  ledgerline::Status status;
  try {
    status = action(context);
  } catch (const std::exception& defect) {
    status = ledgerline::Internal(std::string("a defect of this program, please report it: ") + defect.what());
  }
  if (status.ok()) status = console.Finish();
  if (!status.ok()) console.Error(status);
  return ExitCodeOf(status);
}
