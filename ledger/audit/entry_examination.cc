#include "ledger/audit/entry_examination.h"

#include "crypto/merkle.h"
#include "schemas/time.h"

namespace ledgerline::audit {

using journal::ParsedEntry;

std::string Named(EntryIndex index) { return "entry " + std::to_string(index.value); }

bool EntryExamination::OpenCheckpoint(const std::string& note_bytes) {
  if (log_key_) {
    auto opened = crypto::OpenCheckpoint(note_bytes, *log_key_);
    if (!opened.ok()) {
      report_.Fail("checkpoint signature", opened.status().message());
      return false;
    }
    checkpoint_ = *std::move(opened);
    report_.SetAnchored();
    report_.Pass("checkpoint signature",
                 "size " + std::to_string(checkpoint_.size.value) + ", signed by " + log_key_->name());
    return true;
  }
  auto note = crypto::SignedNote::Parse(note_bytes);
  auto parsed = note.ok() ? crypto::Checkpoint::Parse(note->text) : Result<crypto::Checkpoint>(note.status());
  if (!parsed.ok()) {
    report_.Fail("checkpoint form", parsed.status().message());
    return false;
  }
  checkpoint_ = *std::move(parsed);
  report_.Trust("The checkpoint itself: no verifier key was given, so nobody's signature was checked.");
  return true;
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
  if (parsed->submission.submission.origin() != checkpoint_.origin) {
    report_.Fail("origin of " + Named(proved.index),
                 "it was meant for the log '" + parsed->submission.submission.origin() + "'");
    return;
  }
  report_.Pass(name,
               journal::PayloadTypeName(parsed->type) + ", recorded " + Instant{parsed->recorded_at_us}.ToString());
  entries_.emplace(proved.index, *std::move(parsed));
}

void EntryExamination::CheckSignature(EntryIndex index, const ParsedEntry& entry) {
  const std::string name = "signature of " + Named(index);
  if (entry.type == v1::PAYLOAD_TYPE_GENESIS && log_key_ &&
      entry.submission.payload.genesis().operator_public_key() != log_key_->public_key().ToBytes()) {
    return report_.Fail(name, "genesis names another operator key than the given verifier key");
  }
  if (entry.type == v1::PAYLOAD_TYPE_GENESIS) {
    if (const Status status = keys_.Apply(entry.submission); !status.ok()) return report_.Fail(name, status.message());
  }
  const auto key = keys_.Find(entry.submission.key_id);
  if (!key.ok()) {
    return report_.Fail(name, "its key is neither genesis's nor enrolled by an earlier entry of this " + what_);
  }
  Status status = journal::CheckSignature(entry.submission, key->key);
  if (status.ok() && entry.type != v1::PAYLOAD_TYPE_GENESIS) status = journal::CheckRole(*key, entry.type);
  if (status.ok()) status = journal::CheckValidity(*key, entry.recorded_at_us);
  if (status.ok() && entry.type == v1::PAYLOAD_TYPE_KEY_ENROLMENT) {
    status = keys_.Apply(entry.submission);
    enrolled_by_.emplace(entry.submission.payload.key_enrolment().public_key(), index);
  }
  if (!status.ok()) return report_.Fail(name, status.message());
  report_.Pass(name, key->party_id.empty() ? "by the operator" : "by " + key->party_id);
  const auto enrolment = enrolled_by_.find(key->key.ToBytes());
  if (!key->party_id.empty() && enrolment != enrolled_by_.end() && told_of_keys_.insert(key->key.ToBytes()).second) {
    report_.Trust("That the key which speaks for " + key->party_id + " is its own: the operator enrolled it (" +
                  Named(enrolment->second) + "). The key file of " + key->party_id +
                  " must say public: " + Base64Encode(key->key.ToBytes()));
  }
}

const ParsedEntry* EntryExamination::Find(uint64_t index, v1::PayloadType type) const {
  const auto at = entries_.find(EntryIndex(index));
  return at != entries_.end() && at->second.type == type ? &at->second : nullptr;
}

void EntryExamination::CheckSignatures() {
  for (const auto& [index, entry] : entries_) CheckSignature(index, entry);
}

}  // namespace ledgerline::audit
