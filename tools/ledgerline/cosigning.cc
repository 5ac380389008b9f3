#include "tools/ledgerline/cosigning.h"

#include <algorithm>
#include <future>

#include "crypto/durable_file.h"
#include "tools/ledgerline/named_files.h"
#include "tools/ledgerline/trust_anchor.h"
#include "tools/ledgerline/witness_client.h"

namespace ledgerline::tool {
namespace {

// Asks one witness. The journal's proofs may be asked for from any thread.
Result<crypto::NoteSignature> Ask(const crypto::PolicyWitness& witness, const std::string& note,
                                  const journal::Journal& journal) {
  if (witness.url.empty()) return Unavailable("the policy has no URL for it");
  return AskForCosignature(witness, note, TreeSize{0},
                           [&](TreeSize old_size, TreeSize now) { return journal.ConsistencyProof(old_size, now); });
}

}  // namespace

std::string PolicyPath(const std::string& directory) { return directory + "/policy"; }

Result<std::optional<crypto::WitnessPolicy>> ReadLedgerPolicy(const std::string& directory) {
  const std::string path = PolicyPath(directory);
  if (!Exists(path)) return std::optional<crypto::WitnessPolicy>();
  ASSIGN_OR_RETURN(crypto::WitnessPolicy policy, ReadPolicy("the ledger's policy", path));
  return std::optional(std::move(policy));
}

std::string CosigningOutcome::Missing() const {
  std::string text;
  for (const std::string& each : verdict.missing) text += (text.empty() ? "" : "\n") + each;
  for (const std::string& each : problems) text += (text.empty() ? "" : "\n") + each;
  return text;
}

Result<CosigningOutcome> SignAndCosign(journal::Journal& journal, const crypto::WitnessPolicy& policy) {
  CosigningOutcome outcome;
  ASSIGN_OR_RETURN(outcome.note, journal.SignCheckpoint());
  ASSIGN_OR_RETURN(crypto::SignedNote note, crypto::SignedNote::Parse(outcome.note));
  ASSIGN_OR_RETURN(outcome.verdict, policy.EvaluateCosignatures(note));
  std::vector<std::pair<const crypto::PolicyWitness*, std::future<Result<crypto::NoteSignature>>>> asked;
  for (const crypto::PolicyWitness& witness : policy.witnesses()) {
    const std::vector<std::string>& absent = outcome.verdict.absent;
    if (std::find(absent.begin(), absent.end(), witness.name) == absent.end()) continue;
    asked.emplace_back(&witness, std::async(std::launch::async, [&] { return Ask(witness, outcome.note, journal); }));
  }
  bool more = false;
  for (auto& [witness, answer] : asked) {
    Result<crypto::NoteSignature> signature = answer.get();
    if (!signature.ok()) {
      outcome.problems.push_back("witness " + witness->name + ": " + signature.status().message());
      continue;
    }
    note.signatures.push_back(*std::move(signature));
    more = true;
  }
  if (more) {
    outcome.note = note.Serialize();
    RETURN_IF_ERROR(journal.AddCosignatures(outcome.note));
    ASSIGN_OR_RETURN(outcome.verdict, policy.EvaluateCosignatures(note));
  }
  for (const std::string& anchor : policy.anchors()) {
    if (IsUrl(anchor)) continue;
    if (const Status written = crypto::ReplaceFile(anchor, outcome.note); !written.ok())
      outcome.problems.push_back("anchor " + anchor + ": " + written.message());
  }
  return outcome;
}

Status QuorumStatus(const CosigningOutcome& outcome, const crypto::WitnessPolicy& policy) {
  if (outcome.verdict.satisfied || policy.on_missing_quorum() == crypto::OnMissingQuorum::kFailOpen)
    return Status::Ok();
  return FailedPrecondition("what was recorded is safe, but the checkpoint of size " +
                            std::to_string(outcome.verdict.checkpoint.size.value) +
                            " has not the cosignatures that the policy asks for, and nobody will accept it yet: run "
                            "`ledgerline checkpoint` again\n" +
                            outcome.Missing());
}

}  // namespace ledgerline::tool
