// What is wrong with the words of a command line, and where its help is. CLI11's own messages name neither the command
// nor what it would take.
#ifndef LEDGERLINE_TOOLS_LEDGERLINE_USAGE_ERRORS_H_
#define LEDGERLINE_TOOLS_LEDGERLINE_USAGE_ERRORS_H_

#include <CLI/CLI.hpp>
#include <string>

namespace ledgerline::tool {

// Walks the words up to the first that is no command where a command must stand. Empty if all is well so far, else a
// message: "'frob' is not a command of `ledgerline key`, which has show, new, enrol".
std::string WrongCommand(const CLI::App& app, int argc, const char* const* argv);

// "--origin is required; see `ledgerline init --help`", after app.parse has thrown.
std::string WrongOption(const CLI::App& app, const CLI::ParseError& error);

// To be called when every command is there: no option takes an empty value (a script's unset variable), and every
// command's help ends with what they all take.
void FinishCommands(CLI::App& app);

// A check for options and positionals that take a whole number: CLI11 alone would read -1 as 18446744073709551615, 0x10
// as 16, nothing as 0, and too many digits as the largest number.
CLI::Validator WholeNumber();

}  // namespace ledgerline::tool

#endif  // LEDGERLINE_TOOLS_LEDGERLINE_USAGE_ERRORS_H_
