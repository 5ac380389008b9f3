// The drum half of ledgerline-train, which needs no LibTorch:
//
//   ledgerline-train drums --groove DIR --out FILE        trains on the train split and writes the model file
//   ledgerline-train drums-measure --groove DIR --model FILE [--split validation]
//   ledgerline-train drums-draw --model FILE --style rock [--bars 8] [--seed 1] [--beats 4]   prints a groove as a tab
#ifndef LEDGERLINE_TOOLS_TRAIN_DRUMS_COMMANDS_H_
#define LEDGERLINE_TOOLS_TRAIN_DRUMS_COMMANDS_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

namespace ledgerline::train {

// Adds the subcommands; the one that is given sets `*action`, which returns the exit code.
void AddDrumsCommands(CLI::App& app, std::function<int()>* action);

}  // namespace ledgerline::train

#endif  // LEDGERLINE_TOOLS_TRAIN_DRUMS_COMMANDS_H_
