// ledgerline verify: a full check of a ledger, or an offline check of receipts. Says what it checked and what it took
// on trust.
#include <algorithm>

#include "ledger/audit/audit_pack.h"
#include "ledger/audit/promise_check.h"
#include "ledger/audit/quorum_check.h"
#include "ledger/audit/receipt.h"
#include "ledger/audit/verify_ledger.h"
#include "ledger/store/journal_directory.h"
#include "tools/ledgerline/command.h"
#include "tools/ledgerline/delivered_files.h"
#include "tools/ledgerline/ledger_session.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/option_values.h"
#include "tools/ledgerline/private_records.h"
#include "tools/ledgerline/report_printer.h"
#include "tools/ledgerline/trust_anchor.h"
#include "tools/ledgerline/verify_file.h"

namespace ledgerline::tool {
namespace {

struct VerifyFlags {
  std::vector<std::string> targets;
  std::string vkey;
  std::string policy;
  std::vector<std::string> checkpoints;
  std::string ledger;
  std::vector<std::string> auditors;
  bool brief = false;
};

// A checkpoint that somebody kept, alone or inside of a receipt.
Result<std::string> ReadKeptCheckpoint(const std::string& path) {
  ASSIGN_OR_RETURN(std::string text, Named("--checkpoint", ReadFile(path, audit::kReceiptBytesMax)));
  if (text.rfind('{', 0) != 0) return text;
  ASSIGN_OR_RETURN(audit::Receipt receipt, Named("--checkpoint " + path, audit::ParseReceipt(text)));
  return std::move(receipt.checkpoint);
}

// Of every tombstone: nothing of what it says is destroyed is here.
void CheckErasures(LedgerSession& session, audit::Report& report) {
  const std::string name = "erasures";
  const auto rights = session.Rights();
  if (!rights.ok()) return report.Fail(name, rights.status().message());
  if ((*rights)->erasures().empty()) return;
  std::string left;
  for (const rights::ErasureRecord& erasure : (*rights)->erasures()) {
    const auto traces = FindPrivateTraces(session.directory(), erasure.party);
    if (!traces.ok()) return report.Fail(name, traces.status().message());
    const std::string what =
        "entry " + std::to_string(erasure.entry.value) + " says that " + erasure.party.text() + " is erased, but ";
    if (traces->key) left += (left.empty() ? "" : "\n") + what + "its key is there";
    for (const std::string& path : traces->records) left += (left.empty() ? "" : "\n") + what + path + " is there";
  }
  if (!left.empty()) return report.Fail(name, left);
  report.Pass(name, Counted((*rights)->erasures().size(), "party", "parties") +
                        " erased: no private record and no key of them is left here");
  report.Trust("That no copy of the private records and keys of erased parties was kept elsewhere.");
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
  CheckErasures(**session, report);
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

// A ledger, or a proof between two of its sizes.
bool ShowsExtension(const std::string& target) {
  if (IsDirectory(target)) return true;
  const Result<std::string> text = ReadFile(target, audit::kPackBytesMax);
  return text.ok() && text->rfind("old ", 0) == 0;
}

Status RunVerify(Context& context, const VerifyFlags& flags) {
  ASSIGN_OR_RETURN(const auto anchor, ReadTrustAnchor(flags.vkey, flags.policy));
  if (!flags.checkpoints.empty() && std::none_of(flags.targets.begin(), flags.targets.end(), ShowsExtension)) {
    return InvalidArgument(
        "--checkpoint is compared with a ledger, and no TARGET is a ledger's directory or a proof of `ledgerline log "
        "prove`: one receipt cannot show that the log was only added to");
  }
  FileChecks checks;
  ASSIGN_OR_RETURN(checks.auditors, ReadAuditors(flags.auditors));
  checks.delivered_files = CheckDeliveredFiles;
  if (!flags.ledger.empty()) {
    checks.promise_kept = [&flags](const journal::Promise& promise, const journal::PromisedCommit& commit,
                                   const crypto::VerifierKey& key, audit::Report& report) {
      ASSIGN_OR_RETURN(const auto session, LedgerSession::OpenForReading(flags.ledger));
      audit::CheckPromiseKept(promise, commit, key, session->journal(), report);
      return Status::Ok();
    };
  }
  for (const std::string& path : flags.checkpoints) {
    ASSIGN_OR_RETURN(std::string kept, ReadKeptCheckpoint(path));
    checks.kept_checkpoints.emplace_back(path, std::move(kept));
  }
  ReportPrinter printer(context.console, flags.brief);
  for (const std::string& target : flags.targets) {
    printer.Print(target, IsDirectory(target) ? VerifyDirectoryTarget(context, flags, target, anchor)
                                              : VerifyFile(target, anchor, checks));
  }
  return printer.Finish();
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
