#include "ledger/journal/key_registry.h"

namespace ledgerline::journal {

Status KeyRegistry::Check(const ParsedSubmission& submission) const {
  if (submission.type == v1::PAYLOAD_TYPE_GENESIS) {
    if (!keys_.empty()) return FailedPrecondition("genesis is entry 0 and no other");
    if (submission.submission.origin() != submission.payload.genesis().origin()) {
      return InvalidArgument("genesis.origin differs from the submission's origin");
    }
    return Status::Ok();
  }
  if (submission.type != v1::PAYLOAD_TYPE_KEY_ENROLMENT) return Status::Ok();
  if (keys_.empty()) return FailedPrecondition("a key cannot be enrolled before genesis");
  const v1::KeyEnrolment& enrolment = submission.payload.key_enrolment();
  ASSIGN_OR_RETURN(const crypto::PublicKey key, crypto::PublicKey::FromBytes(enrolment.public_key()));
  const Hash256 id = KeyId(key);
  if (keys_.contains(id)) return AlreadyExists("key " + id.Short() + " is already enrolled");
  ASSIGN_OR_RETURN(const crypto::Signature possession, crypto::Signature::FromBytes(enrolment.possession_signature()));
  if (!crypto::Verify(key, EnrolmentText(origin_, enrolment.party_id(), enrolment.role(), key), possession)) {
    return PermissionDenied("key_enrolment.possession_signature is not key " + id.Short() + "'s");
  }
  return Status::Ok();
}

Status KeyRegistry::Apply(const ParsedSubmission& submission) {
  RETURN_IF_ERROR(Check(submission));
  EnrolledKey enrolled;
  if (submission.type == v1::PAYLOAD_TYPE_GENESIS) {
    const v1::Genesis& genesis = submission.payload.genesis();
    ASSIGN_OR_RETURN(operator_key_, crypto::PublicKey::FromBytes(genesis.operator_public_key()));
    origin_ = genesis.origin();
    enrolled.key = operator_key_;
    enrolled.role = v1::KEY_ROLE_OPERATOR;
  } else if (submission.type == v1::PAYLOAD_TYPE_KEY_ENROLMENT) {
    const v1::KeyEnrolment& enrolment = submission.payload.key_enrolment();
    ASSIGN_OR_RETURN(enrolled.key, crypto::PublicKey::FromBytes(enrolment.public_key()));
    enrolled.role = enrolment.role();
    enrolled.party_id = enrolment.party_id();
    enrolled.valid_from_us = enrolment.valid_from_us();
    enrolled.valid_to_us = enrolment.valid_to_us();
  } else {
    return Status::Ok();
  }
  keys_.emplace(KeyId(enrolled.key), enrolled);
  return Status::Ok();
}

Result<EnrolledKey> KeyRegistry::Find(const Hash256& key_id) const {
  const auto found = keys_.find(key_id);
  if (found == keys_.end()) {
    return PermissionDenied("key " + key_id.Short() + " is not enrolled; the operator enrols keys by an entry");
  }
  return found->second;
}

Status CheckRole(const EnrolledKey& key, v1::PayloadType type) {
  const bool by_party = type == v1::PAYLOAD_TYPE_CONSENT_GRANT || type == v1::PAYLOAD_TYPE_CONSENT_REVOCATION;
  if (key.role == v1::KEY_ROLE_OPERATOR || (key.role == v1::KEY_ROLE_PARTY && by_party)) return Status::Ok();
  return PermissionDenied("the key of party " + key.party_id + " may submit consents and revocations, not a " +
                          PayloadTypeName(type));
}

Status CheckValidity(const EnrolledKey& key, int64_t recorded_at_us) {
  if (recorded_at_us >= key.valid_from_us && (key.valid_to_us == 0 || recorded_at_us < key.valid_to_us)) {
    return Status::Ok();
  }
  return PermissionDenied("key " + KeyId(key.key).Short() + " is valid from " + std::to_string(key.valid_from_us) +
                          " to " + (key.valid_to_us == 0 ? "ever" : std::to_string(key.valid_to_us)) +
                          " (microseconds), the entry's time is " + std::to_string(recorded_at_us));
}

Status CheckSignature(const ParsedSubmission& submission, const crypto::PublicKey& key) {
  ASSIGN_OR_RETURN(const crypto::Signature signature, crypto::Signature::FromBytes(submission.submission.signature()));
  if (crypto::Verify(key,
                     SubmissionText(submission.submission.origin(), submission.submission.idempotency_key(),
                                    submission.submission.payload()),
                     signature)) {
    return Status::Ok();
  }
  return PermissionDenied("submission.signature is not key " + submission.key_id.Short() + "'s over this submission");
}

}  // namespace ledgerline::journal
