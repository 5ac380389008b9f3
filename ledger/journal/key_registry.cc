#include "ledger/journal/key_registry.h"

#include <algorithm>
#include <cctype>

namespace ledgerline::journal {
namespace {

bool IsKeyEvent(v1::PayloadType type) {
  return type == v1::PAYLOAD_TYPE_KEY_ENROLMENT || type == v1::PAYLOAD_TYPE_KEY_ROTATION ||
         type == v1::PAYLOAD_TYPE_KEY_REVOCATION;
}

std::string LowerCase(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

Status KeyRegistry::Check(const ParsedSubmission& submission, EntryIndex index) const {
  if (submission.type == v1::PAYLOAD_TYPE_GENESIS) {
    if (!keys_.empty()) return FailedPrecondition("genesis is entry 0 and no other");
    if (submission.submission.origin() != submission.payload.genesis().origin()) {
      return InvalidArgument("genesis.origin differs from the submission's origin");
    }
    return Status::Ok();
  }
  if (!IsKeyEvent(submission.type)) return Status::Ok();
  if (keys_.empty()) return FailedPrecondition("a key cannot be enrolled, rotated or revoked before genesis");
  switch (submission.type) {
    case v1::PAYLOAD_TYPE_KEY_ENROLMENT:
      return CheckEnrolment(submission.payload.key_enrolment());
    case v1::PAYLOAD_TYPE_KEY_ROTATION:
      return CheckRotation(submission);
    default:
      return CheckRevocation(submission, index);
  }
}

Status KeyRegistry::CheckEnrolment(const v1::KeyEnrolment& enrolment) const {
  ASSIGN_OR_RETURN(const crypto::PublicKey key, crypto::PublicKey::FromBytes(enrolment.public_key()));
  const Hash256 id = KeyId(key);
  if (keys_.contains(id)) return AlreadyExists("key " + id.Short() + " is already enrolled");
  ASSIGN_OR_RETURN(const crypto::Signature possession, crypto::Signature::FromBytes(enrolment.possession_signature()));
  if (!crypto::Verify(key, EnrolmentText(origin_, enrolment.party_id(), enrolment.role(), key, enrolment.name()),
                      possession)) {
    return PermissionDenied("key_enrolment.possession_signature is not key " + id.Short() + "'s");
  }
  return Status::Ok();
}

Status KeyRegistry::CheckRotation(const ParsedSubmission& submission) const {
  const v1::KeyRotation& rotation = submission.payload.key_rotation();
  ASSIGN_OR_RETURN(const Hash256 old_id, Hash256::FromBytes(rotation.old_key_id()));
  if (old_id != submission.key_id) {
    return PermissionDenied("key_rotation.old_key_id " + old_id.Short() + " is not the submitter's key, " +
                            submission.key_id.Short() + ": a key is rotated under its own signature");
  }
  const EnrolledKey* old_key = FindOrNull(old_id);
  if (old_key == nullptr) return NotFound("key_rotation.old_key_id " + old_id.Short() + " is not enrolled");
  if (old_key->successor) {
    const EnrolledKey& successor = keys_.at(*old_key->successor);
    return FailedPrecondition("key " + old_id.Short() + " was rotated by entry " +
                              std::to_string(successor.entry.value) + " to key " + old_key->successor->Short() +
                              ": rotate that one");
  }
  ASSIGN_OR_RETURN(const crypto::PublicKey new_key, crypto::PublicKey::FromBytes(rotation.new_public_key()));
  const Hash256 new_id = KeyId(new_key);
  if (keys_.contains(new_id)) return AlreadyExists("key_rotation.new_public_key " + new_id.Short() + " is enrolled");
  if (rotation.new_valid_to_us() != 0 && operator_keys_.Contains(old_key->key)) {
    return InvalidArgument("key_rotation.new_valid_to_us " + std::to_string(rotation.new_valid_to_us()) +
                           " must be 0, open, for a key that signs checkpoints: those go by size, not by time");
  }
  ASSIGN_OR_RETURN(const crypto::Signature agreed, crypto::Signature::FromBytes(rotation.new_signature()));
  if (!crypto::Verify(new_key, RotationText(origin_, old_id, new_key), agreed)) {
    return PermissionDenied("key_rotation.new_signature is not that of the new key, " + new_id.Short());
  }
  return Status::Ok();
}

Status KeyRegistry::CheckRevocation(const ParsedSubmission& submission, EntryIndex index) const {
  const v1::KeyRevocation& revocation = submission.payload.key_revocation();
  ASSIGN_OR_RETURN(const Hash256 id, Hash256::FromBytes(revocation.key_id()));
  const EnrolledKey* key = FindOrNull(id);
  if (key == nullptr) return NotFound("key_revocation.key_id " + id.Short() + " is not enrolled");
  const EnrolledKey* submitter = FindOrNull(submission.key_id);
  if (id != submission.key_id && (submitter == nullptr || submitter->role != v1::KEY_ROLE_OPERATOR)) {
    return PermissionDenied("key_revocation.key_id " + id.Short() +
                            ": a key is revoked by itself or by the operator, not by key " + submission.key_id.Short());
  }
  if (key->revoked) {
    return FailedPrecondition("key " + id.Short() + " was revoked already, by entry " +
                              std::to_string(key->revoked->entry.value));
  }
  if (revocation.effective_size() > index.value) {
    return OutOfRange("key_revocation.effective_size " + std::to_string(revocation.effective_size()) +
                      " is above the entry's own index, " + std::to_string(index.value));
  }
  if (operator_keys_.Contains(key->key) && operator_keys_.live() == 1) {
    return FailedPrecondition("key " + id.Short() +
                              " is the last that signs checkpoints: rotate it first, or nobody could sign any more");
  }
  return Status::Ok();
}

Status KeyRegistry::Apply(const ParsedSubmission& submission, EntryIndex index) {
  RETURN_IF_ERROR(Check(submission, index));
  EnrolledKey enrolled;
  enrolled.entry = index;
  if (submission.type == v1::PAYLOAD_TYPE_GENESIS) {
    const v1::Genesis& genesis = submission.payload.genesis();
    ASSIGN_OR_RETURN(enrolled.key, crypto::PublicKey::FromBytes(genesis.operator_public_key()));
    RETURN_IF_ERROR(operator_keys_.SetGenesis(genesis.origin(), enrolled.key));
    origin_ = genesis.origin();
    enrolled.role = v1::KEY_ROLE_OPERATOR;
  } else if (submission.type == v1::PAYLOAD_TYPE_KEY_ENROLMENT) {
    const v1::KeyEnrolment& enrolment = submission.payload.key_enrolment();
    ASSIGN_OR_RETURN(enrolled.key, crypto::PublicKey::FromBytes(enrolment.public_key()));
    enrolled.role = enrolment.role();
    enrolled.party_id = enrolment.party_id();
    enrolled.name = enrolment.name();
    enrolled.valid_from_us = enrolment.valid_from_us();
    enrolled.valid_to_us = enrolment.valid_to_us();
  } else if (submission.type == v1::PAYLOAD_TYPE_KEY_ROTATION) {
    const v1::KeyRotation& rotation = submission.payload.key_rotation();
    EnrolledKey& old_key = keys_.at(submission.key_id);
    ASSIGN_OR_RETURN(enrolled.key, crypto::PublicKey::FromBytes(rotation.new_public_key()));
    if (operator_keys_.Contains(old_key.key))
      RETURN_IF_ERROR(operator_keys_.AddRotation(old_key.key, enrolled.key, index));
    enrolled.role = old_key.role;
    enrolled.party_id = old_key.party_id;
    enrolled.name = old_key.name;
    enrolled.valid_to_us = rotation.new_valid_to_us();
    enrolled.predecessor = submission.key_id;
    old_key.successor = KeyId(enrolled.key);
  } else if (submission.type == v1::PAYLOAD_TYPE_KEY_REVOCATION) {
    const v1::KeyRevocation& revocation = submission.payload.key_revocation();
    ASSIGN_OR_RETURN(const Hash256 id, Hash256::FromBytes(revocation.key_id()));
    EnrolledKey& key = keys_.at(id);
    key.revoked = RevokedKey{index, TreeSize{revocation.effective_size()}, revocation.reason()};
    operator_keys_.Revoke(key.key, index);
    // A key whose successor turned out bad may be rotated again.
    if (key.predecessor && !key.successor) keys_.at(*key.predecessor).successor.reset();
    return Status::Ok();
  } else {
    return Status::Ok();
  }
  const Hash256 id = KeyId(enrolled.key);
  keys_.emplace(id, std::move(enrolled));
  return Status::Ok();
}

const EnrolledKey* KeyRegistry::FindOrNull(const Hash256& key_id) const {
  const auto found = keys_.find(key_id);
  return found == keys_.end() ? nullptr : &found->second;
}

Result<EnrolledKey> KeyRegistry::Find(const Hash256& key_id) const {
  if (const EnrolledKey* key = FindOrNull(key_id)) return *key;
  return PermissionDenied("key " + key_id.Short() + " is not enrolled; the operator enrols keys by an entry");
}

std::set<EntryIndex> KeyRegistry::EntriesBehind(const Hash256& key_id, TreeSize size) const {
  std::set<EntryIndex> entries;
  for (const EnrolledKey* key = FindOrNull(key_id); key != nullptr;
       key = key->predecessor ? FindOrNull(*key->predecessor) : nullptr) {
    if (size.Contains(key->entry)) entries.insert(key->entry);
    if (key->revoked && size.Contains(key->revoked->entry)) entries.insert(key->revoked->entry);
  }
  return entries;
}

std::set<EntryIndex> KeyRegistry::EntriesBehindOperator(TreeSize size) const {
  std::set<EntryIndex> entries;
  for (const OperatorKey& key : operator_keys_.chain()) entries.merge(EntriesBehind(KeyId(key.key.public_key()), size));
  return entries;
}

std::string KeyRoleName(v1::KeyRole role) {
  constexpr std::string_view kPrefix = "KEY_ROLE_";
  const std::string name = v1::KeyRole_Name(role);
  return name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : "role " + std::to_string(role);
}

std::string KeyRevocationReasonName(v1::KeyRevocationReason reason) {
  constexpr std::string_view kPrefix = "KEY_REVOCATION_REASON_";
  const std::string name = v1::KeyRevocationReason_Name(reason);
  return name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : "reason " + std::to_string(reason);
}

std::string SpeakerName(const EnrolledKey& key) {
  if (key.role == v1::KEY_ROLE_OPERATOR) return "the operator";
  if (key.role == v1::KEY_ROLE_PARTY) return "party " + key.party_id;
  return LowerCase(KeyRoleName(key.role)) + " " + key.name;
}

namespace {

bool MaySubmit(v1::KeyRole role, v1::PayloadType type) {
  if (type == v1::PAYLOAD_TYPE_GENESIS) return false;
  // Whose key a rotation or a revocation is about, the registry asks.
  if (type == v1::PAYLOAD_TYPE_KEY_ROTATION || type == v1::PAYLOAD_TYPE_KEY_REVOCATION) return true;
  switch (role) {
    case v1::KEY_ROLE_OPERATOR:
      return true;
    case v1::KEY_ROLE_PARTY:
      return type == v1::PAYLOAD_TYPE_CONSENT_GRANT || type == v1::PAYLOAD_TYPE_CONSENT_REVOCATION;
    case v1::KEY_ROLE_SERVICE:
      return type == v1::PAYLOAD_TYPE_PERMIT || type == v1::PAYLOAD_TYPE_GENERATION ||
             type == v1::PAYLOAD_TYPE_REJECTED_CANDIDATES || type == v1::PAYLOAD_TYPE_RATING ||
             type == v1::PAYLOAD_TYPE_USAGE_FILE || type == v1::PAYLOAD_TYPE_BATCH_HEADER;
    case v1::KEY_ROLE_AUDITOR:
      return type == v1::PAYLOAD_TYPE_AUDIT_ATTESTATION;
    default:
      return false;
  }
}

const char* MaySubmitText(v1::KeyRole role) {
  switch (role) {
    case v1::KEY_ROLE_OPERATOR:
      return "everything but a second genesis";
    case v1::KEY_ROLE_PARTY:
      return "consents and their revocations";
    case v1::KEY_ROLE_SERVICE:
      return "permits, generations, rejected candidates, ratings, usage files and batches";
    case v1::KEY_ROLE_AUDITOR:
      return "audit attestations";
    default:
      return "nothing but the rotation and revocation of itself";
  }
}

}  // namespace

Status CheckRole(const EnrolledKey& key, v1::PayloadType type) {
  if (MaySubmit(key.role, type)) return Status::Ok();
  return PermissionDenied("the key of " + SpeakerName(key) + " may submit " + MaySubmitText(key.role) + ", not a " +
                          PayloadTypeName(type));
}

Status CheckValidity(const EnrolledKey& key, int64_t recorded_at_us) {
  // Only for messages: to hash the key for every entry would take longer than all the rest of this.
  const auto name = [&key] { return "key " + KeyId(key.key).Short(); };
  if (key.revoked) {
    return PermissionDenied(name() + " of " + SpeakerName(key) + " was revoked by entry " +
                            std::to_string(key.revoked->entry.value) + " (" +
                            KeyRevocationReasonName(key.revoked->reason) + ")");
  }
  if (recorded_at_us >= key.valid_from_us && (key.valid_to_us == 0 || recorded_at_us < key.valid_to_us)) {
    return Status::Ok();
  }
  return PermissionDenied(name() + " is valid from " + std::to_string(key.valid_from_us) + " to " +
                          (key.valid_to_us == 0 ? "ever" : std::to_string(key.valid_to_us)) +
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
