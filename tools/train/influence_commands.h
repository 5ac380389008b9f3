// The influence part of ledgerline-train (docs/influence.md):
//
//   ledgerline-train influence index --model FLOATS --corpus DIR --out FILE.influence [--pieces N] [--seed S]
//   ledgerline-train influence of --index FILE --model FLOATS --cover DIR ENTRY --served MODEL [--out FILE.csv]
//   ledgerline-train influence of ... --midi FILE --style NAME       a score read as a training piece is
//   ledgerline-train influence validate --corpus DIR --config FILE --out DIR     against retraining
//   ledgerline-train influence shares --influences FILE.csv ... --owners FILE    influence_shares.h
#ifndef LEDGERLINE_TOOLS_TRAIN_INFLUENCE_COMMANDS_H_
#define LEDGERLINE_TOOLS_TRAIN_INFLUENCE_COMMANDS_H_

#include <CLI/CLI.hpp>
#include <functional>

namespace ledgerline::train {

// Adds `influence` with its subcommands; the one that is given sets `*action`, which returns the exit code.
void AddInfluenceCommands(CLI::App& app, std::function<int()>* action);

}  // namespace ledgerline::train

#endif  // LEDGERLINE_TOOLS_TRAIN_INFLUENCE_COMMANDS_H_
