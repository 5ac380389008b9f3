// Which keys may speak, for whom, and since when: the genesis key and the keys that it enrolled.
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
  EntryIndex entry;
};

class KeyBook {
 public:
  // Errors: kInvalidArgument (key, format version), kFailedPrecondition (a second genesis).
  Status AddGenesis(EntryIndex entry, const v1::Genesis& genesis);
  // Checks the proof of possession. Errors: kInvalidArgument, kPermissionDenied (the proof), kAlreadyExists (the key).
  Status Enrol(EntryIndex entry, const v1::KeyEnrolment& enrolment);

  const std::string& origin() const { return origin_; }
  // The key as enrolled before `as_of`, whether or not it is valid now; null if there is none.
  const EnrolledKey* Find(const Hash256& key_id, TreeSize as_of) const;
  // The same, if it is valid at `at`.
  const EnrolledKey* FindValid(const Hash256& key_id, Instant at, TreeSize as_of) const;
  std::vector<const EnrolledKey*> KeysOf(const PartyId& party, TreeSize as_of) const;

 private:
  std::string origin_;
  std::map<Hash256, EnrolledKey> keys_;
};

}  // namespace ledgerline::rights

#endif  // LEDGERLINE_LEDGER_RIGHTS_KEY_BOOK_H_
