// ledgerline audit: an independent auditor follows a log from where it was last seen, replays it, and attests its
// closes.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "crypto/durable_file.h"
#include "crypto/sha256.h"
#include "ledger/audit/attestation.h"
#include "ledger/audit/journal_log_source.h"
#include "ledger/audit/log_follower.h"
#include "ledger/audit/replay_log.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/http_log_source.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/option_values.h"
#include "tools/ledgerline/report_printer.h"
#include "tools/ledgerline/trust_anchor.h"
#include "tools/ledgerline/usage_errors.h"

namespace ledgerline::tool {
namespace {

using Json = nlohmann::ordered_json;

struct AuditFlags {
  std::string target;
  uint64_t from = 0;
  std::string state;
  std::string vkey;
  std::string policy;
  std::string key;
  std::string output;
  bool submit = false;
  bool public_only = false;
  bool brief = false;
};

// A ledger's own directory has its store; an export has files only.
bool IsLedger(const std::string& target) { return IsDirectory(target) && Exists(target + "/db"); }

struct Attested {
  std::string period;
  std::string where;  // a file, or the entry
};

// One signed submission for each close since `from` that this key has not attested yet.
Result<std::vector<Attested>> Attest(Context& context, const AuditFlags& flags, const audit::ReplayedLog& log,
                                     const crypto::NamedSigner& auditor, TreeSize from) {
  std::vector<Attested> attested;
  std::unique_ptr<LedgerSession> session;
  if (flags.submit) {
    ASSIGN_OR_RETURN(session, LedgerSession::OpenForWriting(flags.target, context.clock));
  }
  const Hash256 key_id = journal::KeyId(auditor.public_key());
  std::vector<const audit::ReplayedClose*> closes;
  for (const audit::ReplayedClose& close : log.closes) {
    if (close.index.value >= from.value && !close.attested_by.contains(key_id)) closes.push_back(&close);
  }
  for (const audit::ReplayedClose* close : closes) {
    v1::Payload payload;
    auto attestation = audit::AttestationOf(close->entry, log.size, log.root);
    if (!attestation.ok()) {
      context.console.Warn(attestation.status().message());
      continue;
    }
    *payload.mutable_audit_attestation() = *std::move(attestation);
    const std::string bytes = payload.SerializeAsString();
    ASSIGN_OR_RETURN(const std::string submission,
                     journal::SignSubmission(log.origin, crypto::Sha256(bytes).ToBytes(), bytes, *auditor.signer));
    if (flags.submit) {
      ASSIGN_OR_RETURN(const journal::Committed committed, session->journal().Submit({submission, {}}));
      attested.push_back({close->period, "entry " + std::to_string(committed.index.value)});
    } else {
      const std::string path = flags.output + (closes.size() > 1 ? "." + close->period : "");
      RETURN_IF_ERROR(WriteNewFile(path, Base64Encode(submission) + "\n"));
      attested.push_back({close->period, path});
    }
  }
  if (flags.submit && !attested.empty()) RETURN_IF_ERROR(session->journal().SignCheckpoint().status());
  return attested;
}

// What anyone may check, who may not read entries: that the log only grows, and that witnesses saw the same.
Status RunPublic(Context& context, const AuditFlags& flags) {
  if (!flags.key.empty()) return InvalidArgument("--public replays nothing, so there is nothing to attest with --key");
  if (IsLedger(flags.target))
    return InvalidArgument("--public follows a log's files: an export of '" + flags.target + "', or the URL of one");
  ASSIGN_OR_RETURN(const auto anchor, ReadTrustAnchor(flags.vkey, flags.policy));
  if (!anchor) return InvalidArgument("a log is followed by its key: give --vkey or --policy");
  audit::FollowOptions options;
  options.read_entries = options.read_blobs = false;
  if (!flags.state.empty() && Exists(flags.state)) {
    ASSIGN_OR_RETURN(options.kept_checkpoint, Named("--state", ReadFile(flags.state, crypto::kNoteBytesMax)));
  }
  ASSIGN_OR_RETURN(const auto source, OpenLogSource(flags.target));
  const audit::Followed followed = audit::FollowLog(*source, *anchor, context.clock.Now(), options);
  audit::Report report;
  report.SetAnchored();
  if (followed.status.ok()) {
    report.Pass("hash tiles",
                "size " + std::to_string(followed.size.value) + " is signed, and its tiles lead to its root");
    if (!options.kept_checkpoint.empty())
      report.Pass("extends the kept checkpoint", "size " + std::to_string(followed.from.value) + " is a prefix of it");
    report.Trust("What the entries say: only checkpoints and hash tiles were read (--public).");
  } else {
    report.Fail(std::string(audit::FollowCheckName(followed.caught_by)), followed.status.message());
  }
  if (followed.evidence && !flags.state.empty()) {
    const std::string path = flags.state + ".evidence";
    RETURN_IF_ERROR(crypto::ReplaceFile(path, followed.evidence->Serialize()).WithContext("--state"));
    context.console.Warn("the evidence is in " + path + ": anyone can check it with `ledgerline verify " + path +
                         " --vkey KEY`");
  }
  if (followed.status.ok() && !flags.state.empty())
    RETURN_IF_ERROR(crypto::ReplaceFile(flags.state, followed.checkpoint).WithContext("--state"));
  ReportPrinter printer(context.console, flags.brief);
  printer.Print(flags.target, report);
  return printer.Finish();
}

Status RunAudit(Context& context, const AuditFlags& flags) {
  if (flags.public_only) return RunPublic(context, flags);
  if (!flags.key.empty() && flags.output.empty() && !flags.submit)
    return InvalidArgument("--key attests, but where to? Give -o FILE, or --submit for a ledger on this machine");
  if (flags.key.empty() && (flags.submit || !flags.output.empty()))
    return InvalidArgument("an attestation needs the auditor's key: give --key FILE");
  if (flags.submit && !IsLedger(flags.target))
    return InvalidArgument(
        "--submit needs a ledger's own directory; for a copy or a server write the attestation with -o "
        "and give it to the operator, who records it with 'ledgerline submit'");
  audit::ReplayOptions options;
  ASSIGN_OR_RETURN(options.anchor, ReadTrustAnchor(flags.vkey, flags.policy));
  if (!flags.state.empty() && Exists(flags.state)) {
    ASSIGN_OR_RETURN(options.kept_checkpoint, Named("--state", ReadFile(flags.state, crypto::kNoteBytesMax)));
  }
  options.progress = [&](uint64_t done, uint64_t total) { context.console.Progress("replaying entries", done, total); };
  std::optional<crypto::NamedSigner> auditor;
  if (!flags.key.empty()) {
    ASSIGN_OR_RETURN(auditor, ReadKeyFile("--key", flags.key));
  }
  audit::ReplayedLog log;
  if (IsLedger(flags.target)) {
    ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForReading(flags.target));
    audit::JournalLogSource source(session->journal(), flags.target);
    log = audit::ReplayLog(source, options);
  } else {
    ASSIGN_OR_RETURN(const auto source, OpenLogSource(flags.target));
    log = audit::ReplayLog(*source, options);
  }
  context.console.EndProgress();
  const TreeSize from{std::max(flags.from, log.kept_size.value)};
  if (flags.from > log.size.value && log.size.value > 0)
    return OutOfRange("--from " + std::to_string(flags.from) + ": the log has only " + std::to_string(log.size.value) +
                      " entries: it is behind what you saw");
  ReportPrinter printer(context.console, flags.brief);
  printer.Print(flags.target, log.report);
  const bool verified = log.report.AllPassed() && log.report.anchored();
  std::vector<Attested> attested;
  if (verified) {
    if (auditor) {
      ASSIGN_OR_RETURN(attested, Attest(context, flags, log, *auditor, TreeSize{flags.from}));
    }
    if (!flags.state.empty()) {
      RETURN_IF_ERROR(crypto::ReplaceFile(flags.state, log.checkpoint).WithContext("--state"));
    }
    context.console.Say("Seen up to size " + std::to_string(log.size.value) + ", of which " +
                        Counted(log.size.value - from.value, "entry is new", "entries are new") + ".");
    for (const Attested& each : attested)
      context.console.Say("The close of " + each.period + " is attested: " + each.where + ".");
    if (auditor && attested.empty()) context.console.Say("There is no close that this key has not attested.");
  } else if (!flags.state.empty() && options.kept_checkpoint && !log.checkpoint.empty() &&
             *options.kept_checkpoint != log.checkpoint) {
    // What was served now, beside what was seen before: two signed checkpoints that differ are evidence.
    const std::string path = flags.state + ".refused";
    std::remove(path.c_str());
    RETURN_IF_ERROR(WriteNewFile(path, log.checkpoint));
    context.console.Warn("the checkpoint that was refused is kept in " + path + ", the one seen before in " +
                         flags.state);
  }
  if (!verified) return printer.Finish();
  Json attested_json = Json::array();
  for (const Attested& each : attested) attested_json.push_back({{"period", each.period}, {"where", each.where}});
  context.console.PrintJson(Json{{"target", flags.target},
                                 {"verified", true},
                                 {"size", log.size.value},
                                 {"from", from.value},
                                 {"closes", log.closes.size()},
                                 {"attested", attested_json},
                                 {"taken_on_trust", log.report.trusted()}});
  return Status::Ok();
}

}  // namespace

