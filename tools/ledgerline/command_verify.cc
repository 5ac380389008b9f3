// ledgerline verify: a full check of a ledger, or an offline check of receipts. Says what it checked and what it took
// on trust.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "ledger/audit/receipt.h"
#include "ledger/audit/verify_ledger.h"
#include "ledger/audit/verify_receipt.h"
#include "ledger/journal/tlog_proof.h"
#include "ledger/store/journal_directory.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/delivered_files.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/trust_anchor.h"

namespace ledgerline::tool {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kCheckpointBytesMax = 1'000'000;

struct VerifyFlags {
  std::vector<std::string> targets;
  std::string vkey;
  std::string policy;
  std::string checkpoint;
  bool brief = false;
};

std::string Indented(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? std::string("\n         ") : std::string(1, c);
  return out;
}

// Prints one target's report; true if everything passed against an anchor from outside.
bool PrintReport(Context& context, const std::string& target, bool brief, const audit::Report& report, Json& json) {
  size_t failed = 0;
  Json findings = Json::array();
  if (!brief) context.console.Say(target);
  for (const audit::Finding& finding : report.findings()) {
    failed += finding.passed ? 0 : 1;
    if (!brief || !finding.passed)
      context.console.Say((finding.passed ? "  ok     " : "  FAILED ") + finding.name + ": " +
                          Indented(finding.detail));
    findings.push_back({{"name", finding.name}, {"passed", finding.passed}, {"detail", finding.detail}});
  }
  if (!brief && !report.trusted().empty()) context.console.Say("  taken on trust:");
  for (const std::string& trusted : report.trusted()) {
    if (!brief) context.console.Say("    - " + trusted);
  }
  std::string verdict;
  if (failed > 0)
    verdict = "NOT VERIFIED: " + std::to_string(failed) + " of " + std::to_string(report.findings().size()) +
              " checks failed";
  else if (!report.anchored())
    verdict = "SELF-CONSISTENT, NO TRUST ANCHOR: give --vkey or --policy from a source other than this file";
  else
    verdict = "VERIFIED: " + std::to_string(report.findings().size()) + " checks passed";
  context.console.Say(brief ? target + ": " + verdict + ", " + std::to_string(report.trusted().size()) +
                                  " things taken on trust"
                            : verdict + "\n");
  json.push_back({{"target", target},
                  {"verified", failed == 0 && report.anchored()},
                  {"verdict", verdict},
                  {"checks", findings},
                  {"taken_on_trust", report.trusted()}});
  return failed == 0 && report.anchored();
}

Result<audit::Report> VerifyDirectoryTarget(Context& context, const VerifyFlags& flags, const std::string& directory,
                                            const std::optional<crypto::VerifierKey>& anchor) {
  if (!std::filesystem::exists(directory + "/db")) return NotFound("there is no ledger in '" + directory + "'");
  journal::VerifyOptions options;
  options.checkpoint_key = anchor;
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
  audit::VerifyMeaning((*session)->journal(), report);
  if (!flags.checkpoint.empty()) {
    ASSIGN_OR_RETURN(const std::string old, ReadFile(flags.checkpoint, kCheckpointBytesMax));
    audit::VerifyExtends((*session)->journal(), old, anchor ? *anchor : (*session)->journal().checkpoint_key(), report);
  } else {
    report.Trust(
        "That this is the only history: without a checkpoint kept from earlier (--checkpoint), an operator who signed "
        "two may show either.");
  }
  return report;
}

Result<audit::Report> VerifyFileTarget(const std::string& path, const std::optional<crypto::VerifierKey>& anchor) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, audit::kReceiptBytesMax));
  audit::Report report;
  if (text.rfind("c2sp.org/tlog-proof@", 0) == 0) {
    ASSIGN_OR_RETURN(const journal::TlogProof proof, journal::TlogProof::Parse(text));
    if (!proof.extra)
      return InvalidArgument("this proof holds no entry: receipts of Ledgerline carry it in the 'extra' line");
    if (!anchor) return InvalidArgument("a tlog-proof is checked against a key: give --vkey or --policy");
    auto opened = proof.Verify(*proof.extra, *anchor);
    report.SetAnchored();
    if (!opened.ok())
      report.Fail("checkpoint and inclusion", opened.status().message());
    else
      report.Pass("checkpoint and inclusion", "entry " + std::to_string(proof.index.value) +
                                                  " is in the tree of size " + std::to_string(opened->size.value) +
                                                  ", signed by " + anchor->name());
    return report;
  }
  ASSIGN_OR_RETURN(const audit::Receipt receipt, audit::ParseReceipt(text));
  report = audit::VerifyReceipt(receipt, anchor);
  CheckDeliveredFiles(receipt, std::filesystem::path(path).parent_path().string(), report);
  return report;
}

Status RunVerify(Context& context, const VerifyFlags& flags) {
  ASSIGN_OR_RETURN(const auto anchor, ReadTrustAnchor(flags.vkey, flags.policy));
  Json json = Json::array();
  size_t bad = 0;
  for (const std::string& target : flags.targets) {
    auto report = std::filesystem::is_directory(target) ? VerifyDirectoryTarget(context, flags, target, anchor)
                                                        : VerifyFileTarget(target, anchor);
    if (!report.ok()) return report.status().WithContext(target);
    if (!PrintReport(context, target, flags.brief, *report, json)) ++bad;
  }
  context.console.PrintJson(json.dump(2, ' ', false, Json::error_handler_t::replace));
  if (bad > 0)
    return FailedPrecondition(std::to_string(bad) + " of " + std::to_string(flags.targets.size()) + " not verified");
  return Status::Ok();
}

}  // namespace

void AddVerify(CLI::App& app, Action& action) {
  auto flags = std::make_shared<VerifyFlags>();
  CLI::App* command = app.add_subcommand(
      "verify", "Check a ledger from end to end, or receipts offline; trusts nothing but the key that you give");
  command->add_option("TARGET", flags->targets, "A ledger's directory, or receipt files")->required();
  CLI::Option* vkey = command->add_option("--vkey", flags->vkey,
                                          "The ledger's verifier key, or a file with it, from a source that you trust");
  command->add_option("--policy", flags->policy, "A policy file (C2SP tlog-policy: 'log VKEY', 'quorum none')")
      ->excludes(vkey);
  command->add_option("--checkpoint", flags->checkpoint, "A checkpoint that you kept: the ledger must extend it")
      ->check(CLI::ExistingFile);
  command->add_flag("--brief", flags->brief, "Only what failed, and a line for each target");
  command->callback([flags, &action] { action = [flags](Context& context) { return RunVerify(context, *flags); }; });
}

}  // namespace ledgerline::tool
