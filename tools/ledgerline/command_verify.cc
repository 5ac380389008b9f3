// ledgerline verify: a full check of a ledger, or an offline check of receipts. Says what it checked and what it took
// on trust.
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "ledger/audit/promise_check.h"
#include "ledger/audit/quorum_check.h"
#include "ledger/audit/receipt.h"
#include "ledger/audit/verify_ledger.h"
#include "ledger/audit/verify_pack.h"
#include "ledger/audit/verify_receipt.h"
#include "ledger/journal/tlog_proof.h"
#include "ledger/store/journal_directory.h"
#include "ledger/witness/fork_evidence.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/delivered_files.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/option_values.h"
#include "tools/ledgerline/trust_anchor.h"

namespace ledgerline::tool {
namespace {

using Json = nlohmann::ordered_json;

struct VerifyFlags {
  std::vector<std::string> targets;
  std::string vkey;
  std::string policy;
  std::vector<std::string> checkpoints;
  std::string ledger;
  std::vector<std::string> auditors;
  bool brief = false;
};

std::string Indented(const std::string& text, size_t by) {
  std::string out;
  for (const char c : text) out += c == '\n' ? "\n" + std::string(by, ' ') : std::string(1, c);
  return out;
}

enum class Outcome { kVerified, kNotVerified, kUnreadable };

// Prints one target's report.
Outcome PrintReport(Context& context, const std::string& target, bool brief, const audit::Report& report, Json& json) {
  size_t failed = 0;
  Json findings = Json::array();
  if (!brief) context.console.Say(target);
  for (const audit::Finding& finding : report.findings()) {
    failed += finding.passed ? 0 : 1;
    if (!brief || !finding.passed)
      context.console.Say((finding.passed ? "  ok     " : "  FAILED ") + finding.name + ": " +
                          Indented(finding.detail, 9));
    findings.push_back({{"name", finding.name}, {"passed", finding.passed}, {"detail", finding.detail}});
  }
  if (!brief && !report.trusted().empty()) context.console.Say("  taken on trust:");
  for (const std::string& trusted : report.trusted()) {
    if (!brief) context.console.Say("    - " + Indented(trusted, 6));
  }
  std::string verdict;
  if (failed > 0)
    verdict = "NOT VERIFIED: " + std::to_string(failed) + " of " +
              Counted(report.findings().size(), "check", "checks") + " failed";
  else if (!report.anchored())
    verdict = "SELF-CONSISTENT, NO TRUST ANCHOR: give --vkey or --policy from a source other than this file";
  else
    verdict = "VERIFIED: " + Counted(report.findings().size(), "check", "checks") + " passed";
  const bool verified = failed == 0 && report.anchored();
  context.console.Say(brief ? target + ": " + verdict + ", " + Counted(report.trusted().size(), "thing", "things") +
                                  " taken on trust"
                            : verdict + "\n");
  json.push_back({{"target", target},
                  {"verified", verified},
                  {"verdict", verdict},
                  {"checks", findings},
                  {"taken_on_trust", report.trusted()}});
  return verified ? Outcome::kVerified : Outcome::kNotVerified;
}

// What could not even be read: the others are checked all the same.
Outcome PrintUnreadable(Context& context, const std::string& target, bool brief, const Status& status, Json& json) {
  const std::string verdict = "NOT READ: " + status.message();
  context.console.Say(brief ? target + ": " + verdict : target + "\n" + verdict + "\n");
  json.push_back({{"target", target},
                  {"verified", false},
                  {"verdict", verdict},
                  {"checks", Json::array()},
                  {"taken_on_trust", Json::array()}});
  return Outcome::kUnreadable;
}

// A checkpoint that somebody kept, alone or inside of a receipt.
Result<std::string> ReadKeptCheckpoint(const std::string& path) {
  ASSIGN_OR_RETURN(std::string text, Named("--checkpoint", ReadFile(path, audit::kReceiptBytesMax)));
  if (text.rfind('{', 0) != 0) return text;
  ASSIGN_OR_RETURN(audit::Receipt receipt, Named("--checkpoint " + path, audit::ParseReceipt(text)));
  return std::move(receipt.checkpoint);
}

Result<audit::Report> VerifyDirectoryTarget(Context& context, const VerifyFlags& flags, const std::string& directory,
                                            const std::optional<crypto::TrustAnchor>& anchor) {
  RETURN_IF_ERROR(CheckLedgerDirectory(directory));
  journal::VerifyOptions options;
  if (anchor) {
    // Only to choose among the anchor's keys; whether it can be read at all is the journal's check.
    const Result<std::string> published = ReadFile(directory + "/checkpoint", crypto::kNoteBytesMax);
    options.checkpoint_key = anchor->KeyFor(published.ok() ? *published : "");
  }
  options.progress = [&](uint64_t done, uint64_t total) { context.console.Progress("checking entries", done, total); };
  audit::Report report;
  const journal::VerifyReport journal_report = store::VerifyDirectory(directory, options);
  context.console.EndProgress();
  audit::AddJournalReport(journal_report, report);
  if (!journal_report.passed()) {
    report.Trust(
        "What the entries mean (files, verdicts, closes): not looked at, since the entries themselves are not whole.");
    return report;
  }
  auto session = LedgerSession::OpenForReading(directory);
  if (!session.ok()) {
    report.Fail("opening for reading", session.status().message());
    return report;
  }
  if (anchor) audit::CheckQuorum(*anchor, (*session)->journal().LatestCheckpoint(), report);
  audit::VerifyMeaning((*session)->journal(), report);
  for (const std::string& path : flags.checkpoints) {
    ASSIGN_OR_RETURN(const std::string old, ReadKeptCheckpoint(path));
    audit::VerifyExtends((*session)->journal(), old,
                         anchor ? anchor->KeyFor(old) : (*session)->journal().checkpoint_key(), report);
  }
  if (flags.checkpoints.empty()) {
    report.Trust(
        "That this is the only history: without a checkpoint kept from earlier (--checkpoint), an operator who signed "
        "two may show either.");
  }
  return report;
}

// What a witness or an auditor kept of a log that contradicts itself.
Result<audit::Report> VerifyForkEvidence(const std::string& text, const std::optional<crypto::TrustAnchor>& anchor) {
  ASSIGN_OR_RETURN(const witness::ForkEvidence evidence, witness::ForkEvidence::Parse(text));
  if (!anchor) return InvalidArgument("evidence is checked against the log's key: give --vkey or --policy");
  audit::Report report;
  report.SetAnchored();
  const Result<witness::ForkVerdict> verdict = witness::Judge(evidence, anchor->log_keys());
  const std::string name = "fork evidence";
  if (!verdict.ok()) {
    report.Fail(name, verdict.status().message());
  } else if (*verdict == witness::ForkVerdict::kNotShown) {
    report.Fail(name,
                "the log signed both checkpoints, but the file does not show that the second contradicts the first: "
                "the log gave no proof. Ask it for one (`ledgerline log prove`)");
  } else {
    report.Pass(name, "THE LOG SIGNED TWO HISTORIES: " + anchor->LogNames() +
                          " signed both checkpoints, and the second is not an extension of the first");
    report.Trust("That the log's key was in nobody else's hands.");
  }
  return report;
}

// A promise, alone or against the ledger that gave it.
Result<audit::Report> VerifyPromise(const std::string& text, const VerifyFlags& flags,
                                    const std::optional<crypto::TrustAnchor>& anchor) {
  ASSIGN_OR_RETURN(const journal::Promise promise, journal::Promise::Parse(text));
  if (!anchor) return InvalidArgument("a promise is checked against the ledger's key: give --vkey or --policy");
  const crypto::VerifierKey& key = anchor->KeyFor(promise.note);
  audit::Report report;
  const std::optional<journal::PromisedCommit> commit = audit::CheckPromise(promise, key, report);
  if (commit && flags.ledger.empty()) {
    report.Trust("That the ledger kept it: give --ledger DIR to compare.");
  } else if (commit) {
    ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForReading(flags.ledger));
    audit::CheckPromiseKept(promise, *commit, key, session->journal(), report);
  }
  return report;
}

// A pack says so in its first lines; everything else in braces is a receipt.
bool IsPack(std::string_view text) { return text.substr(0, 200).find(audit::kPackFormat) != std::string_view::npos; }

Result<audit::Report> VerifyPackText(const std::string& text, const VerifyFlags& flags,
                                     const std::optional<crypto::TrustAnchor>& anchor) {
  std::vector<crypto::PolicyAuditor> auditors;
  for (const std::string& auditor : flags.auditors) {
    ASSIGN_OR_RETURN(crypto::VerifierKey key, ReadVerifierKey("--auditor", auditor));
    auditors.push_back({key.name(), key});
  }
  ASSIGN_OR_RETURN(const audit::AuditPack pack, audit::ParsePack(text));
  return audit::VerifyPack(pack, anchor, auditors);
}

Result<audit::Report> VerifyFileTarget(const std::string& path, const VerifyFlags& flags,
                                       const std::optional<crypto::TrustAnchor>& anchor) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, audit::kPackBytesMax));
  if (IsPack(text)) return VerifyPackText(text, flags, anchor);
  audit::Report report;
  if (text.rfind("c2sp.org/tlog-proof@", 0) == 0) {
    ASSIGN_OR_RETURN(const journal::TlogProof proof, journal::TlogProof::Parse(text));
    if (!proof.extra)
      return InvalidArgument("this proof holds no entry: receipts of Ledgerline carry it in the 'extra' line");
    if (!anchor) return InvalidArgument("a tlog-proof is checked against a key: give --vkey or --policy");
    auto opened = proof.Verify(*proof.extra, anchor->KeyFor(proof.checkpoint));
    report.SetAnchored();
    report.Trust("Who signed the entry, and whatever it rests on: a tlog-proof carries neither.");
    report.Trust("That the log holds no other entry about this: one proof cannot show what is absent.");
    if (!opened.ok())
      report.Fail("checkpoint and inclusion", opened.status().message());
    else
      report.Pass("checkpoint and inclusion", "entry " + std::to_string(proof.index.value) +
                                                  " is in the tree of size " + std::to_string(opened->size.value) +
                                                  ", signed by " + opened->origin);
    if (opened.ok()) audit::CheckQuorum(*anchor, proof.checkpoint, report);
    return report;
  }
  if (text.rfind(journal::kPromiseHeader, 0) == 0) return VerifyPromise(text, flags, anchor);
  if (text.rfind(witness::kForkEvidenceHeader, 0) == 0) return VerifyForkEvidence(text, anchor);
  ASSIGN_OR_RETURN(const audit::Receipt receipt, audit::ParseReceipt(text));
  report = audit::VerifyReceipt(
      receipt, anchor ? std::optional(anchor->KeyFor(receipt.checkpoint)) : std::optional<crypto::VerifierKey>());
  if (anchor) audit::CheckQuorum(*anchor, receipt.checkpoint, report);
  CheckDeliveredFiles(receipt, std::filesystem::path(path).parent_path().string(), report);
  return report;
}

