#include "tests/sim/key_model.h"

#include <algorithm>

#include "ledger/journal/submission.h"
#include "tests/sim/violation.h"

namespace ledgerline::sim {
namespace {

bool IsSigned(const crypto::PublicKey& key, const std::string& text, const std::string& signature) {
  const auto parsed = crypto::Signature::FromBytes(signature);
  return parsed.ok() && crypto::Verify(key, text, *parsed);
}

crypto::PublicKey KeyOf(const std::string& bytes) {
  const auto key = crypto::PublicKey::FromBytes(bytes);
  Demand(key.ok(), "a key that was admitted is a key");
  return *key;
}

Hash256 IdOf(const std::string& bytes) {
  const auto id = Hash256::FromBytes(bytes);
  Demand(id.ok(), "a key id that was admitted is a hash");
  return *id;
}

}  // namespace

const Key* KeyModel::Find(const Hash256& id) const {
  const auto found = keys_.find(id);
  return found == keys_.end() ? nullptr : &found->second;
}

bool KeyModel::MaySpeak(const Hash256& id, int64_t recorded_at_us) const {
  const Key* key = Find(id);
  return key != nullptr && !key->revocation && recorded_at_us >= key->valid_from_us &&
         (key->valid_to_us == 0 || recorded_at_us < key->valid_to_us);
}

StatusCode KeyModel::Judge(const Hash256& submitter, const v1::Payload& payload, uint64_t index) const {
  if (payload.has_key_rotation()) return JudgeRotation(submitter, payload.key_rotation());
  if (payload.has_key_revocation()) return JudgeRevocation(submitter, payload.key_revocation(), index);
  if (!payload.has_key_enrolment()) return StatusCode::kOk;
  const v1::KeyEnrolment& enrolment = payload.key_enrolment();
  const crypto::PublicKey key = KeyOf(enrolment.public_key());
  if (Find(journal::KeyId(key)) != nullptr) return StatusCode::kAlreadyExists;
  const std::string text =
      journal::EnrolmentText(origin_, enrolment.party_id(), enrolment.role(), key, enrolment.name());
  return IsSigned(key, text, enrolment.possession_signature()) ? StatusCode::kOk : StatusCode::kPermissionDenied;
}

StatusCode KeyModel::JudgeRotation(const Hash256& submitter, const v1::KeyRotation& rotation) const {
  const Hash256 old_id = IdOf(rotation.old_key_id());
  if (old_id != submitter) return StatusCode::kPermissionDenied;
  const Key* old_key = Find(old_id);
  if (old_key == nullptr) return StatusCode::kNotFound;
  if (old_key->successor) return StatusCode::kFailedPrecondition;
  const crypto::PublicKey new_key = KeyOf(rotation.new_public_key());
  if (Find(journal::KeyId(new_key)) != nullptr) return StatusCode::kAlreadyExists;
  if (old_key->signs_checkpoints && rotation.new_valid_to_us() != 0) return StatusCode::kInvalidArgument;
  return IsSigned(new_key, journal::RotationText(origin_, old_id, new_key), rotation.new_signature())
             ? StatusCode::kOk
             : StatusCode::kPermissionDenied;
}

StatusCode KeyModel::JudgeRevocation(const Hash256& submitter, const v1::KeyRevocation& revocation,
                                     uint64_t index) const {
  const Hash256 id = IdOf(revocation.key_id());
  const Key* key = Find(id);
  if (key == nullptr) return StatusCode::kNotFound;
  const Key* speaker = Find(submitter);
  if (id != submitter && (speaker == nullptr || speaker->role != v1::KEY_ROLE_OPERATOR))
    return StatusCode::kPermissionDenied;
  if (key->revocation) return StatusCode::kFailedPrecondition;
  if (revocation.effective_size() > index) return StatusCode::kOutOfRange;
  const auto live = std::count_if(keys_.begin(), keys_.end(), [](const auto& each) {
    return each.second.signs_checkpoints && !each.second.revocation;
  });
  return key->signs_checkpoints && live == 1 ? StatusCode::kFailedPrecondition : StatusCode::kOk;
}

void KeyModel::Learn(const Hash256& submitter, const v1::Payload& payload, uint64_t index) {
  Demand(Judge(submitter, payload, index) == StatusCode::kOk, "no key event is there that must be refused");
  Key key;
  key.entry = index;
  if (payload.has_genesis()) {
    key.key = KeyOf(payload.genesis().operator_public_key());
    key.role = v1::KEY_ROLE_OPERATOR;
    key.signs_checkpoints = true;
  } else if (payload.has_key_enrolment()) {
    const v1::KeyEnrolment& enrolment = payload.key_enrolment();
    key.key = KeyOf(enrolment.public_key());
    key.role = enrolment.role();
    key.valid_from_us = enrolment.valid_from_us();
    key.valid_to_us = enrolment.valid_to_us();
  } else if (payload.has_key_rotation()) {
    Key& old_key = keys_.at(submitter);
    key.key = KeyOf(payload.key_rotation().new_public_key());
    key.role = old_key.role;
    key.valid_to_us = payload.key_rotation().new_valid_to_us();
    key.signs_checkpoints = old_key.signs_checkpoints;
    key.predecessor = submitter;
    old_key.successor = journal::KeyId(key.key);
  } else if (payload.has_key_revocation()) {
    Key& revoked = keys_.at(IdOf(payload.key_revocation().key_id()));
    revoked.revocation = index;
    revoked.effective_size = payload.key_revocation().effective_size();
    // Whose last successor is gone may be rotated again.
    if (revoked.predecessor && !revoked.successor) keys_.at(*revoked.predecessor).successor.reset();
    return;
  } else {
    return;
  }
  keys_.emplace(journal::KeyId(key.key), key);
}

std::vector<crypto::PublicKey> KeyModel::SignersAt(uint64_t size) const {
  std::vector<const Key*> signers;
  for (const auto& [id, key] : keys_) {
    if (key.signs_checkpoints && size > key.entry && (!key.revocation || size <= *key.revocation))
      signers.push_back(&key);
  }
  std::sort(signers.begin(), signers.end(), [](const Key* a, const Key* b) { return a->entry < b->entry; });
  std::vector<crypto::PublicKey> keys;
  for (const Key* signer : signers) keys.push_back(signer->key);
  return keys;
}

bool KeyModel::IsRepudiated(const Hash256& submitter, uint64_t index) const {
  const Key* key = Find(submitter);
  return key != nullptr && key->revocation && index >= key->effective_size && index < *key->revocation;
}

void KeyModel::Compare(const journal::KeyRegistry& registry) const {
  Demand(registry.keys().size() == keys_.size(), "the registry has as many keys as the entries name");
  for (const auto& [id, key] : keys_) {
    const journal::EnrolledKey* there = registry.FindOrNull(id);
    const std::string name = "key " + id.Short();
    Demand(there != nullptr && there->key == key.key && there->role == key.role && there->entry.value == key.entry,
           name + " is registered with its role, by its entry");
    Demand(there->valid_from_us == key.valid_from_us && there->valid_to_us == key.valid_to_us,
           name + " has its time of validity");
    Demand(there->predecessor == key.predecessor && there->successor == key.successor,
           name + " stands between the keys that it was rotated from and to");
    Demand(there->revoked.has_value() == key.revocation.has_value(), name + " is revoked or not");
    if (key.revocation) {
      Demand(
          there->revoked->entry.value == *key.revocation && there->revoked->effective_size.value == key.effective_size,
          name + " is revoked by its entry, from its size on");
    }
    Demand(registry.operator_keys().Contains(key.key) == key.signs_checkpoints, name + " signs checkpoints or not");
  }
}

}  // namespace ledgerline::sim
