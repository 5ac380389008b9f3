// A command of the program: a function that adds itself, with its flags, to the command line. One file a command.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_COMMAND_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_COMMAND_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "schemas/status.h"
#include "schemas/time.h"
#include "tools/ledgerline/console.h"

namespace ledgerline::tool {

// What a command is run with.
struct Context {
  Console& console;
  Clock& clock;
};

// Set by the command that the user named; run by main after parsing.
using Action = std::function<Status(Context&)>;

// Adds a positional DIR. It must exist unless the command makes it.
CLI::Option* AddDirectory(CLI::App& command, std::string& directory);

void AddAnalyse(CLI::App& app, Action& action);
void AddInit(CLI::App& app, Action& action);
void AddKey(CLI::App& app, Action& action);
void AddKeyChanges(CLI::App& key, Action& action);  // key rotate and key revoke, added by AddKey
void AddCatalog(CLI::App& app, Action& action);
void AddConsent(CLI::App& app, Action& action);
void AddCover(CLI::App& app, Action& action);
void AddRemix(CLI::App& app, Action& action);
void AddStyles(CLI::App& app, Action& action);
void AddCovers(CLI::App& app, Action& action);
void AddRegenerate(CLI::App& app, Action& action);
void AddTaste(CLI::App& app, Action& action);
void AddTasteHear(CLI::App& taste, Action& action);  // taste hear, added by AddTaste
void AddRate(CLI::App& app, Action& action);
void AddUsage(CLI::App& app, Action& action);
void AddClose(CLI::App& app, Action& action);
void AddStatement(CLI::App& app, Action& action);
void AddExplain(CLI::App& app, Action& action);
void AddBatch(CLI::App& app, Action& action);
void AddSubmit(CLI::App& app, Action& action);
void AddErase(CLI::App& app, Action& action);
void AddLog(CLI::App& app, Action& action);
void AddLogFiles(CLI::App& log, Action& action);  // subcommands of log: export, serve, prove
void AddReceipt(CLI::App& app, Action& action);
void AddAudit(CLI::App& app, Action& action);
void AddAuditPack(CLI::App& app, Action& action);
void AddVerify(CLI::App& app, Action& action);
void AddCheckpoint(CLI::App& app, Action& action);
void AddPolicy(CLI::App& app, Action& action);
void AddBackup(CLI::App& app, Action& action);
void AddRestore(CLI::App& app, Action& action);
void AddFsck(CLI::App& app, Action& action);
void AddWitness(CLI::App& app, Action& action);

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_COMMAND_H_
