#include "ledger/witness/witness.h"

#include <algorithm>

namespace ledgerline::witness {
namespace {

WitnessReply Refuse(int status, const std::string& why) { return {status, std::string(kTextType), why + "\n"}; }

std::string Root(const crypto::Checkpoint& checkpoint) {
  return "root " + checkpoint.root.Short() + " at size " + std::to_string(checkpoint.size.value);
}

}  // namespace

Result<std::unique_ptr<Witness>> Witness::Create(WitnessStore& store, const std::string& name,
                                                 const crypto::Signer& signer, Clock& clock,
                                                 std::vector<crypto::VerifierKey> log_keys) {
  ASSIGN_OR_RETURN(crypto::CosignerKey key, crypto::CosignerKey::Create(name, signer.public_key()));
  std::unique_ptr<Witness> witness(new Witness(store, std::move(key), signer, clock, std::move(log_keys)));
  for (const crypto::VerifierKey& log : witness->log_keys_) RETURN_IF_ERROR(witness->LastSeen(log.name()).status());
  return witness;
}

std::vector<crypto::VerifierKey> Witness::KeysOf(const std::string& origin) const {
  std::vector<crypto::VerifierKey> keys;
  std::copy_if(log_keys_.begin(), log_keys_.end(), std::back_inserter(keys),
               [&](const crypto::VerifierKey& key) { return key.name() == origin; });
  return keys;
}

// Only this witness's own cosignature is asked of what it kept: the log's keys may have changed since.
Result<std::optional<Witness::Seen>> Witness::LastSeen(const std::string& origin) const {
  ASSIGN_OR_RETURN(std::optional<std::string> bytes, store_.Latest(origin));
  if (!bytes) return std::optional<Seen>();
  const auto damaged = [&](const std::string& why) {
    return DataLoss("what this witness kept of the log \"" + origin + "\" is damaged: " + why);
  };
  const Result<crypto::SignedNote> note = crypto::SignedNote::Parse(*bytes);
  if (!note.ok()) return damaged(note.status().message());
  const Result<std::optional<uint64_t>> cosigned = crypto::CosignedAt(*note, key_);
  if (!cosigned.ok()) return damaged(cosigned.status().message());
  if (!*cosigned) return damaged("it is not cosigned by " + key_.ToString());
  Result<crypto::Checkpoint> checkpoint = crypto::Checkpoint::Parse(note->text);
  if (!checkpoint.ok()) return damaged(checkpoint.status().message());
  if (checkpoint->origin != origin) return damaged("it is of another log, \"" + checkpoint->origin + "\"");
  return std::optional(Seen{*std::move(bytes), *std::move(checkpoint)});
}

Result<std::string> Witness::Latest(const std::string& origin) const {
  const std::lock_guard lock(mutex_);
  if (KeysOf(origin).empty()) return NotFound("the log \"" + origin + "\" is not one that this witness knows");
  ASSIGN_OR_RETURN(std::optional<Seen> seen, LastSeen(origin));
  if (!seen) return NotFound("this witness has cosigned no checkpoint of the log \"" + origin + "\" yet");
  return std::move(seen->note);
}

WitnessReply Witness::AddCheckpoint(std::string_view body) {
  const Result<AddCheckpointRequest> request = AddCheckpointRequest::Parse(body);
  if (!request.ok()) return Refuse(400, request.status().message());
  // Parse has read both already.
  crypto::SignedNote note = *crypto::SignedNote::Parse(request->checkpoint);
  const crypto::Checkpoint checkpoint = *crypto::Checkpoint::Parse(note.text);
  const std::vector<crypto::VerifierKey> keys = KeysOf(checkpoint.origin);
  if (keys.empty()) return Refuse(404, "the log \"" + checkpoint.origin + "\" is not one that this witness knows");
  if (const Status verified = note.Verify(keys).status(); !verified.ok()) return Refuse(403, verified.message());
  if (request->old_size > checkpoint.size) {
    return Refuse(400, "old size " + std::to_string(request->old_size.value) + " is above the checkpoint's size " +
                           std::to_string(checkpoint.size.value));
  }
  // What others signed is not kept: it was not checked, and the request may be full of it.
  std::erase_if(note.signatures, [&](const crypto::NoteSignature& signature) {
    return std::none_of(keys.begin(), keys.end(), [&](const crypto::VerifierKey& key) {
      return key.name() == signature.name && key.key_id() == signature.key_id;
    });
  });
  const std::lock_guard lock(mutex_);
  return Decide(*request, note, checkpoint);
}

WitnessReply Witness::Decide(const AddCheckpointRequest& request, const crypto::SignedNote& note,
                             const crypto::Checkpoint& checkpoint) {
  const Result<std::optional<Seen>> last = LastSeen(checkpoint.origin);
  if (!last.ok()) return Refuse(500, last.status().message());
  const TreeSize last_size = *last ? (*last)->checkpoint.size : TreeSize{0};
  const Hash256 last_root = *last ? (*last)->checkpoint.root : crypto::EmptyRoot();
  const bool same_size = checkpoint.size == last_size;
  std::string kept;
  if (*last && same_size && checkpoint.root != last_root)
    kept = KeepEvidence(MakeForkEvidence((*last)->note, note.Serialize(), {}));
  if (request.old_size != last_size) {
    return {409, std::string(kSizeType), std::to_string(last_size.value) + "\n"};
  }
  if (same_size) {
    if (!request.proof.empty()) return Refuse(422, "the sizes are equal, the proof must be empty");
    if (checkpoint.root == last_root) return CosignAndKeep(note, checkpoint.origin);
    if (!*last) return Refuse(422, "the root of the empty tree is SHA-256 of nothing, not this");
    return Refuse(409, "this witness has cosigned " + Root((*last)->checkpoint) + ", this checkpoint has " +
                           Root(checkpoint) + ": the log signed two histories" + kept);
  }
  if (last_size.value == 0) {
    if (!request.proof.empty()) return Refuse(422, "the old size is 0, the proof must be empty");
    return CosignAndKeep(note, checkpoint.origin);
  }
  const Status proved =
      crypto::VerifyConsistency(last_size, checkpoint.size, last_root, checkpoint.root, request.proof);
  if (proved.ok()) return CosignAndKeep(note, checkpoint.origin);
  return Refuse(422, proved.message() + KeepEvidence(MakeForkEvidence((*last)->note, note.Serialize(), request.proof)));
}

WitnessReply Witness::CosignAndKeep(const crypto::SignedNote& note, const std::string& origin) {
  const int64_t now_us = clock_.Now().us;
  const uint64_t time_s = now_us < 0 ? 0 : static_cast<uint64_t>(now_us) / 1'000'000;
  const Result<crypto::NoteSignature> cosignature = crypto::Cosign(note.text, key_.name(), signer_, time_s);
  if (!cosignature.ok()) return Refuse(500, cosignature.status().message());
  crypto::SignedNote kept = note;
  kept.signatures.push_back(*cosignature);
  if (const Status status = store_.Keep(origin, kept.Serialize()); !status.ok()) return Refuse(500, status.message());
  return {200, std::string(kTextType), cosignature->ToLine() + "\n"};
}

std::string Witness::KeepEvidence(const ForkEvidence& evidence) {
  const Status status = store_.KeepEvidence(evidence);
  return status.ok() ? "; both checkpoints are kept as evidence"
                     : "; the evidence could not be kept: " + status.message();
}

}  // namespace ledgerline::witness
