// ledgerline log export, serve and prove: the log as files that anybody's program can read, and proofs between sizes.
#include <nlohmann/json.hpp>

#include "crypto/checkpoint.h"
#include "ledger/audit/log_export.h"
#include "ledger/audit/log_source.h"
#include "ledger/witness/add_checkpoint_request.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/http_server.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/usage_errors.h"

namespace ledgerline::tool {
namespace {

using Json = nlohmann::ordered_json;

struct ExportFlags {
  std::string directory;
  std::string out;
  bool public_only = false;
  std::string listen = "127.0.0.1:0";
  uint64_t from = 0;
  uint64_t to = 0;
};

Status RunExport(Context& context, const ExportFlags& flags) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForReading(flags.directory));
  ASSIGN_OR_RETURN(const audit::LogExport done, audit::ExportLog(session->journal(), flags.out, flags.public_only));
  context.console.Say(flags.out + ": the log at size " + std::to_string(done.size.value) + ", " +
                      Counted(done.files_written, "file", "files") + " written, " +
                      Counted(done.files_there, "was", "were") + " there already" +
                      (flags.public_only ? ". Entries and blobs are left out." : "."));
  context.console.PrintJson(Json{{"directory", flags.out},
                                 {"size", done.size.value},
                                 {"files_written", done.files_written},
                                 {"files_there", done.files_there}});
  return Status::Ok();
}

// tlog-tiles: the checkpoint may change at any moment, everything else never does.
HttpReply ServeFile(audit::LogSource& source, const HttpRequest& request) {
  if (request.method != "GET")
    return {405, "text/plain; charset=utf-8", "only GET and HEAD\n", {{"Allow", "GET, HEAD"}}};
  const std::string path = request.target.empty() ? "" : request.target.substr(1);
  Result<std::string> bytes = source.Get(path);
  if (!bytes.ok()) {
    const StatusCode code = bytes.status().code();
    const bool none = code == StatusCode::kNotFound || code == StatusCode::kInvalidArgument;
    return {none ? 404 : 500, "text/plain; charset=utf-8", none ? "no such file\n" : "cannot be read\n", {}};
  }
  HttpReply reply{200, "application/octet-stream", *std::move(bytes), {}};
  const bool checkpoint = path == audit::kCheckpointPath;
  if (checkpoint) reply.content_type = "text/plain; charset=utf-8";
  // Entries and blobs are for independent auditors: no shared cache keeps them.
  const bool open = path.rfind("tile/entries/", 0) != 0 && path.rfind("tile/", 0) == 0;
  reply.headers.emplace_back("Cache-Control", checkpoint ? "no-cache"
                                              : open     ? "public, max-age=31536000, immutable"
                                                         : "private, max-age=31536000, immutable");
  return reply;
}

Status RunServe(Context& context, const ExportFlags& flags) {
  if (!IsDirectory(flags.out)) return NotFound("OUT: there is no directory '" + flags.out + "'");
  audit::DirectoryLogSource source(flags.out);
  HttpServerOptions options;
  options.listen = flags.listen;
  options.body_bytes_max = 0;
  options.stop_on_signals = true;
  ASSIGN_OR_RETURN(const auto server,
                   HttpServer::Listen(options, [&](const HttpRequest& request) { return ServeFile(source, request); }));
  context.console.Say("listening on http://" + server->address());
  context.console.PrintJson(Json{{"url", "http://" + server->address()}}, -1);
  RETURN_IF_ERROR(context.console.Finish());
  server->Run();
  return Status::Ok();
}

Status RunProve(Context& context, const ExportFlags& flags) {
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForReading(flags.directory));
  journal::Journal& journal = session->journal();
  witness::AddCheckpointRequest proof;
  proof.checkpoint = journal.LatestCheckpoint();
  ASSIGN_OR_RETURN(const crypto::SignedNote note, crypto::SignedNote::Parse(proof.checkpoint));
  ASSIGN_OR_RETURN(const crypto::Checkpoint latest, crypto::Checkpoint::Parse(note.text));
  const TreeSize to = flags.to == 0 ? latest.size : TreeSize{flags.to};
  if (to != latest.size) {
    Result<std::string> at = journal.CheckpointAt(to);
    if (!at.ok()) return at.status().WithContext("--to");
    proof.checkpoint = *std::move(at);
  }
  proof.old_size = TreeSize{flags.from};
  Result<crypto::Proof> hashes = journal.ConsistencyProof(proof.old_size, to);
  if (!hashes.ok()) return hashes.status().WithContext("--from");
  proof.proof = *std::move(hashes);
  std::string text = proof.Serialize();
  context.console.PrintJson(Json{{"from", flags.from}, {"to", to.value}, {"proof", text}});
  text.pop_back();
  context.console.Say(text);
  return Status::Ok();
}

}  // namespace

void AddLogFiles(CLI::App& log, Action& action) {
  const auto add = [&](const char* name, const char* what, Status (*run)(Context&, const ExportFlags&)) {
    auto flags = std::make_shared<ExportFlags>();
    CLI::App* sub = log.add_subcommand(name, what);
    sub->callback([flags, run, &action] { action = [flags, run](Context& context) { return run(context, *flags); }; });
    return std::make_pair(sub, flags);
  };
  const auto [exported, export_flags] =
      add("export", "Write the log as static files (C2SP tlog-tiles); again for what is new", RunExport);
  AddDirectory(*exported, export_flags->directory);
  exported->add_option("OUT", export_flags->out, "The directory of the files")->required();
  exported->add_flag("--public", export_flags->public_only, "Only checkpoint and hash tiles: no entries, no blobs");
  const auto [serve, serve_flags] = add("serve", "Serve exported files over HTTP, read-only, until SIGTERM", RunServe);
  serve->add_option("OUT", serve_flags->out, "The directory of the files")->required();
  serve->add_option("--listen", serve_flags->listen, "ADDRESS:PORT; port 0 is any that is free")->capture_default_str();
  const auto [prove, prove_flags] =
      add("prove", "Print the proof that one checkpoint extends another; `ledgerline verify` checks it", RunProve);
  AddDirectory(*prove, prove_flags->directory);
  prove->add_option("--from", prove_flags->from, "The smaller size, 1 or more")->required()->check(WholeNumber());
  prove->add_option("--to", prove_flags->to, "The larger size, of a signed checkpoint (default: the last)")
      ->check(WholeNumber());
}

}  // namespace ledgerline::tool
