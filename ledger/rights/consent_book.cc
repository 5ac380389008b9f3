#include "ledger/rights/consent_book.h"

namespace ledgerline::rights {
namespace {

bool CoversAsset(const ConsentRecord& consent, const ConsentQuery& query) {
  return !consent.asset || *consent.asset == query.asset || *consent.asset == exchange::Asset::Of(query.recording);
}

// What keeps a grant from answering the query, or nothing. The order is from the plainest reason to the finest.
std::string Obstacle(const ConsentRecord& consent, const ConsentQuery& query, TreeSize as_of) {
  const std::string name = "consent of entry " + std::to_string(consent.entry.value);
  if (!CoversAsset(consent, query)) return name + " is for " + consent.AssetText();
  if (!consent.uses.contains(query.use))
    return name + " does not allow the use " + std::string(exchange::UseName(query.use));
  if (!consent.territories.Contains(query.territory)) return name + " does not reach " + query.territory;
  if (!consent.tiers.empty() && !consent.tiers.contains(query.tier))
    return name + " does not allow the tier " + query.tier;
  switch (StatusOf(consent, query.at, as_of)) {
    case ConsentStatus::kRevoked:
      return name + " was revoked by entry " + std::to_string(consent.revoked_by->value);
    case ConsentStatus::kRepudiated:
      return name + " is repudiated: entry " + std::to_string(consent.repudiated_by->value) +
             " revoked the key that signed it, which may have been in other hands";
    case ConsentStatus::kExpired:
      return name + " ended at " + consent.valid.to.ToString();
    case ConsentStatus::kNotYetValid:
      return name + " begins at " + consent.valid.from.ToString();
    case ConsentStatus::kActive:
      break;
  }
  return {};
}

}  // namespace

std::string_view AttestationName(Attestation attestation) {
  return attestation == Attestation::kParty ? "PARTY" : "OPERATOR";
}

std::string_view ConsentStatusName(ConsentStatus status) {
  switch (status) {
    case ConsentStatus::kActive:
      return "active";
    case ConsentStatus::kNotYetValid:
      return "not yet valid";
    case ConsentStatus::kExpired:
      return "expired";
    case ConsentStatus::kRevoked:
      return "revoked";
    case ConsentStatus::kRepudiated:
      return "repudiated";
  }
  return "unknown";
}

ConsentStatus StatusOf(const ConsentRecord& consent, Instant at, TreeSize as_of) {
  if (consent.revoked_by && consent.revoked_by->value < as_of.value) return ConsentStatus::kRevoked;
  if (consent.repudiated_by && consent.repudiated_by->value < as_of.value) return ConsentStatus::kRepudiated;
  if (at < consent.valid.from) return ConsentStatus::kNotYetValid;
  return consent.valid.Contains(at) ? ConsentStatus::kActive : ConsentStatus::kExpired;
}

Status ConsentBook::AddGrant(EntryIndex entry, Instant recorded_at, const v1::ConsentGrant& grant,
                             Attestation attested_by, const Hash256& signer) {
  ConsentRecord record;
  record.entry = entry;
  record.recorded_at = recorded_at;
  record.attested_by = attested_by;
  record.signer = signer;
  ASSIGN_OR_RETURN(record.party, PartyId::Parse(grant.party_id()));
  if (grant.asset() != "*") {
    ASSIGN_OR_RETURN(const exchange::Asset asset, exchange::Asset::Parse(grant.asset()));
    record.asset = asset;
  }
  for (const int use : grant.uses()) {
    if (use < v1::USE_COVER || use > v1::USE_TRAIN)
      return InvalidArgument("consent: use " + std::to_string(use) + " is not one of 1 to 5");
    record.uses.insert(static_cast<v1::Use>(use));
  }
  if (record.uses.empty()) return InvalidArgument("consent: uses is empty; name at least one");
  ASSIGN_OR_RETURN(record.territories, TerritorySet::Parse(grant.territories()));
  for (const std::string& tier : grant.tiers()) {
    RETURN_IF_ERROR(exchange::CheckTier(tier));
    record.tiers.insert(tier);
  }
  record.valid.from = Instant{grant.valid_from_us()};
  if (grant.valid_to_us() != 0) record.valid.to = Instant{grant.valid_to_us()};
  if (record.valid.to <= record.valid.from) return InvalidArgument("consent: valid_to is not after valid_from");
  by_party_[record.party].push_back(entry);
  grants_.emplace(entry, std::move(record));
  return Status::Ok();
}

void ConsentBook::Repudiate(const Hash256& signer, TreeSize effective, EntryIndex by) {
  for (auto& [entry, consent] : grants_) {
    if (consent.signer == signer && entry.value >= effective.value && !consent.repudiated_by)
      consent.repudiated_by = by;
  }
}

Status ConsentBook::AddRevocation(EntryIndex entry, const v1::ConsentRevocation& revocation) {
  ASSIGN_OR_RETURN(const PartyId party, PartyId::Parse(revocation.party_id()));
  const auto found = grants_.find(EntryIndex{revocation.grant_index()});
  const std::string name = "consent of entry " + std::to_string(revocation.grant_index());
  if (found == grants_.end() || found->second.party != party)
    return NotFound("revocation: party " + party.text() + " has no " + name);
  if (found->second.revoked_by) {
    return FailedPrecondition("revocation: " + name + " was revoked already, by entry " +
                              std::to_string(found->second.revoked_by->value));
  }
  found->second.revoked_by = entry;
  return Status::Ok();
}

const ConsentRecord* ConsentBook::Find(const ConsentQuery& query, TreeSize as_of) const {
  const auto entries = by_party_.find(query.party);
  if (entries == by_party_.end()) return nullptr;
  for (auto at = entries->second.rbegin(); at != entries->second.rend(); ++at) {
    if (at->value >= as_of.value) continue;
    const ConsentRecord& consent = grants_.at(*at);
    if (Obstacle(consent, query, as_of).empty()) return &consent;
  }
  return nullptr;
}

std::string ConsentBook::WhyNot(const ConsentQuery& query, TreeSize as_of) const {
  const auto entries = by_party_.find(query.party);
  if (entries != by_party_.end()) {
    // The latest grant for this asset explains best.
    for (auto at = entries->second.rbegin(); at != entries->second.rend(); ++at) {
      const ConsentRecord& consent = grants_.at(*at);
      if (at->value < as_of.value && CoversAsset(consent, query)) return Obstacle(consent, query, as_of);
    }
  }
  return "no consent was ever given";
}

const ConsentRecord* ConsentBook::Grant(EntryIndex entry) const {
  const auto found = grants_.find(entry);
  return found == grants_.end() ? nullptr : &found->second;
}

std::vector<const ConsentRecord*> ConsentBook::List(TreeSize as_of) const {
  std::vector<const ConsentRecord*> list;
  for (const auto& [entry, consent] : grants_) {
    if (entry.value < as_of.value) list.push_back(&consent);
  }
  return list;
}

}  // namespace ledgerline::rights
