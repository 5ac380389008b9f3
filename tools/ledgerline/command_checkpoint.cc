// ledgerline checkpoint and ledgerline policy: signed sizes, and the witnesses that they need.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "crypto/durable_file.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/cosigning.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/restore_guard.h"
#include "tools/ledgerline/trust_anchor.h"

namespace ledgerline::tool {
namespace {

using Json = nlohmann::ordered_json;

struct CheckpointFlags {
  std::string directory;
  std::string policy;
  std::vector<std::string> anchors;
  bool show = false;
};

struct PolicyFlags {
  std::string target;
  std::string file;
  bool standard = false;
};

Json VerdictJson(const CosigningOutcome& outcome) {
  Json cosigned = Json::array();
  for (const auto& each : outcome.verdict.cosigned)
    cosigned.push_back({{"witness", each.witness}, {"key_name", each.key_name}, {"time", each.time_s}});
  return Json{{"size", outcome.verdict.checkpoint.size.value},
              {"root", Base64Encode(outcome.verdict.checkpoint.root.view())},
              {"note", outcome.note},
              {"quorum", outcome.verdict.satisfied},
              {"cosigned", cosigned},
              {"missing", outcome.verdict.missing},
              {"problems", outcome.problems}};
}

Status Show(Context& context, const std::string& note) {
  context.console.Say(std::string_view(note).substr(0, note.size() - 1));
  context.console.PrintJson(Json{{"note", note}});
  return Status::Ok();
}

Status RunCheckpoint(Context& context, const CheckpointFlags& flags) {
  if (flags.show) {
    ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForReading(flags.directory));
    return Show(context, session->journal().LatestCheckpoint());
  }
  std::optional<crypto::WitnessPolicy> policy;
  if (!flags.policy.empty()) {
    ASSIGN_OR_RETURN(policy, ReadPolicy("--policy", flags.policy));
  } else {
    ASSIGN_OR_RETURN(policy, ReadLedgerPolicy(flags.directory));
  }
  if (!policy && flags.anchors.empty()) {
    ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForWriting(flags.directory, context.clock));
    RETURN_IF_ERROR(session->SignCheckpoint());
    return Show(context, session->journal().LatestCheckpoint());
  }
  if (!policy) policy = *crypto::WitnessPolicy::Parse("quorum none\n");
  {
    ASSIGN_OR_RETURN(const auto reading, LedgerSession::OpenForReading(flags.directory));
    std::vector<std::string> warnings;
    RETURN_IF_ERROR(CheckAgainstWitnesses(reading->journal(), *policy, flags.anchors, warnings));
    for (const std::string& warning : warnings) context.console.Warn(warning);
  }
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForWriting(flags.directory, context.clock));
  ASSIGN_OR_RETURN(const CosigningOutcome outcome, SignAndCosign(session->journal(), *policy));
  context.console.PrintJson(VerdictJson(outcome));
  context.console.Say("checkpoint of size " + std::to_string(outcome.verdict.checkpoint.size.value));
  for (const auto& each : outcome.verdict.cosigned)
    context.console.Say("  cosigned by " + each.witness + " (" + each.key_name + ")");
  RETURN_IF_ERROR(QuorumStatus(outcome, *policy));
  for (const std::string& problem : outcome.problems) context.console.Warn(problem);
  for (const std::string& missing : outcome.verdict.missing)
    context.console.Warn("missing, and the policy says fail-open: " + missing);
  return Status::Ok();
}

