// The adapters' part of ledgerline-train:
//
//   ledgerline-train adapt --base MODEL --corpus DIR --config FILE --style ragtime --out FILE.adapter
//   ledgerline-train adapt ... --shipped --out DIR        ragtime, march and krakowiak: DIR/STYLE.adapter
//   ledgerline-train adapt ... --composer "Josephine Lang" --split adapt --artist PARTY --out FILE.adapter
//   ledgerline-train adapt ... --pieces LIST [--split adapt]   a file of piece ids, one a line
//   ledgerline-train judge-adapters --base MODEL --corpus DIR --adapter A --adapter B [--split adapt]
//   ledgerline-train merge --base MODEL --adapter FILE --out MODEL     base and adapter as one model file
//   ledgerline-train corpus-summary --corpus DIR          pieces by style and split, and how each style may be offered
#ifndef LEDGERLINE_TOOLS_TRAIN_ADAPTER_COMMANDS_H_
#define LEDGERLINE_TOOLS_TRAIN_ADAPTER_COMMANDS_H_

#include <CLI/CLI.hpp>
#include <functional>

namespace ledgerline::train {

// Adds the subcommands; the one that is given sets `*action`, which returns the exit code.
void AddAdapterCommands(CLI::App& app, std::function<int()>* action);

}  // namespace ledgerline::train

#endif  // LEDGERLINE_TOOLS_TRAIN_ADAPTER_COMMANDS_H_
