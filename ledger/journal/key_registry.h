// Which keys may speak, folded from the entries themselves: genesis names the operator's key, enrolments add others,
// rotations replace them, revocations end them. The rules are in docs/formats/keys.md.
#ifndef LEDGERLINE_LEDGER_JOURNAL_KEY_REGISTRY_H_
#define LEDGERLINE_LEDGER_JOURNAL_KEY_REGISTRY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "crypto/ed25519.h"
#include "ledger/journal/operator_keys.h"
#include "ledger/journal/submission.h"
#include "schemas/hash.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::journal {

struct RevokedKey {
  EntryIndex entry;         // the revocation
  TreeSize effective_size;  // what the key signed at this index or above, and below `entry`, is repudiated
  v1::KeyRevocationReason reason = v1::KEY_REVOCATION_REASON_UNSPECIFIED;
};

struct EnrolledKey {
  crypto::PublicKey key;
  v1::KeyRole role = v1::KEY_ROLE_UNSPECIFIED;
  std::string party_id;  // of a party's key
  int64_t valid_from_us = 0;
  int64_t valid_to_us = 0;             // exclusive; 0: open
  std::string name;                    // of a service's, a witness's or an auditor's key
  EntryIndex entry;                    // genesis, the enrolment or the rotation that brought it
  std::optional<Hash256> predecessor;  // the key that it replaces
  std::optional<Hash256> successor;    // the key that replaces it, and lives
  std::optional<RevokedKey> revoked;

  // Whether an entry of this key was repudiated by what is known so far.
  bool Repudiates(EntryIndex index) const {
    return revoked && index.value >= revoked->effective_size.value && index < revoked->entry;
  }
};

// Not thread-safe.
class KeyRegistry {
 public:
  // Takes in the genesis, enrolment, rotation or revocation of an admitted entry, which is `index`; other payloads
  // change nothing. Entries come in order. That the submitter may submit it is not asked here (CheckRole,
  // CheckValidity, CheckSignature), except whose key it revokes or rotates.
  // Errors: kFailedPrecondition (a genesis after the first; a key before genesis; a rotated or revoked key again; the
  // last operator key), kAlreadyExists (the key is enrolled), kPermissionDenied (a possession or rotation signature is
  // not the new key's; a key that speaks of another's), kNotFound (no such key), kOutOfRange (effective_size).
  Status Apply(const ParsedSubmission& submission, EntryIndex index);
  // The same checks without the change.
  Status Check(const ParsedSubmission& submission, EntryIndex index) const;

  // Errors: kPermissionDenied (no such key).
  Result<EnrolledKey> Find(const Hash256& key_id) const;
  // Null if there is no such key.
  const EnrolledKey* FindOrNull(const Hash256& key_id) const;
  const std::map<Hash256, EnrolledKey>& keys() const { return keys_; }

  // The entries below `size` that a verifier needs in order to know this key: what brought it and its predecessors,
  // back to genesis or an enrolment, and their revocations.
  std::set<EntryIndex> EntriesBehind(const Hash256& key_id, TreeSize size) const;
  // The same for every key that signs checkpoints.
  std::set<EntryIndex> EntriesBehindOperator(TreeSize size) const;

  const std::string& origin() const { return origin_; }
  // The keys that sign checkpoints.
  const OperatorKeys& operator_keys() const { return operator_keys_; }
  // The newest of them that is not revoked.
  const crypto::PublicKey& operator_key() const { return operator_keys_.current().key.public_key(); }

 private:
  Status CheckEnrolment(const v1::KeyEnrolment& enrolment) const;
  Status CheckRotation(const ParsedSubmission& submission) const;
  Status CheckRevocation(const ParsedSubmission& submission, EntryIndex index) const;

  std::string origin_;
  OperatorKeys operator_keys_;
  std::map<Hash256, EnrolledKey> keys_;
};

// "SERVICE" for KEY_ROLE_SERVICE.
std::string KeyRoleName(v1::KeyRole role);
// "COMPROMISED" for KEY_REVOCATION_REASON_COMPROMISED.
std::string KeyRevocationReasonName(v1::KeyRevocationReason reason);
// Whom a key speaks for: "the operator", "party p1", "service example.com/play".
std::string SpeakerName(const EnrolledKey& key);

// What a role may submit. OPERATOR: everything but a second genesis. PARTY: consents and their revocations. SERVICE:
// permits, generations, rejected candidates, ratings, usage files, batch headers. AUDITOR: audit attestations. Every
// role: rotations and revocations of its own key, a WITNESS nothing else.
// Errors: kPermissionDenied (names role and type).
Status CheckRole(const EnrolledKey& key, v1::PayloadType type);
// In its time, and not revoked by an entry before. Errors: kPermissionDenied (names the bounds, or entry and reason).
Status CheckValidity(const EnrolledKey& key, int64_t recorded_at_us);
// The Ed25519 signature over the submission's signed text. Errors: kPermissionDenied.
Status CheckSignature(const ParsedSubmission& submission, const crypto::PublicKey& key);

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_KEY_REGISTRY_H_
