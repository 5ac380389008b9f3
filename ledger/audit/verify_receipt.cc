#include "ledger/audit/verify_receipt.h"

#include <algorithm>
#include <set>

#include "ledger/audit/entry_examination.h"
#include "schemas/territory.h"

namespace ledgerline::audit {
namespace {

using journal::ParsedEntry;

// One receipt under examination.
class Examination {
 public:
  Examination(const Receipt& receipt, const std::optional<crypto::VerifierKey>& log_key)
      : receipt_(receipt), examined_("receipt", log_key, report_) {}

  Report Run() && {
    if (!examined_.ReadCheckpoint(receipt_.checkpoint)) return std::move(report_);
    examined_.Include(receipt_.subject);
    for (const ProvedEntry& entry : receipt_.supporting) examined_.Include(entry);
    examined_.CheckSignatures();
    const auto subject = examined_.entries().find(receipt_.subject.index);
    if (subject != examined_.entries().end() && subject->second.type == v1::PAYLOAD_TYPE_GENERATION) {
      CheckGeneration(subject->second.submission.payload.generation());
    }
    report_.Trust("That the log holds no other entry about this: one receipt cannot show what is absent.");
    return std::move(report_);
  }

 private:
  void CheckGeneration(const v1::Generation& generation) {
    const ParsedEntry* permit_entry = examined_.Find(generation.permit_index(), v1::PAYLOAD_TYPE_PERMIT);
    const std::string name = "permit " + std::to_string(generation.permit_index());
    if (permit_entry == nullptr) {
      report_.Fail(name, "the permit that the generation names is not in the receipt");
      return;
    }
    const v1::Permit& permit = permit_entry->submission.payload.permit();
    std::string wrong;
    if (generation.permit_index() >= receipt_.subject.index.value)
      wrong = "it does not stand before the generation";
    else if (permit.use() != generation.use())
      wrong = "it is for another use";
    else if (permit.territory() != generation.territory())
      wrong = "it is for territory " + permit.territory();
    else if (permit.tier() != generation.tier())
      wrong = "it is for tier '" + permit.tier() + "'";
    else if (permit.style() != generation.style())
      wrong = "it is for style '" + permit.style() + "'";
    else if (permit.requester() != generation.requester())
      wrong = "it was given to another requester";
    else if (generation.generated_at_us() > permit.valid_until_us())
      wrong = "it had run out when the cover was made";
    else if (!IsASource(permit.recording_id(), generation))
      wrong = "it is for recording " + permit.recording_id();
    if (!wrong.empty()) {
      report_.Fail(name, wrong);
      return;
    }
    report_.Pass(name, "given before the cover was made, for " + permit.recording_id() + " in " + permit.territory() +
                           ", style " + permit.style());
    std::set<uint64_t> in_permit;
    for (const v1::ConsentReference& reference : permit.consents()) in_permit.insert(reference.entry_index());
    for (const v1::ConsentReference& reference : generation.consents()) {
      if (in_permit.count(reference.entry_index()) == 0) {
        report_.Fail("consent " + std::to_string(reference.entry_index()), "the permit does not rest on it");
      }
      CheckConsent(reference, generation, permit, *permit_entry);
    }
    if (generation.consents_size() == 0) report_.Fail("consents", "the generation names no consent");
    for (const v1::SourceUse& source : generation.sources()) {
      if (generation.sources_size() < 2 || source.work_ids_size() == 0) continue;
      const bool covered = std::any_of(
          generation.consents().begin(), generation.consents().end(), [&](const v1::ConsentReference& reference) {
            const ParsedEntry* entry = examined_.Find(reference.entry_index(), v1::PAYLOAD_TYPE_CONSENT_GRANT);
            return entry != nullptr && IsFor(entry->submission.payload.consent_grant(), source);
          });
      if (!covered) report_.Fail("source " + source.recording_id(), "no consent in the receipt is for it");
    }
    report_.Trust(
        "That the consents named are those of everybody whose consent is needed, and that none was revoked before the "
        "permit: "
        "`ledgerline verify DIR` checks both against the whole log.");
  }