Status RunVerify(Context& context, const VerifyFlags& flags) {
  ASSIGN_OR_RETURN(const auto anchor, ReadTrustAnchor(flags.vkey, flags.policy));
  if (!flags.checkpoints.empty() && std::none_of(flags.targets.begin(), flags.targets.end(), IsDirectory)) {
    return InvalidArgument(
        "--checkpoint is compared with a ledger, and no TARGET is a ledger's directory: one receipt cannot show that "
        "the log was only added to");
  }
  Json json = Json::array();
  size_t bad = 0, unreadable = 0;
  for (const std::string& target : flags.targets) {
    auto report = IsDirectory(target) ? VerifyDirectoryTarget(context, flags, target, anchor)
                                      : VerifyFileTarget(target, flags, anchor);
    const Outcome outcome = report.ok() ? PrintReport(context, target, flags.brief, *report, json)
                                        : PrintUnreadable(context, target, flags.brief, report.status(), json);
    bad += outcome == Outcome::kNotVerified ? 1 : 0;
    unreadable += outcome == Outcome::kUnreadable ? 1 : 0;
  }
  context.console.PrintJson(json);
  const std::string of = " of " + std::to_string(flags.targets.size());
  if (bad > 0) return FailedPrecondition(std::to_string(bad + unreadable) + of + " not verified");
  if (unreadable > 0) return InvalidArgument(std::to_string(unreadable) + of + " could not be read");
  return Status::Ok();
}

}  // namespace

