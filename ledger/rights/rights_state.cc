#include "ledger/rights/rights_state.h"

#include <set>

namespace ledgerline::rights {

Status RightsState::Apply(EntryIndex index, const v1::Entry& entry, const v1::Payload& payload, BlobReader& blobs) {
  if (index.value != size_.value || entry.index() != index.value) {
    return FailedPrecondition("rights: entry " + std::to_string(entry.index()) + " at index " +
                              std::to_string(index.value) + " where " + std::to_string(size_.value) + " is next");
  }
  const auto by_operator = [&](std::string_view what) {
    if (SpeakerOf(entry).is_operator) return true;
    AddFault(index, true, std::string(what) + " is not signed by an operator's key");
    return false;
  };
  switch (payload.kind_case()) {
    case v1::Payload::kGenesis: {
      Status status =
          index.value == 0 ? keys_.AddGenesis(index, payload.genesis()) : FailedPrecondition("genesis after entry 0");
      if (!status.ok()) AddFault(index, true, status.message());
      break;
    }
    case v1::Payload::kKeyEnrolment:
      if (by_operator("key enrolment")) {
        if (const Status status = keys_.Enrol(index, payload.key_enrolment()); !status.ok())
          AddFault(index, true, status.message());
      }
      break;
    case v1::Payload::kKeyRotation: {
      const EnrolledKey* key = KeyOf(entry);
      const Status status =
          key == nullptr ? PermissionDenied("key rotation: not signed by a valid key")
                         : keys_.Rotate(index, Instant{entry.recorded_at_us()}, key->key_id, payload.key_rotation());
      if (!status.ok()) AddFault(index, true, status.message());
      break;
    }
    case v1::Payload::kKeyRevocation:
      ApplyKeyRevocation(index, entry, payload.key_revocation());
      break;
    case v1::Payload::kCatalogueFile:
      if (by_operator("catalogue file")) RETURN_IF_ERROR(ApplyCatalogue(index, payload.catalogue_file(), blobs));
      break;
    case v1::Payload::kConsentGrant:
      ApplyGrant(index, entry, payload.consent_grant());
      break;
    case v1::Payload::kConsentRevocation:
      ApplyRevocation(index, entry, payload.consent_revocation());
      break;
    case v1::Payload::kPermit:
      if (SpeakerOf(entry).speaks()) {
        ApplyPermit(index, entry, payload.permit());
      } else {
        AddFault(index, true, "permit is signed neither by an operator's key nor by a service's");
      }
      break;
    case v1::Payload::kGeneration:
      ApplyGeneration(index, entry, payload.generation());
      break;
    case v1::Payload::kRating:
      ApplyRating(index, payload.rating());
      break;
    case v1::Payload::kTrainingShares:
      if (by_operator("training shares")) {
        RETURN_IF_ERROR(ApplyTrainingShares(index, Instant{entry.recorded_at_us()}, payload.training_shares(), blobs));
      }
      break;
    case v1::Payload::kErasure:
      if (by_operator("erasure")) ApplyErasure(index, payload.erasure());
      break;
    case v1::Payload::kBatchHeader:
    case v1::Payload::kAuditAttestation:
    case v1::Payload::kRejectedCandidates:
    case v1::Payload::kUsageFile:
    case v1::Payload::kPeriodClose:
      break;  // nothing about rights
    case v1::Payload::KIND_NOT_SET:
      AddFault(index, true, "the payload is of no known kind");
      break;
  }
  size_ = TreeSize{index.value + 1};
  return Status::Ok();
}

const EnrolledKey* RightsState::KeyOf(const v1::Entry& entry) const {
  const auto key_id = Hash256::FromBytes(entry.submitter_key_id());
  if (!key_id.ok()) return nullptr;
  return keys_.FindValid(*key_id, Instant{entry.recorded_at_us()}, TreeSize{entry.index()});
}

RightsState::Speaker RightsState::SpeakerOf(const v1::Entry& entry) const {
  const EnrolledKey* key = KeyOf(entry);
  if (key == nullptr) return {};
  return {key->role == v1::KEY_ROLE_OPERATOR, key->role == v1::KEY_ROLE_SERVICE, key->party, key->key_id};
}

void RightsState::ApplyKeyRevocation(EntryIndex index, const v1::Entry& entry, const v1::KeyRevocation& revocation) {
  const EnrolledKey* key = KeyOf(entry);
  const Status status = key == nullptr ? PermissionDenied("key revocation: not signed by a valid key")
                                       : keys_.Revoke(index, key->key_id, revocation);
  if (!status.ok()) return AddFault(index, true, status.message());
  consents_.Repudiate(*Hash256::FromBytes(revocation.key_id()), TreeSize{revocation.effective_size()}, index);
}

void RightsState::AddFault(EntryIndex index, bool ignored, std::string text) {
  faults_.push_back({index, ignored, std::move(text)});
}

void RightsState::ApplyGrant(EntryIndex index, const v1::Entry& entry, const v1::ConsentGrant& grant) {
  const Speaker speaker = SpeakerOf(entry);
  const bool by_party = !speaker.party.empty() && speaker.party.text() == grant.party_id();
  if (!by_party && !speaker.is_operator) {
    return AddFault(index, true,
                    "consent of party " + grant.party_id() + " is signed neither by its own key nor by an operator's");
  }
  const Status status = consents_.AddGrant(index, Instant{entry.recorded_at_us()}, grant,
                                           by_party ? Attestation::kParty : Attestation::kOperator, speaker.key_id);
  if (!status.ok()) AddFault(index, true, status.message());
}

void RightsState::ApplyRevocation(EntryIndex index, const v1::Entry& entry, const v1::ConsentRevocation& revocation) {
  const Speaker speaker = SpeakerOf(entry);
  if (!speaker.is_operator && (speaker.party.empty() || speaker.party.text() != revocation.party_id())) {
    return AddFault(
        index, true,
        "revocation of party " + revocation.party_id() + " is signed neither by its own key nor by an operator's");
  }
  if (const Status status = consents_.AddRevocation(index, revocation); !status.ok())
    AddFault(index, true, status.message());
}

void RightsState::ApplyRating(EntryIndex index, const v1::Rating& rating) {
  if (rating.score() < 1 || rating.score() > 5) {
    return AddFault(index, true, "rating: score " + std::to_string(rating.score()) + " is outside 1 to 5");
  }
  const auto id = RecordingId::Parse(rating.recording_id());
  if (!id.ok()) return AddFault(index, true, "rating: " + id.status().message());
  const RecordingView view = Recording(*id, size_);
  if (view.original == nullptr && view.cover == nullptr)
    AddFault(index, false, "rating of recording " + id->text() + ", which is not known yet");
  ratings_.push_back({index, rating});
}

// What it names must be what the ledger committed to, all of it: a tombstone for a part would leave the rest readable.
void RightsState::ApplyErasure(EntryIndex index, const v1::Erasure& erasure) {
  const auto party = PartyId::Parse(erasure.party_id());
  if (!party.ok()) return AddFault(index, true, "erasure: " + party.status().message());
  std::set<Hash256> known, named;
  for (const auto* version : parties_.Versions(*party)) known.insert(version->row.commitment);
  for (const std::string& raw : erasure.commitments()) {
    if (const auto hash = Hash256::FromBytes(raw); hash.ok()) named.insert(*hash);
  }
  if (known.empty()) return AddFault(index, true, "erasure of party " + party->text() + ", which is not known");
  if (const ErasureRecord* earlier = Erasure(*party, size_)) {
    return AddFault(index, true,
                    "party " + party->text() + " was erased already, by entry " + std::to_string(earlier->entry.value));
  }
  if (known != named || static_cast<int>(named.size()) != erasure.commitments_size()) {
    return AddFault(index, true,
                    "erasure of party " + party->text() + " names " + std::to_string(erasure.commitments_size()) +
                        " commitments, which are not the " + std::to_string(known.size()) + " that the ledger has");
  }
  erasures_.push_back({index, *party, {named.begin(), named.end()}});
}

const ErasureRecord* RightsState::Erasure(const PartyId& party, TreeSize as_of) const {
  for (const ErasureRecord& erasure : erasures_) {
    if (erasure.party == party && erasure.entry.value < as_of.value) return &erasure;
  }
  return nullptr;
}

RecordingView RightsState::Recording(const RecordingId& id, TreeSize as_of) const {
  RecordingView view{id, originals_.Find(id, as_of), nullptr};
  if (const auto cover = covers_.find(id); cover != covers_.end() && cover->second.value < as_of.value) {
    view.cover = &generations_.at(cover->second);
  }
  return view;
}

std::vector<RecordingView> RightsState::Recordings(TreeSize as_of) const {
  std::map<RecordingId, RecordingView> views;
  for (const auto* original : originals_.List(as_of)) views[original->row.id] = {original->row.id, original, nullptr};
  for (const auto& [id, entry] : covers_) {
    if (entry.value < as_of.value) views[id] = {id, nullptr, &generations_.at(entry)};
  }
  std::vector<RecordingView> list;
  for (auto& [id, view] : views) list.push_back(view);
  return list;
}

const GenerationRecord* RightsState::Generation(EntryIndex entry) const {
  const auto found = generations_.find(entry);
  return found == generations_.end() ? nullptr : &found->second;
}

const PermitRecord* RightsState::Permit(EntryIndex entry) const {
  const auto found = permits_.find(entry);
  return found == permits_.end() ? nullptr : &found->second;
}

std::vector<const GenerationRecord*> RightsState::Generations(TreeSize as_of) const {
  std::vector<const GenerationRecord*> list;
  for (const auto& [entry, record] : generations_) {
    if (entry.value < as_of.value) list.push_back(&record);
  }
  return list;
}

}  // namespace ledgerline::rights
