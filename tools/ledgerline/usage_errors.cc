#include "tools/ledgerline/usage_errors.h"

#include <charconv>
#include <cstdint>

namespace ledgerline::tool {
namespace {

// Commands have names, groups of options have none.
std::vector<const CLI::App*> CommandsOf(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* command) { return !command->get_name().empty(); });
}

std::string NamesOf(const std::vector<const CLI::App*>& commands) {
  std::string names;
  for (const CLI::App* command : commands) names += (names.empty() ? "" : ", ") + command->get_name();
  return names;
}

}  // namespace

std::string WrongCommand(const CLI::App& app, int argc, const char* const* argv) {
  const CLI::App* at = &app;
  std::string path = app.get_name();
  for (int i = 1; i < argc; ++i) {
    const std::vector<const CLI::App*> commands = CommandsOf(*at);
    if (commands.empty()) return {};
    const std::string word = argv[i];
    if (word == "-h" || word == "--help" || word == "--version") return {};
    if (word.rfind('-', 0) == 0) continue;
    const CLI::App* next = nullptr;
    for (const CLI::App* command : commands) next = command->check_name(word) ? command : next;
    if (next == nullptr && at->get_require_subcommand_min() == 0) return {};  // `log DIR` beside `log export`
    if (next == nullptr) {
      return at == &app ? "'" + word + "' is not a command; `" + path + " --help` lists them"
                        : "'" + word + "' is not a command of `" + path + "`, which has " + NamesOf(commands);
    }
    at = next;
    path += " " + word;
  }
  const std::vector<const CLI::App*> commands = CommandsOf(*at);
  return commands.empty() || at->get_require_subcommand_min() == 0 ? std::string()
                                                                   : "`" + path + "` needs one of " + NamesOf(commands);
}

std::string WrongOption(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* at = &app;
  std::string path = app.get_name();
  while (at != nullptr) {
    const CLI::App* next = nullptr;
    for (const CLI::App* command : at->get_subcommands()) next = command->get_name().empty() ? next : command;
    if (next != nullptr) path += " " + next->get_name();
    at = next;
  }
  std::string what = error.what();
  const std::string option = what.substr(0, what.find(':'));
  if (what.find(": 1 required ") != std::string::npos && what.ends_with(" missing")) {
    what = option + " needs a value";
  } else if (what.find(": At Most 1 required but received ") != std::string::npos) {
    what = option + " may be given once only";
  }
  return what + "; see `" + path + " --help`";
}

void FinishCommands(CLI::App& app) {
  const std::vector<CLI::App*> commands = app.get_subcommands([](CLI::App*) { return true; });
  for (CLI::Option* option : app.get_options()) {
    if (option->get_type_size() == 0) continue;  // a flag
    option->check(
        CLI::Validator([](std::string& text) { return std::string(text.empty() ? "the value is empty" : ""); }, ""));
  }
  if (CommandsOf(app).empty() && !app.get_name().empty()) app.footer("With --json: one JSON document instead of text.");
  for (CLI::App* command : commands) FinishCommands(*command);
}

CLI::Validator WholeNumber() {
  return CLI::Validator(
      [](std::string& text) {
        uint64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error == std::errc() && end == text.data() + text.size()) return std::string();
        return "'" + text + "': expected a whole number from 0 to " + std::to_string(UINT64_MAX);
      },
      "");
}

}  // namespace ledgerline::tool
