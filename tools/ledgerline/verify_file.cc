#include "tools/ledgerline/verify_file.h"

#include <filesystem>

#include "ledger/audit/promise_check.h"
#include "ledger/audit/quorum_check.h"
#include "ledger/audit/verify_pack.h"
#include "ledger/audit/verify_receipt.h"
#include "ledger/journal/tlog_proof.h"
#include "ledger/witness/add_checkpoint_request.h"
#include "ledger/witness/fork_evidence.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/trust_anchor.h"

namespace ledgerline::tool {
namespace {

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

// What `ledgerline log prove` writes, against the checkpoints that somebody kept.
Result<audit::Report> VerifyExtension(const std::string& text, const FileChecks& checks,
                                      const std::optional<crypto::TrustAnchor>& anchor) {
  ASSIGN_OR_RETURN(const witness::AddCheckpointRequest proof, witness::AddCheckpointRequest::Parse(text));
  if (!anchor) return InvalidArgument("a consistency proof is checked against a key: give --vkey or --policy");
  if (checks.kept_checkpoints.empty())
    return InvalidArgument(
        "a consistency proof starts at a checkpoint that you kept: `ledgerline verify --checkpoint`");
  audit::Report report;
  report.SetAnchored();
  const Result<crypto::Checkpoint> now = crypto::OpenCheckpoint(proof.checkpoint, anchor->KeyFor(proof.checkpoint));
  if (!now.ok()) {
    report.Fail("the later checkpoint", now.status().message());
    return report;
  }
  audit::CheckQuorum(*anchor, proof.checkpoint, report);
  for (const auto& [name, kept] : checks.kept_checkpoints) {
    const Result<crypto::Checkpoint> old = crypto::OpenCheckpoint(kept, anchor->KeyFor(kept));
    Status status = old.status();
    if (old.ok() && old->size != proof.old_size) {
      status = InvalidArgument("the proof starts at size " + std::to_string(proof.old_size.value) +
                               ", this checkpoint is of size " + std::to_string(old->size.value));
    } else if (old.ok()) {
      status = crypto::VerifyConsistency(old->size, now->size, old->root, now->root, proof.proof);
    }
    if (!status.ok())
      report.Fail("extends " + name, status.message());
    else
      report.Pass("extends " + name, "the tree of size " + std::to_string(now->size.value) + " extends that of size " +
                                         std::to_string(old->size.value));
  }
  report.Trust("What the entries are: a consistency proof shows that none was changed or removed, and no more.");
  return report;
}

// A promise, alone or against the ledger that gave it.
Result<audit::Report> VerifyPromise(const std::string& text, const FileChecks& checks,
                                    const std::optional<crypto::TrustAnchor>& anchor) {
  ASSIGN_OR_RETURN(const journal::Promise promise, journal::Promise::Parse(text));
  if (!anchor) return InvalidArgument("a promise is checked against the ledger's key: give --vkey or --policy");
  const crypto::VerifierKey& key = anchor->KeyFor(promise.note);
  audit::Report report;
  const std::optional<journal::PromisedCommit> commit = audit::CheckPromise(promise, key, report);
  if (commit && !checks.promise_kept) {
    report.Trust("That the ledger kept it: `ledgerline verify --ledger DIR` compares.");
  } else if (commit) {
    RETURN_IF_ERROR(checks.promise_kept(promise, *commit, key, report));
  }
  return report;
}

// A pack says so in its first lines; everything else in braces is a receipt.
bool IsPack(std::string_view text) { return text.substr(0, 200).find(audit::kPackFormat) != std::string_view::npos; }

Result<audit::Report> VerifyPackText(const std::string& text, const FileChecks& checks,
                                     const std::optional<crypto::TrustAnchor>& anchor) {
  ASSIGN_OR_RETURN(const audit::AuditPack pack, audit::ParsePack(text));
  return audit::VerifyPack(pack, anchor, checks.auditors);
}

}  // namespace

Result<std::vector<crypto::PolicyAuditor>> ReadAuditors(const std::vector<std::string>& vkeys) {
  std::vector<crypto::PolicyAuditor> auditors;
  for (const std::string& auditor : vkeys) {
    ASSIGN_OR_RETURN(crypto::VerifierKey key, ReadVerifierKey("--auditor", auditor));
    auditors.push_back({key.name(), key});
  }
  return auditors;
}

Result<audit::Report> VerifyFile(const std::string& path, const std::optional<crypto::TrustAnchor>& anchor,
                                 const FileChecks& checks) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, audit::kPackBytesMax));
  if (IsPack(text)) return VerifyPackText(text, checks, anchor);
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
  if (text.rfind(journal::kPromiseHeader, 0) == 0) return VerifyPromise(text, checks, anchor);
  if (text.rfind(witness::kForkEvidenceHeader, 0) == 0) return VerifyForkEvidence(text, anchor);
  if (text.rfind("old ", 0) == 0) return VerifyExtension(text, checks, anchor);
  ASSIGN_OR_RETURN(const audit::Receipt receipt, audit::ParseReceipt(text));
  report = audit::VerifyReceipt(
      receipt, anchor ? std::optional(anchor->KeyFor(receipt.checkpoint)) : std::optional<crypto::VerifierKey>());
  if (anchor) audit::CheckQuorum(*anchor, receipt.checkpoint, report);
  checks.delivered_files(receipt, std::filesystem::path(path).parent_path().string(), report);
  return report;
}

}  // namespace ledgerline::tool
