// ledgerline-train chorales: the JSB chorales benchmark, trained and measured.
#ifndef LEDGERLINE_TOOLS_TRAIN_CHORALE_COMMANDS_H_
#define LEDGERLINE_TOOLS_TRAIN_CHORALE_COMMANDS_H_

#include <CLI/CLI.hpp>
#include <functional>

namespace ledgerline::train {

// Adds the subcommand; when it is chosen, `*action` is set to what does it and returns the exit code.
void AddChoraleCommand(CLI::App& app, std::function<int()>* action);

}  // namespace ledgerline::train

#endif  // LEDGERLINE_TOOLS_TRAIN_CHORALE_COMMANDS_H_