void AddAudit(CLI::App& app, Action& action) {
  auto flags = std::make_shared<AuditFlags>();
  CLI::App* command = app.add_subcommand(
      "audit", "Follow a log as an independent auditor: check and replay everything, and attest its closes");
  command->add_option("TARGET", flags->target, "A ledger's directory, an export of it, or the URL of a log's files")
      ->required();
  CLI::Option* state =
      command->add_option("--state", flags->state,
                          "A file that keeps the checkpoint seen last; made by the first run. The log must extend it");
  command
      ->add_option("--from", flags->from,
                   "Without a state: the size seen last. Closes before it are replayed, and not attested again")
      ->check(WholeNumber())
      ->excludes(state);
  CLI::Option* vkey = command->add_option("--vkey", flags->vkey,
                                          "The ledger's verifier key, or a file with it, from a source that you trust");
  command->add_option("--policy", flags->policy, "A policy file: the ledger's keys, and the witnesses it needs")
      ->excludes(vkey);
  command->add_option("--key", flags->key, "The auditor's private key: attest every close that was found right");
  CLI::Option* output =
      command->add_option("-o,--output", flags->output,
                          "Where to put the signed attestation, for the operator's 'submit'; of several FILE.PERIOD");
  command
      ->add_flag("--submit", flags->submit, "Record the attestation in this ledger, which is the operator's own here")
      ->excludes(output);
  command->add_flag(
      "--public", flags->public_only,
      "Read only what anyone may: checkpoints and hash tiles; keeps evidence of a fork in STATE.evidence");
  command->add_flag("--brief", flags->brief, "Only what failed, and a line for the whole");
  command->callback([flags, &action] { action = [flags](Context& context) { return RunAudit(context, *flags); }; });
}

}  // namespace ledgerline::tool
