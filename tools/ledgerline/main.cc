// ledgerline: the command line. See README.md and docs/quickstart.md.
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "tools/ledgerline/command.h"

namespace {

std::string ProgramDirectory() {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::string(".") : path.parent_path().string();
}

}  // namespace

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
  AddCover(app, action);
  AddRate(app, action);
  AddUsage(app, action);
  AddClose(app, action);
  AddStatement(app, action);
  AddExplain(app, action);
  AddLog(app, action);
  AddReceipt(app, action);
  AddVerify(app, action);

  if (argc == 1) {
    std::fputs(app.help().c_str(), stderr);
    return kExitUsage;
  }
  // CLI11 would only say that a command is missing.
  for (int i = 1; i < argc; ++i) {
    if (argv[i][0] == '-') continue;
    const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
    if (std::none_of(commands.begin(), commands.end(),
                     [&](const CLI::App* command) { return command->check_name(argv[i]); })) {
      std::fprintf(stderr, "ledgerline: '%s' is not a command; `ledgerline --help` lists them\n", argv[i]);
      return kExitUsage;
    }
    break;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitFine : kExitUsage;
  }

  Console console(json);
  ledgerline::SystemClock clock;
  Context context{console, clock, argc, ProgramDirectory()};
  const ledgerline::Status status = action(context);
  console.EndProgress();
  if (!status.ok()) console.Error(status);
  return ExitCodeOf(status);
}
