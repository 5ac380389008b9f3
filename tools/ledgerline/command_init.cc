// ledgerline init: a new ledger.
#include <nlohmann/json.hpp>

#include "tools/ledgerline/command.h"
#include "tools/ledgerline/ledger_session.h"

namespace ledgerline::tool {

CLI::Option* AddDirectory(CLI::App& command, std::string& directory) {
  return command.add_option("DIR", directory, "The ledger's directory")->required();
}

namespace {

struct InitFlags {
  std::string directory;
  std::string origin;
  std::string key_file;
};

Status RunInit(Context& context, const InitFlags& flags) {
  ASSIGN_OR_RETURN(const auto session,
                   LedgerSession::Create(flags.directory, flags.origin, flags.key_file, context.clock));
  const std::string vkey = session->journal().checkpoint_key().ToString();
  context.console.Say("A new ledger in " + flags.directory + ", origin " + flags.origin +
                      ".\n"
                      "  operator key   " +
                      OperatorKeyPath(flags.directory) +
                      " (mode 0600; back it up apart from the ledger)\n"
                      "  verifier key   " +
                      vkey +
                      "\n"
                      "Give the verifier key to everyone who is to check this ledger.");
  context.console.PrintJson(nlohmann::ordered_json{{"directory", flags.directory},
                                                   {"origin", flags.origin},
                                                   {"vkey", vkey},
                                                   {"size", session->journal().size().value}});
  return Status::Ok();
}

}  // namespace

void AddInit(CLI::App& app, Action& action) {
  auto flags = std::make_shared<InitFlags>();
  CLI::App* command =
      app.add_subcommand("init", "Make a new ledger: keys, an empty tree with its genesis, the first checkpoint");
  AddDirectory(*command, flags->directory);
  command
      ->add_option("--origin", flags->origin,
                   "The log's name for ever, such as ledger.example.com/covers; no blanks, no plus")
      ->required();
  command->add_option("--key", flags->key_file,
                      "The operator's key file, such as one that names a key on a token (default: a new key)");
  command->callback([flags, &action] { action = [flags](Context& context) { return RunInit(context, *flags); }; });
}

}  // namespace ledgerline::tool
