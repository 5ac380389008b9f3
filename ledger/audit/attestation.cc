#include "ledger/audit/attestation.h"

#include "crypto/merkle.h"
#include "ledger/journal/entry.h"

namespace ledgerline::audit {

Result<v1::AuditAttestation> AttestationOf(std::string_view close_entry, TreeSize checked_size,
                                           const Hash256& checked_root) {
  ASSIGN_OR_RETURN(const journal::ParsedEntry entry, journal::ParseEntry(close_entry));
  if (!entry.submission.payload.has_period_close()) return InvalidArgument(Named(entry.index) + " is no close");
  const v1::PeriodClose& close = entry.submission.payload.period_close();
  if (close.index_root().empty())
    return InvalidArgument(Named(entry.index) + ": this close commits to no index that could be attested");
  v1::AuditAttestation attestation;
  attestation.set_period(close.period());
  attestation.set_close_index(entry.index.value);
  attestation.set_close_leaf_hash(crypto::LeafHash(close_entry).ToBytes());
  attestation.set_index_root(close.index_root());
  attestation.set_sums_root(close.sums_root());
  attestation.set_checked_size(checked_size.value);
  attestation.set_checked_root(checked_root.ToBytes());
  return attestation;
}

Status CheckAttestation(const v1::AuditAttestation& attestation, std::string_view close_entry) {
  ASSIGN_OR_RETURN(const v1::AuditAttestation expected,
                   AttestationOf(close_entry, TreeSize(attestation.checked_size()), Hash256()));
  const auto differs = [](const char* field) {
    return DataLoss(std::string("its ") + field + " is not that of the close");
  };
  if (attestation.period() != expected.period()) return differs("period");
  if (attestation.close_index() != expected.close_index()) return differs("close_index");
  if (attestation.close_leaf_hash() != expected.close_leaf_hash()) return differs("close_leaf_hash");
  if (attestation.index_root() != expected.index_root()) return differs("index_root");
  if (attestation.sums_root() != expected.sums_root()) return differs("sums_root");
  if (attestation.checked_size() <= attestation.close_index())
    return DataLoss("it says that a tree of size " + std::to_string(attestation.checked_size()) +
                    " was checked, which does not hold the close");
  return Status::Ok();
}

void JudgeCompleteness(const EntryExamination& examined, uint64_t close, std::string_view close_entry,
                       const std::vector<crypto::PolicyAuditor>& auditors, Report& report) {
  std::string per, enrolled;
  for (const auto& [index, entry] : examined.entries()) {
    if (entry.type != v1::PAYLOAD_TYPE_AUDIT_ATTESTATION) continue;
    const v1::AuditAttestation& attestation = entry.submission.payload.audit_attestation();
    if (attestation.close_index() != close) continue;
    if (const Status status = CheckAttestation(attestation, close_entry); !status.ok()) {
      report.Fail("attestation in " + Named(index), status.message());
      continue;
    }
    const journal::EnrolledKey* key = examined.keys().FindOrNull(entry.submission.key_id);
    if (key == nullptr || key->Repudiates(index)) continue;  // its signature is a finding of its own
    bool known = false;
    for (const crypto::PolicyAuditor& auditor : auditors) {
      if (auditor.key.public_key() != key->key) continue;
      known = true;
      per += (per.empty() ? "" : ", ") + auditor.name + " (" + Named(index) + ", of the tree of size " +
             std::to_string(attestation.checked_size()) + ")";
    }
    if (!known && key->role == v1::KEY_ROLE_AUDITOR)
      enrolled += (enrolled.empty() ? "" : ", ") + SpeakerName(*key) + " (" + Named(index) + ")";
  }
  if (!per.empty()) {
    report.Pass("completeness",
                "complete, per auditor " + per +
                    ", who replayed the ledger and found the index and the sums that the close commits to");
  } else {
    std::string names;
    for (const crypto::PolicyAuditor& auditor : auditors) names += (names.empty() ? "" : ", ") + auditor.name;
    report.Trust(
        "Complete only as the operator claims: that the index lists everything, in order and each party once, is "
        "what a replay by an independent auditor shows, and " +
        (names.empty() ? std::string("you named no auditor whom you trust (--auditor, or a policy's 'auditor' line).")
                       : "none of the auditors whom you trust (" + names + ") has attested this close."));
  }
  if (!enrolled.empty()) {
    report.Trust("An attestation by " + enrolled +
                 ": the operator enrolled that key as an auditor's, and nothing from outside says whose it is. It adds "
                 "nothing to "
                 "the operator's claim.");
  }
  report.Trust("Generations that were never logged cannot be excluded, by this or by any other check.");
}

}  // namespace ledgerline::audit
