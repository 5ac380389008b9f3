// ledgerline-train prefer: trains a model on what listeners preferred.
#ifndef LEDGERLINE_TOOLS_TRAIN_PREFERENCE_COMMANDS_H_
#define LEDGERLINE_TOOLS_TRAIN_PREFERENCE_COMMANDS_H_

#include <CLI/CLI.hpp>
#include <functional>

namespace ledgerline::train {

// `*action` is set when the command was given; it returns the exit code.
void AddPreferenceCommand(CLI::App& app, std::function<int()>* action);

}  // namespace ledgerline::train

#endif  // LEDGERLINE_TOOLS_TRAIN_PREFERENCE_COMMANDS_H_
