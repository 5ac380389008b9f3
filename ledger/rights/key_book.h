// Which keys may speak, for whom, since when and until when: the genesis key, the keys that were enrolled, and what
// rotations and revocations made of them. The rules are in docs/formats/keys.md.
#ifndef LEDGERLINE_LEDGER_RIGHTS_KEY_BOOK_H_
#define LEDGERLINE_LEDGER_RIGHTS_KEY_BOOK_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crypto/ed25519.h"
#include "ledgerline/v1/key.pb.h"
#include "schemas/hash.h"
#include "schemas/ids.h"
#include "schemas/status.h"
#include "schemas/time.h"

namespace ledgerline::rights {

struct EnrolledKey {
  Hash256 key_id;
  crypto::PublicKey public_key;
  v1::KeyRole role = v1::KEY_ROLE_UNSPECIFIED;
  PartyId party;  // KEY_ROLE_PARTY only
  TimeSpan valid;
  EntryIndex entry;                        // genesis, the enrolment or the rotation that brought it
  std::string name{};                      // of a service's, a witness's or an auditor's key
  std::optional<Hash256> predecessor{};    // the key that it replaces
  std::optional<EntryIndex> rotated_by{};  // the rotation that names its successor
  std::optional<EntryIndex> revoked_by{};
  TreeSize repudiated_from{};  // where revoked: what it signed at this index or above, and below revoked_by
  v1::KeyRevocationReason reason = v1::KEY_REVOCATION_REASON_UNSPECIFIED;

  bool RevokedAsOf(TreeSize as_of) const { return revoked_by && revoked_by->value < as_of.value; }
};

class KeyBook {
 public:
  // Errors: kInvalidArgument (key, format version), kFailedPrecondition (a second genesis).
  Status AddGenesis(EntryIndex entry, const v1::Genesis& genesis);
  // Checks the proof of possession. Errors: kInvalidArgument, kPermissionDenied (the proof), kAlreadyExists (the key).
  Status Enrol(EntryIndex entry, const v1::KeyEnrolment& enrolment);
  // `submitter` signed the entry, at `at`, and is valid then. Errors: kInvalidArgument, kPermissionDenied (the new
  // key's signature; another's key), kAlreadyExists (the key; a second rotation), kNotFound.
  Status Rotate(EntryIndex entry, Instant at, const Hash256& submitter, const v1::KeyRotation& rotation);
  // Errors: kInvalidArgument, kOutOfRange (effective_size), kPermissionDenied (another's key), kNotFound,
  // kFailedPrecondition (revoked already).
  Status Revoke(EntryIndex entry, const Hash256& submitter, const v1::KeyRevocation& revocation);

  const std::string& origin() const { return origin_; }
  // The key as enrolled before `as_of`, whether or not it is valid now; null if there is none.
  const EnrolledKey* Find(const Hash256& key_id, TreeSize as_of) const;
  // The same, if it is valid at `at` and not revoked as of N.
  const EnrolledKey* FindValid(const Hash256& key_id, Instant at, TreeSize as_of) const;
  std::vector<const EnrolledKey*> KeysOf(const PartyId& party, TreeSize as_of) const;
  std::vector<const EnrolledKey*> List(TreeSize as_of) const;  // by entry

 private:
  std::string origin_;
  std::map<Hash256, EnrolledKey> keys_;
};

}  // namespace ledgerline::rights

#endif  // LEDGERLINE_LEDGER_RIGHTS_KEY_BOOK_H_
