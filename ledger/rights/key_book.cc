#include "ledger/rights/key_book.h"

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

Status KeyBook::Enrol(EntryIndex entry, const v1::KeyEnrolment& enrolment) {
  auto key = crypto::PublicKey::FromBytes(enrolment.public_key());
  if (!key.ok()) return key.status().WithContext("key enrolment: public_key");
  EnrolledKey enrolled{journal::KeyId(*key), *key, enrolment.role(), PartyId(), TimeSpan{}, entry};
  if (enrolment.role() == v1::KEY_ROLE_PARTY) {
    auto party = PartyId::Parse(enrolment.party_id());
    if (!party.ok()) return party.status().WithContext("key enrolment");
    enrolled.party = *party;
  } else if (enrolment.role() != v1::KEY_ROLE_OPERATOR) {
    return InvalidArgument("key enrolment: role " + std::to_string(enrolment.role()) +
                           " is neither operator (1) nor party (2)");
  } else if (!enrolment.party_id().empty()) {
    return InvalidArgument("key enrolment: an operator's key names no party_id");
  }
  enrolled.valid.from = Instant{enrolment.valid_from_us()};
  if (enrolment.valid_to_us() != 0) enrolled.valid.to = Instant{enrolment.valid_to_us()};
  if (enrolled.valid.to <= enrolled.valid.from)
    return InvalidArgument("key enrolment: valid_to is not after valid_from");
  auto proof = crypto::Signature::FromBytes(enrolment.possession_signature());
  if (!proof.ok()) return proof.status().WithContext("key enrolment: possession_signature");
  if (!crypto::Verify(*key, journal::EnrolmentText(origin_, enrolment.party_id(), enrolment.role(), *key), *proof)) {
    return PermissionDenied("key enrolment: possession_signature is not the new key's over its enrolment message");
  }
  if (!keys_.emplace(enrolled.key_id, enrolled).second) {
    return AlreadyExists("key enrolment: key " + enrolled.key_id.Short() + " is enrolled already, at entry " +
                         std::to_string(keys_.at(enrolled.key_id).entry.value));
  }
  return Status::Ok();
}

const EnrolledKey* KeyBook::Find(const Hash256& key_id, TreeSize as_of) const {
  const auto found = keys_.find(key_id);
  return found == keys_.end() || found->second.entry.value >= as_of.value ? nullptr : &found->second;
}

const EnrolledKey* KeyBook::FindValid(const Hash256& key_id, Instant at, TreeSize as_of) const {
  const EnrolledKey* key = Find(key_id, as_of);
  return key != nullptr && key->valid.Contains(at) ? key : nullptr;
}

std::vector<const EnrolledKey*> KeyBook::KeysOf(const PartyId& party, TreeSize as_of) const {
  std::vector<const EnrolledKey*> found;
  for (const auto& [id, key] : keys_) {
    if (key.party == party && !party.empty() && key.entry.value < as_of.value) found.push_back(&key);
  }
  return found;
}

}  // namespace ledgerline::rights
