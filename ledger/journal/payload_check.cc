#include "ledger/journal/payload_check.h"

#include <string>
#include <string_view>
#include <vector>

#include "crypto/signed_note.h"
#include "ledger/journal/submission.h"

namespace ledgerline::journal {

Status CheckBytes(std::string_view name, std::string_view value, size_t size, bool may_be_empty) {
  if (value.size() == size || (may_be_empty && value.empty())) return Status::Ok();
  return InvalidArgument(std::string(name) + " has " + std::to_string(value.size()) + " bytes, needs " +
                         std::to_string(size));
}

namespace {

Status CheckFile(const v1::FileDigest& file) {
  RETURN_IF_ERROR(CheckBytes("file.blob_sha256", file.blob_sha256(), 32));
  return CheckBytes("file.rows_root", file.rows_root(), 32);
}

Status CheckGeneration(const v1::Generation& generation) {
  RETURN_IF_ERROR(CheckBytes("generation.model_sha256", generation.model_sha256(), 32));
  RETURN_IF_ERROR(CheckBytes("generation.adapter_sha256", generation.adapter_sha256(), 32, true));
  RETURN_IF_ERROR(CheckBytes("generation.conditioning_sha256", generation.conditioning_sha256(), 32, true));
  RETURN_IF_ERROR(CheckBytes("generation.soundfont_sha256", generation.soundfont_sha256(), 32, true));
  RETURN_IF_ERROR(CheckBytes("generation.requester", generation.requester(), 16, true));
  const v1::Fingerprints& prints = generation.fingerprints();
  RETURN_IF_ERROR(CheckBytes("fingerprints.midi_sha256", prints.midi_sha256(), 32));
  RETURN_IF_ERROR(CheckBytes("fingerprints.pcm_sha256", prints.pcm_sha256(), 32, true));
  RETURN_IF_ERROR(CheckBytes("fingerprints.melodic_sha256", prints.melodic_sha256(), 32, true));
  return CheckBytes("fingerprints.source_midi_sha256", prints.source_midi_sha256(), 32, true);
}

Status CheckTrainingShares(const v1::TrainingShares& shares) {
  RETURN_IF_ERROR(CheckBytes("training_shares.model_sha256", shares.model_sha256(), 32));
  RETURN_IF_ERROR(CheckBytes("training_shares.index_sha256", shares.index_sha256(), 32));
  RETURN_IF_ERROR(CheckBytes("training_shares.validation_sha256", shares.validation_sha256(), 32, true));
  return CheckBytes("training_shares.influences_sha256", shares.influences_sha256(), 32);
}

Status CheckKeyEnrolment(const v1::KeyEnrolment& enrolment) {
  RETURN_IF_ERROR(CheckBytes("key_enrolment.public_key", enrolment.public_key(), 32));
  RETURN_IF_ERROR(CheckBytes("key_enrolment.possession_signature", enrolment.possession_signature(), 64));
  const bool party = enrolment.role() == v1::KEY_ROLE_PARTY;
  const bool named = RoleHasName(enrolment.role());
  if (!party && !named && enrolment.role() != v1::KEY_ROLE_OPERATOR) {
    return InvalidArgument("key_enrolment.role " + std::to_string(enrolment.role()) +
                           " is none of OPERATOR, PARTY, SERVICE, WITNESS and AUDITOR (1 to 5)");
  }
  if (party != !enrolment.party_id().empty()) {
    return InvalidArgument("key_enrolment.party_id \"" + enrolment.party_id() +
                           "\": a PARTY key names one, no other key does");
  }
  if (named) RETURN_IF_ERROR(crypto::CheckKeyName(enrolment.name()).WithContext("key_enrolment.name"));
  if (!named && !enrolment.name().empty()) {
    return InvalidArgument("key_enrolment.name \"" + enrolment.name() +
                           "\": keys of services, witnesses and auditors have one, no other key does");
  }
  if (enrolment.valid_to_us() != 0 && enrolment.valid_to_us() <= enrolment.valid_from_us()) {
    return InvalidArgument("key_enrolment.valid_to_us is not after valid_from_us");
  }
  return Status::Ok();
}

}  // namespace

Status CheckPayloadFields(const v1::Payload& payload) {
  switch (payload.kind_case()) {
    case v1::Payload::kGenesis:
      RETURN_IF_ERROR(crypto::CheckKeyName(payload.genesis().origin()).WithContext("genesis.origin"));
      if (payload.genesis().format_version() != 1) {
        return InvalidArgument("genesis.format_version " + std::to_string(payload.genesis().format_version()) +
                               " is not 1");
      }
      return CheckBytes("genesis.operator_public_key", payload.genesis().operator_public_key(), 32);
    case v1::Payload::kKeyEnrolment:
      return CheckKeyEnrolment(payload.key_enrolment());
    case v1::Payload::kBatchHeader:
      if (payload.batch_header().item_count() < 1 || payload.batch_header().item_count() > kBatchItemsMax) {
        return OutOfRange("batch_header.item_count " + std::to_string(payload.batch_header().item_count()) +
                          " is not within 1 to " + std::to_string(kBatchItemsMax));
      }
      return CheckBytes("batch_header.items_root", payload.batch_header().items_root(), 32);
    case v1::Payload::kKeyRotation:
      RETURN_IF_ERROR(CheckBytes("key_rotation.old_key_id", payload.key_rotation().old_key_id(), 32));
      RETURN_IF_ERROR(CheckBytes("key_rotation.new_public_key", payload.key_rotation().new_public_key(), 32));
      if (payload.key_rotation().new_valid_to_us() < 0) {
        return InvalidArgument("key_rotation.new_valid_to_us " +
                               std::to_string(payload.key_rotation().new_valid_to_us()) + " is below 0");
      }
      return CheckBytes("key_rotation.new_signature", payload.key_rotation().new_signature(), 64);
    case v1::Payload::kKeyRevocation:
      if (!v1::KeyRevocationReason_IsValid(payload.key_revocation().reason()) ||
          payload.key_revocation().reason() == v1::KEY_REVOCATION_REASON_UNSPECIFIED) {
        return InvalidArgument("key_revocation.reason " + std::to_string(payload.key_revocation().reason()) +
                               " is not one that this version knows");
      }
      return CheckBytes("key_revocation.key_id", payload.key_revocation().key_id(), 32);
    case v1::Payload::kCatalogueFile:
      return CheckFile(payload.catalogue_file().file());
    case v1::Payload::kUsageFile:
      return CheckFile(payload.usage_file().file());
    case v1::Payload::kPermit:
      return CheckBytes("permit.requester", payload.permit().requester(), 16, true);
    case v1::Payload::kRating:
      return CheckBytes("rating.requester", payload.rating().requester(), 16, true);
    case v1::Payload::kTrainingShares:
      return CheckTrainingShares(payload.training_shares());
    case v1::Payload::kGeneration:
      return CheckGeneration(payload.generation());
    case v1::Payload::kRejectedCandidates:
      return CheckBytes("rejected_candidates.model_sha256", payload.rejected_candidates().model_sha256(), 32);
    case v1::Payload::kPeriodClose:
      RETURN_IF_ERROR(CheckBytes("period_close.prefix_root", payload.period_close().prefix_root(), 32));
      RETURN_IF_ERROR(CheckBytes("period_close.statements_sha256", payload.period_close().statements_sha256(), 32));
      return CheckBytes("period_close.lines_root", payload.period_close().lines_root(), 32);
    case v1::Payload::kAuditAttestation:
      RETURN_IF_ERROR(
          CheckBytes("audit_attestation.close_leaf_hash", payload.audit_attestation().close_leaf_hash(), 32));
      RETURN_IF_ERROR(CheckBytes("audit_attestation.index_root", payload.audit_attestation().index_root(), 32));
      RETURN_IF_ERROR(CheckBytes("audit_attestation.sums_root", payload.audit_attestation().sums_root(), 32));
      return CheckBytes("audit_attestation.checked_root", payload.audit_attestation().checked_root(), 32);
    case v1::Payload::kErasure:
      for (const std::string& commitment : payload.erasure().commitments()) {
        RETURN_IF_ERROR(CheckBytes("erasure.commitments", commitment, 32));
      }
      return Status::Ok();
    case v1::Payload::kConsentGrant:
    case v1::Payload::kConsentRevocation:
      return Status::Ok();
    case v1::Payload::KIND_NOT_SET:
      break;
  }
  return InvalidArgument("payload has no kind that this version knows");
}

}  // namespace ledgerline::journal
