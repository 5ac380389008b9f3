// Payloads that change keys: enrolments under a name, rotations, revocations.
#ifndef LEDGERLINE_TESTS_LEDGER_JOURNAL_KEY_PAYLOADS_H_
#define LEDGERLINE_TESTS_LEDGER_JOURNAL_KEY_PAYLOADS_H_

#include <string>

#include "tests/ledger/journal/journal_fixture.h"

namespace ledgerline::journal {

inline std::string NamedEnrolment(const crypto::Signer& key, v1::KeyRole role, const std::string& name) {
  v1::Payload payload;
  v1::KeyEnrolment& enrolment = *payload.mutable_key_enrolment();
  enrolment.set_public_key(key.public_key().ToBytes());
  enrolment.set_role(role);
  enrolment.set_name(name);
  enrolment.set_possession_signature(
      key.Sign(EnrolmentText(kTestOrigin, "", role, key.public_key(), name)).value().ToBytes());
  return payload.SerializeAsString();
}

// `agreed` signs for the new key: usually the new key itself.
inline std::string RotationPayload(const crypto::Signer& old_key, const crypto::Signer& new_key,
                                   const crypto::Signer& agreed) {
  v1::Payload payload;
  v1::KeyRotation& rotation = *payload.mutable_key_rotation();
  const Hash256 old_id = KeyId(old_key.public_key());
  rotation.set_old_key_id(old_id.ToBytes());
  rotation.set_new_public_key(new_key.public_key().ToBytes());
  rotation.set_new_signature(agreed.Sign(RotationText(kTestOrigin, old_id, new_key.public_key())).value().ToBytes());
  return payload.SerializeAsString();
}
inline std::string RotationPayload(const crypto::Signer& old_key, const crypto::Signer& new_key) {
  return RotationPayload(old_key, new_key, new_key);
}

inline std::string RevocationPayload(const crypto::Signer& key, uint64_t effective_size,
                                     v1::KeyRevocationReason reason = v1::KEY_REVOCATION_REASON_COMPROMISED) {
  v1::Payload payload;
  v1::KeyRevocation& revocation = *payload.mutable_key_revocation();
  revocation.set_key_id(KeyId(key.public_key()).ToBytes());
  revocation.set_effective_size(effective_size);
  revocation.set_reason(reason);
  return payload.SerializeAsString();
}

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_TESTS_LEDGER_JOURNAL_KEY_PAYLOADS_H_
