// ledgerline witness: make one, run one, and read the evidence that it kept.
#include <nlohmann/json.hpp>

#include "crypto/cosignature.h"
#include "ledger/witness/witness_directory.h"
#include "schemas/time.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/http_server.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/trust_anchor.h"
#include "tools/ledgerline/witness_server.h"

namespace ledgerline::tool {
namespace {

using Json = nlohmann::ordered_json;

struct WitnessFlags {
  std::string directory;
  std::string name;
  std::vector<std::string> logs;
  std::string listen = "127.0.0.1:0";
};

Status RunInit(Context& context, const WitnessFlags& flags) {
  RETURN_IF_ERROR(crypto::CheckKeyName(flags.name).WithContext("--name"));
  crypto::SystemRandom random;
  RETURN_IF_ERROR(witness::WitnessDirectory::Create(flags.directory, flags.name, random));
  ASSIGN_OR_RETURN(std::string vkey, ReadFile(witness::WitnessVkeyPath(flags.directory), 1000));
  vkey.pop_back();
  context.console.Say("A new witness in " + flags.directory + ".\n  verifier key  " + vkey +
                      "\nGive it to those who write policies. Run it with `ledgerline witness serve " +
                      flags.directory +
                      " --log VKEY`.\nNever put an old copy of this directory back: it would have forgotten what it "
                      "signed. Make a new witness instead.");
  context.console.PrintJson(Json{{"directory", flags.directory}, {"vkey", vkey}});
  return Status::Ok();
}

Status RunServe(Context& context, const WitnessFlags& flags) {
  std::vector<crypto::VerifierKey> logs;
  for (const std::string& log : flags.logs) {
    ASSIGN_OR_RETURN(crypto::VerifierKey key, ReadVerifierKey("--log", log));
    logs.push_back(std::move(key));
  }
  ASSIGN_OR_RETURN(const auto store, witness::WitnessDirectory::Open(flags.directory));
  ASSIGN_OR_RETURN(const crypto::NamedSigner key, ReadKeyFile("WDIR", witness::WitnessKeyPath(flags.directory)));
  ASSIGN_OR_RETURN(const auto witness, witness::Witness::Create(*store, key.name, *key.signer, context.clock, logs));
  HttpServerOptions options;
  options.listen = flags.listen;
  options.body_bytes_max = witness::kAddCheckpointBytesMax;
  options.stop_on_signals = true;
  ASSIGN_OR_RETURN(const auto server, HttpServer::Listen(options, WitnessHandler(*witness)));
  context.console.Say("witness " + witness->key().ToString() + "\nlistening on http://" + server->address());
  context.console.PrintJson(Json{{"vkey", witness->key().ToString()}, {"url", "http://" + server->address()}}, -1);
  RETURN_IF_ERROR(context.console.Finish());
  server->Run();
  return Status::Ok();
}

Status RunEvidence(Context& context, const WitnessFlags& flags) {
  ASSIGN_OR_RETURN(const auto store, witness::WitnessDirectory::OpenReadOnly(flags.directory));
  ASSIGN_OR_RETURN(const std::vector<std::string> names, store->EvidenceNames());
  Json list = Json::array();
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(const std::string text, store->ReadEvidence(name));
    const std::string path = flags.directory + "/evidence/" + name;
    context.console.Say("# " + path + "\n" + text);
    list.push_back({{"file", path}, {"evidence", text}});
  }
  if (names.empty()) context.console.Say("No evidence: no log has shown this witness two histories.");
  context.console.PrintJson(list);
  return Status::Ok();
}

}  // namespace

void AddWitness(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("witness", "A witness: cosigns the checkpoints of logs that only grow");
  command->require_subcommand(1);
  command->fallthrough();
  const auto add = [&](const char* name, const char* what, Status (*run)(Context&, const WitnessFlags&)) {
    auto flags = std::make_shared<WitnessFlags>();
    CLI::App* sub = command->add_subcommand(name, what);
    sub->add_option("WDIR", flags->directory, "The witness's directory")->required();
    sub->callback([flags, run, &action] { action = [flags, run](Context& context) { return run(context, *flags); }; });
    return std::make_pair(sub, flags);
  };
  const auto [init, init_flags] = add("init", "Make a new witness: its key and an empty memory", RunInit);
  init->add_option("--name", init_flags->name, "Its name for ever, such as witness.example.com/one; no blanks, no plus")
      ->required();
  const auto [serve, serve_flags] = add("serve", "Run it, until SIGTERM or Ctrl-C", RunServe);
  serve->add_option("--log", serve_flags->logs, "A log's verifier key, or a file with it; may be repeated")
      ->required()
      ->allow_extra_args(false);
  serve->add_option("--listen", serve_flags->listen, "ADDRESS:PORT; port 0 is any that is free")->capture_default_str();
  add("evidence", "Print the evidence of logs that showed two histories", RunEvidence);
}

}  // namespace ledgerline::tool
