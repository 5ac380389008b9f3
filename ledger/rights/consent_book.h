// Consents and their revocations. Nothing is allowed unless a grant in force says so.
//
// A grant is in force for a question as of N if its entry is below N, no revocation of it is below N, and it covers the
// asset, the use, the territory, the tier and the instant.
#ifndef LEDGERLINE_LEDGER_RIGHTS_CONSENT_BOOK_H_
#define LEDGERLINE_LEDGER_RIGHTS_CONSENT_BOOK_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ledger/exchange/catalogue_row.h"
#include "ledgerline/v1/consent.pb.h"

namespace ledgerline::rights {

// Who stands for a statement: the party's own enrolled key, or the operator's word.
enum class Attestation { kParty, kOperator };
std::string_view AttestationName(Attestation attestation);  // "PARTY"

struct ConsentRecord {
  EntryIndex entry;
  Instant recorded_at;
  PartyId party;
  std::optional<exchange::Asset> asset;  // none: everything that the party controls
  std::set<v1::Use> uses;
  TerritorySet territories;
  std::set<std::string> tiers;  // empty: every tier
  TimeSpan valid;
  Attestation attested_by = Attestation::kOperator;
  std::optional<EntryIndex> revoked_by;
  Hash256 signer;                           // the id of the key that signed it
  std::optional<EntryIndex> repudiated_by;  // the revocation of that key, which says that it was in other hands

  std::string AssetText() const { return asset ? asset->ToString() : "*"; }
};

enum class ConsentStatus { kActive, kNotYetValid, kExpired, kRevoked, kRepudiated };
std::string_view ConsentStatusName(ConsentStatus status);  // "active"
ConsentStatus StatusOf(const ConsentRecord& consent, Instant at, TreeSize as_of);

// One thing that one party is asked.
struct ConsentQuery {
  PartyId party;
  exchange::Asset asset;
  RecordingId recording;  // consent for the recording in which `asset` is used covers it too
  v1::Use use = v1::USE_UNSPECIFIED;
  std::string territory;
  std::string tier;
  Instant at;
};

class ConsentBook {
 public:
  // Errors: kInvalidArgument (party, asset, uses, territories, tiers, span).
  Status AddGrant(EntryIndex entry, Instant recorded_at, const v1::ConsentGrant& grant, Attestation attested_by,
                  const Hash256& signer);
  // The key `signer` was revoked by entry `by`: grants of it from index `effective` on are no leave as of any N above
  // `by`. What was judged before stays as it was judged.
  void Repudiate(const Hash256& signer, TreeSize effective, EntryIndex by);
  // Errors: kInvalidArgument (party), kNotFound (no such grant of this party), kFailedPrecondition (revoked already).
  Status AddRevocation(EntryIndex entry, const v1::ConsentRevocation& revocation);

  // The latest grant in force, or null.
  const ConsentRecord* Find(const ConsentQuery& query, TreeSize as_of) const;
  // Why Find has nothing, from the grant that comes nearest: "consent of entry 12 was revoked by entry 15".
  std::string WhyNot(const ConsentQuery& query, TreeSize as_of) const;
  const ConsentRecord* Grant(EntryIndex entry) const;
  std::vector<const ConsentRecord*> List(TreeSize as_of) const;  // by entry

 private:
  std::map<EntryIndex, ConsentRecord> grants_;
  std::map<PartyId, std::vector<EntryIndex>> by_party_;
};

}  // namespace ledgerline::rights

#endif  // LEDGERLINE_LEDGER_RIGHTS_CONSENT_BOOK_H_