Status RunPolicySet(Context& context, const PolicyFlags& flags) {
  ASSIGN_OR_RETURN(const crypto::WitnessPolicy policy, ReadPolicy("FILE", flags.file));
  ASSIGN_OR_RETURN(const std::string text, ReadFile(flags.file, crypto::kPolicyBytesMax));
  ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForReading(flags.target));
  const std::string own = session->journal().checkpoint_key().ToString();
  bool names_us = policy.logs().empty();
  for (const crypto::PolicyLog& log : policy.logs()) names_us = names_us || log.key.ToString() == own;
  if (!names_us) return InvalidArgument("FILE " + flags.file + " names other logs, and not this one: log " + own);
  for (const std::string& anchor : policy.anchors()) {
    if (IsUrl(anchor)) continue;
    if (!std::filesystem::path(anchor).is_absolute())
      return InvalidArgument("FILE " + flags.file + ": the anchor '" + anchor +
                             "' is neither a URL nor an absolute path");
    // The guard asks for it from now on. One that is there is not touched: it may know more than we do.
    if (!Exists(anchor))
      RETURN_IF_ERROR(crypto::ReplaceFile(anchor, session->journal().LatestCheckpoint()).WithContext("anchor"));
  }
  RETURN_IF_ERROR(crypto::ReplaceFile(PolicyPath(flags.target), text));
  context.console.Say("Every command that signs a checkpoint of " + flags.target + " asks its witnesses from now on: " +
                      std::to_string(policy.witnesses().size()) + " witnesses, quorum '" + policy.quorum() + "', " +
                      (policy.on_missing_quorum() == crypto::OnMissingQuorum::kFailOpen ? "fail-open" : "fail-closed") +
                      ".");
  context.console.PrintJson(Json{{"policy", PolicyPath(flags.target)}, {"quorum", policy.quorum()}});
  return Status::Ok();
}

Status RunPolicyShow(Context& context, const PolicyFlags& flags) {
  const std::string path = IsDirectory(flags.target) ? PolicyPath(flags.target) : flags.target;
  ASSIGN_OR_RETURN(const crypto::WitnessPolicy policy, ReadPolicy("TARGET", path));
  std::string text = policy.standard_text();
  if (!flags.standard) {
    ASSIGN_OR_RETURN(text, ReadFile(path, crypto::kPolicyBytesMax));
  }
  context.console.PrintJson(Json{{"policy", text}});
  if (!text.empty()) text.pop_back();
  context.console.Say(text);
  return Status::Ok();
}

}  // namespace

void AddCheckpoint(CLI::App& app, Action& action) {
  auto flags = std::make_shared<CheckpointFlags>();
  CLI::App* command =
      app.add_subcommand("checkpoint", "Sign a checkpoint now, and have the policy's witnesses cosign it");
  AddDirectory(*command, flags->directory);
  command->add_option("--policy", flags->policy, "A policy file instead of the ledger's own (`ledgerline policy set`)");
  command
      ->add_option("--anchor", flags->anchors,
                   "A file or http:// URL elsewhere with the last checkpoint: refuse to sign if it knows more")
      ->allow_extra_args(false);
  command->add_flag("--show", flags->show, "Sign nothing; print the last checkpoint as it is published");
  command->callback(
      [flags, &action] { action = [flags](Context& context) { return RunCheckpoint(context, *flags); }; });
}

void AddPolicy(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("policy", "Which witnesses a ledger's checkpoints need");
  command->require_subcommand(1);
  command->fallthrough();
  auto set_flags = std::make_shared<PolicyFlags>();
  CLI::App* set = command->add_subcommand("set", "Make a policy file the ledger's own");
  AddDirectory(*set, set_flags->target);
  set->add_option("FILE", set_flags->file, "The policy (C2SP tlog-policy, docs/formats/policy.md)")->required();
  set->callback(
      [set_flags, &action] { action = [set_flags](Context& context) { return RunPolicySet(context, *set_flags); }; });
  auto show_flags = std::make_shared<PolicyFlags>();
  CLI::App* show = command->add_subcommand("show", "Print a ledger's policy, or a policy file, after checking it");
  show->add_option("TARGET", show_flags->target, "A ledger's directory, or a policy file")->required();
  show->add_flag("--standard", show_flags->standard, "Only the lines of C2SP tlog-policy, for other programs");
  show->callback([show_flags, &action] {
    action = [show_flags](Context& context) { return RunPolicyShow(context, *show_flags); };
  });
}

}  // namespace ledgerline::tool
