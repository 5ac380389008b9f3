#include "ledger/rights/key_book.h"

#include <algorithm>

#include "crypto/signed_note.h"
#include "ledger/journal/submission.h"

namespace ledgerline::rights {
Status KeyBook::AddGenesis(EntryIndex entry, const v1::Genesis& genesis) {
  if (!keys_.empty()) return FailedPrecondition("genesis: there is one already, at entry 0");
  if (genesis.format_version() != 1)
    return InvalidArgument("genesis: format_version " + std::to_string(genesis.format_version()) + "; only 1 is known");
  if (genesis.origin().empty() || genesis.origin().size() > 255)
    return InvalidArgument("genesis: the origin has " + std::to_string(genesis.origin().size()) +
                           " bytes, 1 to 255 are allowed");
  auto key = crypto::PublicKey::FromBytes(genesis.operator_public_key());
  if (!key.ok()) return key.status().WithContext("genesis: operator_public_key");
  origin_ = genesis.origin();
  const Hash256 id = journal::KeyId(*key);
  keys_.emplace(id, EnrolledKey{id, *key, v1::KEY_ROLE_OPERATOR, PartyId(), TimeSpan{}, entry});
  return Status::Ok();
}

namespace {

// A party's key names its party, a service's, a witness's or an auditor's its name, an operator's neither.
Status TakeSpeaker(const v1::KeyEnrolment& enrolment, EnrolledKey& key) {
  if (enrolment.role() == v1::KEY_ROLE_PARTY) {
    auto party = PartyId::Parse(enrolment.party_id());
    if (!party.ok()) return party.status().WithContext("key enrolment");
    key.party = *party;
  } else if (!enrolment.party_id().empty()) {
    return InvalidArgument("key enrolment: only a party's key names a party_id");
  }
  if (journal::RoleHasName(enrolment.role())) {
    if (const Status status = crypto::CheckKeyName(enrolment.name()); !status.ok())
      return status.WithContext("key enrolment: name");
    key.name = enrolment.name();
  } else if (!enrolment.name().empty()) {
    return InvalidArgument("key enrolment: only the key of a service, a witness or an auditor has a name");
  }
  return Status::Ok();
}

}  // namespace

Status KeyBook::Enrol(EntryIndex entry, const v1::KeyEnrolment& enrolment) {
  auto key = crypto::PublicKey::FromBytes(enrolment.public_key());
  if (!key.ok()) return key.status().WithContext("key enrolment: public_key");
  EnrolledKey enrolled{journal::KeyId(*key), *key, enrolment.role(), PartyId(), TimeSpan{}, entry};
  if (enrolment.role() < v1::KEY_ROLE_OPERATOR || enrolment.role() > v1::KEY_ROLE_AUDITOR) {
    return InvalidArgument("key enrolment: role " + std::to_string(enrolment.role()) +
                           " is none of operator, party, service, witness and auditor (1 to 5)");
  }
  RETURN_IF_ERROR(TakeSpeaker(enrolment, enrolled));
  enrolled.valid.from = Instant{enrolment.valid_from_us()};
  if (enrolment.valid_to_us() != 0) enrolled.valid.to = Instant{enrolment.valid_to_us()};
  if (enrolled.valid.to <= enrolled.valid.from)
    return InvalidArgument("key enrolment: valid_to is not after valid_from");
  auto proof = crypto::Signature::FromBytes(enrolment.possession_signature());
  if (!proof.ok()) return proof.status().WithContext("key enrolment: possession_signature");
  if (!crypto::Verify(*key,
                      journal::EnrolmentText(origin_, enrolment.party_id(), enrolment.role(), *key, enrolment.name()),
                      *proof)) {
    return PermissionDenied("key enrolment: possession_signature is not the new key's over its enrolment message");
  }
  if (!keys_.emplace(enrolled.key_id, enrolled).second) {
    return AlreadyExists("key enrolment: key " + enrolled.key_id.Short() + " is enrolled already, at entry " +
                         std::to_string(keys_.at(enrolled.key_id).entry.value));
  }
  return Status::Ok();
}

Status KeyBook::Rotate(EntryIndex entry, Instant at, const Hash256& submitter, const v1::KeyRotation& rotation) {
  const std::string what = "key rotation: ";
  const auto old_key = keys_.find(submitter);
  if (old_key == keys_.end()) return NotFound(what + "key " + submitter.Short() + " is not enrolled");
  if (rotation.old_key_id() != submitter.view())
    return PermissionDenied(what + "old_key_id is not the submitter's key, " + submitter.Short());
  if (old_key->second.rotated_by) {
    return AlreadyExists(what + "key " + submitter.Short() + " was rotated by entry " +
                         std::to_string(old_key->second.rotated_by->value));
  }
  auto key = crypto::PublicKey::FromBytes(rotation.new_public_key());
  if (!key.ok()) return key.status().WithContext("key rotation: new_public_key");
  auto agreed = crypto::Signature::FromBytes(rotation.new_signature());
  if (!agreed.ok()) return agreed.status().WithContext("key rotation: new_signature");
  if (!crypto::Verify(*key, journal::RotationText(origin_, submitter, *key), *agreed))
    return PermissionDenied(what + "new_signature is not the new key's over the rotation");
  EnrolledKey rotated = old_key->second;
  rotated.key_id = journal::KeyId(*key);
  rotated.public_key = *key;
  rotated.entry = entry;
  rotated.predecessor = submitter;
  rotated.valid = TimeSpan{at, rotation.new_valid_to_us() == 0 ? TimeSpan::kOpen : Instant{rotation.new_valid_to_us()}};
  if (rotated.valid.to <= rotated.valid.from) return InvalidArgument(what + "new_valid_to is not after the rotation");
  if (!keys_.emplace(rotated.key_id, rotated).second)
    return AlreadyExists(what + "key " + rotated.key_id.Short() + " is enrolled already");
  old_key->second.rotated_by = entry;
  return Status::Ok();
}

Status KeyBook::Revoke(EntryIndex entry, const Hash256& submitter, const v1::KeyRevocation& revocation) {
  const std::string what = "key revocation: ";
  auto id = Hash256::FromBytes(revocation.key_id());
  if (!id.ok()) return id.status().WithContext("key revocation: key_id");
  const auto key = keys_.find(*id);
  const auto speaker = keys_.find(submitter);
  if (key == keys_.end()) return NotFound(what + "key " + id->Short() + " is not enrolled");
  if (*id != submitter && (speaker == keys_.end() || speaker->second.role != v1::KEY_ROLE_OPERATOR))
    return PermissionDenied(what + "a key is revoked by itself or by the operator, not by " + submitter.Short());
  if (key->second.revoked_by) {
    return FailedPrecondition(what + "key " + id->Short() + " was revoked already, by entry " +
                              std::to_string(key->second.revoked_by->value));
  }
  if (revocation.effective_size() > entry.value) {
    return OutOfRange(what + "effective_size " + std::to_string(revocation.effective_size()) +
                      " is above the entry's index " + std::to_string(entry.value));
  }
  key->second.revoked_by = entry;
  key->second.repudiated_from = TreeSize{revocation.effective_size()};
  key->second.reason = revocation.reason();
  // A key whose successor turned out bad may be rotated again.
  if (key->second.predecessor && !key->second.rotated_by) keys_.at(*key->second.predecessor).rotated_by.reset();
  return Status::Ok();
}

const EnrolledKey* KeyBook::Find(const Hash256& key_id, TreeSize as_of) const {
  const auto found = keys_.find(key_id);
  return found == keys_.end() || found->second.entry.value >= as_of.value ? nullptr : &found->second;
}

const EnrolledKey* KeyBook::FindValid(const Hash256& key_id, Instant at, TreeSize as_of) const {
  const EnrolledKey* key = Find(key_id, as_of);
  return key != nullptr && key->valid.Contains(at) && !key->RevokedAsOf(as_of) ? key : nullptr;
}

std::vector<const EnrolledKey*> KeyBook::KeysOf(const PartyId& party, TreeSize as_of) const {
  std::vector<const EnrolledKey*> found;
  for (const auto& [id, key] : keys_) {
    if (key.party == party && !party.empty() && key.entry.value < as_of.value) found.push_back(&key);
  }
  return found;
}

std::vector<const EnrolledKey*> KeyBook::List(TreeSize as_of) const {
  std::vector<const EnrolledKey*> found;
  for (const auto& [id, key] : keys_) {
    if (key.entry.value < as_of.value) found.push_back(&key);
  }
  std::sort(found.begin(), found.end(), [](const EnrolledKey* a, const EnrolledKey* b) { return a->entry < b->entry; });
  return found;
}

}  // namespace ledgerline::rights