void AddVerify(CLI::App& app, Action& action) {
  auto flags = std::make_shared<VerifyFlags>();
  CLI::App* command = app.add_subcommand(
      "verify",
      "Check a ledger from end to end, or receipts and audit packs offline; trusts nothing but the key that you give");
  command->add_option("TARGET", flags->targets, "A ledger's directory, or files: receipts, audit packs, promises")
      ->required();
  CLI::Option* vkey = command->add_option("--vkey", flags->vkey,
                                          "The ledger's verifier key, or a file with it, from a source that you trust");
  command
      ->add_option("--policy", flags->policy,
                   "A policy file (C2SP tlog-policy): the ledger's keys, and the witnesses it needs")
      ->excludes(vkey);
  command
      ->add_option("--checkpoint", flags->checkpoints,
                   "A checkpoint that you kept, or a receipt with one: the ledger must extend it; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--ledger", flags->ledger,
                      "The ledger that gave the promises among the targets: says whether it kept them");
  command
      ->add_option("--auditor", flags->auditors,
                   "The verifier key of an auditor whom you trust, or a file with it: a pack is complete per their "
                   "attestation; may be repeated")
      ->allow_extra_args(false);
  command->add_flag("--brief", flags->brief, "Only what failed, and a line for each target");
  command->callback([flags, &action] { action = [flags](Context& context) { return RunVerify(context, *flags); }; });
}

}  // namespace ledgerline::tool
