// Which keys may speak, folded from the entries themselves: genesis names the operator's key, enrolments add others.
#ifndef LEDGERLINE_LEDGER_JOURNAL_KEY_REGISTRY_H_
#define LEDGERLINE_LEDGER_JOURNAL_KEY_REGISTRY_H_

#include <cstdint>
#include <map>
#include <string>

#include "crypto/ed25519.h"
#include "ledger/journal/submission.h"
#include "schemas/hash.h"
#include "schemas/status.h"

namespace ledgerline::journal {

struct EnrolledKey {
  crypto::PublicKey key;
  v1::KeyRole role = v1::KEY_ROLE_UNSPECIFIED;
  std::string party_id;  // of a party's key
  int64_t valid_from_us = 0;
  int64_t valid_to_us = 0;  // exclusive; 0: open
};

// Not thread-safe.
class KeyRegistry {
 public:
  // Takes in the genesis or enrolment of an admitted entry; other payloads change nothing.
  // Errors: kFailedPrecondition (a genesis after the first; an enrolment before genesis), kAlreadyExists (the key is
  // enrolled), kPermissionDenied (the possession signature is not the enrolled key's).
  Status Apply(const ParsedSubmission& submission);
  // The same checks without the change.
  Status Check(const ParsedSubmission& submission) const;

  // Errors: kPermissionDenied (no such key).
  Result<EnrolledKey> Find(const Hash256& key_id) const;

  const std::string& origin() const { return origin_; }
  const crypto::PublicKey& operator_key() const { return operator_key_; }

 private:
  std::string origin_;
  crypto::PublicKey operator_key_;
  std::map<Hash256, EnrolledKey> keys_;
};

// The operator's keys may submit everything but a second genesis; a party's key its consents and revocations.
// Errors: kPermissionDenied (names role and type).
Status CheckRole(const EnrolledKey& key, v1::PayloadType type);
// Errors: kPermissionDenied (names the bounds).
Status CheckValidity(const EnrolledKey& key, int64_t recorded_at_us);
// The Ed25519 signature over the submission's signed text. Errors: kPermissionDenied.
Status CheckSignature(const ParsedSubmission& submission, const crypto::PublicKey& key);

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_KEY_REGISTRY_H_
