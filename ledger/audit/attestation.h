// What an independent auditor says of a close, and what that is worth to somebody who reads it.
#ifndef LEDGERLINE_LEDGER_AUDIT_ATTESTATION_H_
#define LEDGERLINE_LEDGER_AUDIT_ATTESTATION_H_

#include <string>
#include <string_view>
#include <vector>

#include "crypto/witness_policy.h"
#include "ledger/audit/entry_examination.h"
#include "ledger/audit/report.h"
#include "ledgerline/v1/audit.pb.h"

namespace ledgerline::audit {

// The attestation of the close whose entry has these bytes, by whoever checked the tree of that size and root.
// Errors: kInvalidArgument (the entry is no close; it commits to no index).
Result<v1::AuditAttestation> AttestationOf(std::string_view close_entry, TreeSize checked_size,
                                           const Hash256& checked_root);

// That the attestation says of this close what the close says itself. Errors: kDataLoss (names the field).
Status CheckAttestation(const v1::AuditAttestation& attestation, std::string_view close_entry);

// Judges the attestations of the close among the examined entries: one that is of something else fails. Adds the
// finding "completeness": per an auditor whose key `auditors` names, or else, under what is taken on trust, that it
// rests on the operator's claim, and on whom the operator enrolled.
void JudgeCompleteness(const EntryExamination& examined, uint64_t close, std::string_view close_entry,
                       const std::vector<crypto::PolicyAuditor>& auditors, Report& report);

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_ATTESTATION_H_