  static bool IsASource(const std::string& recording, const v1::Generation& generation) {
    return std::any_of(generation.sources().begin(), generation.sources().end(),
                       [&](const v1::SourceUse& source) { return source.recording_id() == recording; });
  }

  static bool IsFor(const v1::ConsentGrant& grant, const v1::SourceUse& source) {
    if (grant.asset() == "*" || grant.asset() == "recording:" + source.recording_id()) return true;
    return std::any_of(source.work_ids().begin(), source.work_ids().end(),
                       [&](const std::string& work) { return grant.asset() == "work:" + work; });
  }

  // What a consent is for: everything, a source's recording, or a work of it. A cover of a cover rests on consents for
  // what lies further back, which only the whole log shows.
  bool IsForAnotherAsset(const v1::ConsentGrant& grant, const v1::Generation& generation, const std::string& name) {
    const v1::SourceUse* further_back = nullptr;
    for (const v1::SourceUse& source : generation.sources()) {
      if (IsFor(grant, source)) return false;
      if (source.work_ids_size() == 0) further_back = &source;
    }
    if (further_back == nullptr) return true;
    report_.Trust("That " + grant.asset() + ", which " + name + " is for, is what " + further_back->recording_id() +
                  " was made from: a receipt of a cover of a cover does not go further back.");
    return false;
  }

  void CheckConsent(const v1::ConsentReference& reference, const v1::Generation& generation, const v1::Permit& permit,
                    const ParsedEntry& permit_entry) {
    const std::string name = "consent " + std::to_string(reference.entry_index()) + " of " + reference.party_id();
    const ParsedEntry* entry = examined_.Find(reference.entry_index(), v1::PAYLOAD_TYPE_CONSENT_GRANT);
    if (entry == nullptr) {
      report_.Fail(name, "the consent is not in the receipt");
      return;
    }
    const v1::ConsentGrant& grant = entry->submission.payload.consent_grant();
    auto territories = TerritorySet::Parse(grant.territories());
    const int64_t at = permit_entry.recorded_at_us;
    std::string wrong;
    if (entry->index >= permit_entry.index)
      wrong = "it does not stand before the permit";
    else if (grant.party_id() != reference.party_id())
      wrong = "it was given by " + grant.party_id();
    else if (std::find(grant.uses().begin(), grant.uses().end(), permit.use()) == grant.uses().end())
      wrong = "it is not for this use";
    else if (!territories.ok() || !territories->Contains(permit.territory()))
      wrong = "it does not cover " + permit.territory();
    else if (grant.tiers_size() > 0 &&
             std::find(grant.tiers().begin(), grant.tiers().end(), permit.tier()) == grant.tiers().end())
      wrong = "it does not cover tier '" + permit.tier() + "'";
    else if (at < grant.valid_from_us() || (grant.valid_to_us() != 0 && at >= grant.valid_to_us()))
      wrong = "it was not valid when the permit was given";
    else if (IsForAnotherAsset(grant, generation, name))
      wrong = "it is for " + grant.asset();
    const auto key = examined_.keys().Find(entry->submission.key_id);
    if (wrong.empty() && !key.ok())
      wrong = "its signature cannot be checked";
    else if (wrong.empty() && key->role != v1::KEY_ROLE_OPERATOR && key->party_id != grant.party_id())
      wrong = "it was signed by " + key->party_id + ", who does not speak for " + grant.party_id();
    if (!wrong.empty()) {
      report_.Fail(name, wrong);
      return;
    }
    if (key->party_id == grant.party_id()) {
      report_.Pass(name, "signed with the party's own key");
    } else {
      report_.Pass(name, "attested by the operator");
      report_.Trust("The consent of " + grant.party_id() + " (entry " + std::to_string(reference.entry_index()) +
                    "): the operator says so, the party did not sign.");
    }
  }

  const Receipt& receipt_;
  Report report_;
  EntryExamination examined_;
};

}  // namespace

Report VerifyReceipt(const Receipt& receipt, const std::optional<crypto::VerifierKey>& log_key) {
  return Examination(receipt, log_key).Run();
}

}  // namespace ledgerline::audit
