#include "ledger/audit/entry_examination.h"

#include "crypto/merkle.h"
#include "ledger/journal/signed_batch.h"
#include "schemas/time.h"

namespace ledgerline::audit {

using journal::ParsedEntry;

std::string Named(EntryIndex index) { return "entry " + std::to_string(index.value); }

bool EntryExamination::ReadCheckpoint(const std::string& note_bytes) {
  note_ = note_bytes;
  auto note = crypto::SignedNote::Parse(note_bytes);
  auto parsed = note.ok() ? crypto::Checkpoint::Parse(note->text) : Result<crypto::Checkpoint>(note.status());
  if (!parsed.ok()) {
    report_.Fail("checkpoint form", parsed.status().message());
    return false;
  }
  checkpoint_ = *std::move(parsed);
  return true;
}

void EntryExamination::CheckCheckpoint() {
  const std::string name = "checkpoint signature";
  if (!log_key_) {
    report_.Trust("The checkpoint itself: no verifier key was given, so nobody's signature was checked.");
    return;
  }
  report_.SetAnchored();
  const auto opened = keys_.operator_keys().OpenUnder(*log_key_, note_);
  if (!opened.ok()) return report_.Fail(name, opened.status().message());
  report_.Pass(name, "size " + std::to_string(checkpoint_.size.value) + ", signed by " + opened->signed_by);
}

void EntryExamination::Include(const ProvedEntry& proved) {
  const std::string name = "inclusion of " + Named(proved.index);
  const Status included = crypto::VerifyInclusion(crypto::LeafHash(proved.bytes), proved.index, checkpoint_.size,
                                                  proved.proof, checkpoint_.root);
  if (!included.ok()) {
    report_.Fail(name, included.message());
    return;
  }
  auto parsed = journal::ParseEntry(proved.bytes);
  if (!parsed.ok()) {
    report_.Fail("form of " + Named(proved.index), parsed.status().message());
    return;
  }
  if (parsed->index != proved.index) {
    report_.Fail("form of " + Named(proved.index), "the entry says that it is " + Named(parsed->index));
    return;
  }
  // An item has its header's origin, which is checked there.
  if (!parsed->is_item() && parsed->submission.submission.origin() != checkpoint_.origin) {
    report_.Fail("origin of " + Named(proved.index),
                 "it was meant for the log '" + parsed->submission.submission.origin() + "'");
    return;
  }
  report_.Pass(name,
               journal::PayloadTypeName(parsed->type) + ", recorded " + Instant{parsed->recorded_at_us}.ToString());
  if (proved.batch_path) batch_paths_.emplace(proved.index, *proved.batch_path);
  entries_.emplace(proved.index, *std::move(parsed));
}

Status EntryExamination::CheckSigned(const ParsedEntry& entry, const crypto::PublicKey& key) const {
  if (!entry.is_item()) return journal::CheckSignature(entry.submission, key);
  const EntryIndex header_index(entry.index.value - entry.batch_offset);
  const auto header = entries_.find(header_index);
  const auto path = batch_paths_.find(entry.index);
  if (header == entries_.end() || path == batch_paths_.end()) {
    return DataLoss("it is an item of a signed batch, whose header (" + Named(header_index) +
                    ") or the path to it is not in this " + what_);
  }
  RETURN_IF_ERROR(journal::VerifyItem(entry, header->second, path->second));
  return journal::CheckSignature(header->second.submission, key);
}

void EntryExamination::CheckSignature(EntryIndex index, const ParsedEntry& entry) {
  const std::string name = "signature of " + Named(index);
  if (entry.type == v1::PAYLOAD_TYPE_GENESIS) {
    if (const Status status = keys_.Apply(entry.submission, index); !status.ok())
      return report_.Fail(name, status.message());
  }
  const auto key = keys_.Find(entry.submission.key_id);
  if (!key.ok()) {
    return report_.Fail(name, "its key is neither genesis's nor enrolled by an earlier entry of this " + what_);
  }
  Status status = CheckSigned(entry, key->key);
  if (status.ok() && entry.type != v1::PAYLOAD_TYPE_GENESIS) status = journal::CheckRole(*key, entry.type);
  if (status.ok()) status = journal::CheckValidity(*key, entry.recorded_at_us);
  if (status.ok() && entry.type != v1::PAYLOAD_TYPE_GENESIS) status = keys_.Apply(entry.submission, index);
  if (!status.ok()) return report_.Fail(name, status.message());
  const std::string who = key->party_id.empty() ? SpeakerName(*key) : key->party_id;
  report_.Pass(name, "by " + who +
                         (entry.is_item() ? ", over the batch in " + Named(EntryIndex(index.value - entry.batch_offset))
                                          : std::string()));
  if (key->role != v1::KEY_ROLE_OPERATOR && told_of_keys_.insert(key->key.ToBytes()).second) {
    report_.Trust("That the key which speaks for " + who + " is its own: " +
                  (key->predecessor ? "it follows, by " + Named(key->entry) + ", a key that the operator enrolled"
                                    : "the operator enrolled it (" + Named(key->entry) + ")") +
                  ". The key file of " + who + " must say public: " + Base64Encode(key->key.ToBytes()));
  }
}

void EntryExamination::NameRepudiated() {
  for (const auto& [index, entry] : entries_) {
    const journal::EnrolledKey* key = keys_.FindOrNull(entry.submission.key_id);
    if (key == nullptr || !key->Repudiates(index)) continue;
    report_.Trust("That " + SpeakerName(*key) + " signed " + Named(index) + ": its key was revoked by " +
                  Named(key->revoked->entry) + " (" + journal::KeyRevocationReasonName(key->revoked->reason) +
                  "), which repudiates what it signed from size " + std::to_string(key->revoked->effective_size.value) +
                  " on.");
  }
}

const ParsedEntry* EntryExamination::Find(uint64_t index, v1::PayloadType type) const {
  const auto at = entries_.find(EntryIndex(index));
  return at != entries_.end() && at->second.type == type ? &at->second : nullptr;
}

void EntryExamination::CheckSignatures() {
  for (const auto& [index, entry] : entries_) CheckSignature(index, entry);
  CheckCheckpoint();
  NameRepudiated();
}

}  // namespace ledgerline::audit
