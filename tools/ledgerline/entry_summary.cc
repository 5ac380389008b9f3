#include "tools/ledgerline/entry_summary.h"

#include "ledger/exchange/catalogue_row.h"
#include "schemas/amount.h"
#include "schemas/hash.h"
#include "tools/ledgerline/console.h"

namespace ledgerline::tool {
namespace {

std::string ShortHex(const std::string& raw) { return HexEncode(raw).substr(0, 12); }

std::string AmountText(const v1::Amount& amount) {
  auto money = FromWire(amount, "amount");
  return money.ok() ? money->ToString() : "(" + money.status().message() + ")";
}

std::string KindText(v1::CatalogueKind kind) {
  switch (kind) {
    case v1::CATALOGUE_KIND_PARTIES:
      return "parties";
    case v1::CATALOGUE_KIND_WORKS:
      return "works";
    case v1::CATALOGUE_KIND_RECORDINGS:
      return "recordings";
    case v1::CATALOGUE_KIND_SHARE_SETS:
      return "share sets";
    case v1::CATALOGUE_KIND_RATE_CARDS:
      return "rate cards";
    default:
      return "unknown kind";
  }
}

std::string UsesText(const v1::ConsentGrant& grant) {
  std::string uses;
  for (const int use : grant.uses())
    uses += (uses.empty() ? "" : ", ") + std::string(exchange::UseName(static_cast<v1::Use>(use)));
  return uses;
}

}  // namespace

std::string SummaryOf(const v1::Payload& payload) {
  switch (payload.kind_case()) {
    case v1::Payload::kGenesis:
      return "the ledger " + payload.genesis().origin();
    case v1::Payload::kKeyEnrolment:
      return "a key of " + payload.key_enrolment().party_id() + ", " + ShortHex(payload.key_enrolment().public_key());
    case v1::Payload::kBatchHeader:
      return "a batch of " + Counted(payload.batch_header().item_count(), "item", "items");
    case v1::Payload::kKeyRotation:
      return "key " + ShortHex(payload.key_rotation().old_key_id()) + " is followed by " +
             ShortHex(payload.key_rotation().new_public_key());
    case v1::Payload::kKeyRevocation:
      return "key " + ShortHex(payload.key_revocation().key_id()) + " may sign nothing from size " +
             std::to_string(payload.key_revocation().effective_size()) + " on";
    case v1::Payload::kCatalogueFile:
      return Counted(payload.catalogue_file().file().row_count(), "row", "rows") + " of " +
             KindText(payload.catalogue_file().kind()) + ", file " +
             ShortHex(payload.catalogue_file().file().blob_sha256());
    case v1::Payload::kConsentGrant:
      return payload.consent_grant().party_id() + " allows " + UsesText(payload.consent_grant()) + " of " +
             payload.consent_grant().asset() + " in " + payload.consent_grant().territories();
    case v1::Payload::kConsentRevocation:
      return payload.consent_revocation().party_id() + " revokes entry " +
             std::to_string(payload.consent_revocation().grant_index());
    case v1::Payload::kPermit:
      return std::string(exchange::UseName(payload.permit().use())) + " of " + payload.permit().recording_id() +
             " as " + payload.permit().style() + " in " + payload.permit().territory();
    case v1::Payload::kGeneration:
      return payload.generation().cover_recording_id() + ", " + payload.generation().style() + ", seed " +
             std::to_string(payload.generation().seed()) + ", permit " +
             std::to_string(payload.generation().permit_index());
    case v1::Payload::kRejectedCandidates:
      return Counted(static_cast<uint64_t>(payload.rejected_candidates().candidates_size()), "candidate",
                     "candidates") +
             " turned down, permit " + std::to_string(payload.rejected_candidates().permit_index());
    case v1::Payload::kRating:
      return payload.rating().recording_id() + " rated " + std::to_string(payload.rating().score()) + " of 5";
    case v1::Payload::kTrainingShares:
      return "shares of " + payload.training_shares().period() + "'s training pool for " +
             Counted(static_cast<uint64_t>(payload.training_shares().owners_size()), "owner", "owners") +
             ", influence weighs " + std::to_string(payload.training_shares().influence_weight_ppm()) + " ppm";
    case v1::Payload::kUsageFile: {
      std::string text = Counted(payload.usage_file().file().row_count(), "row", "rows") + " of " +
                         (payload.usage_file().kind() == v1::USAGE_KIND_ORIGINALS ? "originals" : "covers");
      for (const v1::UsageTotal& total : payload.usage_file().totals())
        text += ", " + AmountText(total.revenue()) + " for " + Counted(total.plays(), "play", "plays");
      return text;
    }
    case v1::Payload::kPeriodClose: {
      std::string text = payload.period_close().period() + " over " +
                         std::to_string(payload.period_close().prefix_size()) + " entries";
      for (const v1::PeriodTotals& total : payload.period_close().totals())
        text += ", pool " + AmountText(total.pool()) + ", allocated " + AmountText(total.allocated());
      return text;
    }
    case v1::Payload::kAuditAttestation:
      return "an auditor attests the close of " + payload.audit_attestation().period() + ", entry " +
             std::to_string(payload.audit_attestation().close_index());
    case v1::Payload::kErasure:
      return "the private records of " + payload.erasure().party_id() + " are destroyed";
    case v1::Payload::KIND_NOT_SET:
      break;
  }
  return "(nothing)";
}

}  // namespace ledgerline::tool
