#include "ledger/journal/submission.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/unknown_field_set.h>

#include <algorithm>
#include <cctype>

#include "crypto/sha256.h"
#include "crypto/signed_note.h"

namespace ledgerline::journal {
namespace {

void AppendBigEndian32(std::string& out, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

void AppendSized(std::string& out, std::string_view bytes) {
  AppendBigEndian32(out, static_cast<uint32_t>(bytes.size()));
  out.append(bytes);
}

// A field that this version does not know would be signed and hashed, and then ignored by everyone here: refuse it.
// Messages nest at most as deep as the schema, which has no recursive type.
Status CheckNoUnknownField(const google::protobuf::Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  if (!reflection.GetUnknownFields(message).empty()) {
    return InvalidArgument(message.GetDescriptor()->name() + " has field " +
                           std::to_string(reflection.GetUnknownFields(message).field(0).number()) +
                           ", which this version does not know");
  }
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const google::protobuf::FieldDescriptor* field : fields) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      RETURN_IF_ERROR(CheckNoUnknownField(reflection.GetMessage(message, field)));
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      RETURN_IF_ERROR(CheckNoUnknownField(reflection.GetRepeatedMessage(message, field, i)));
    }
  }
  return Status::Ok();
}

Status CheckBytes(std::string_view name, std::string_view value, size_t size, bool may_be_empty = false) {
  if (value.size() == size || (may_be_empty && value.empty())) return Status::Ok();
  return InvalidArgument(std::string(name) + " has " + std::to_string(value.size()) + " bytes, needs " +
                         std::to_string(size));
}

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

// Sizes of hashes and keys. What the values mean is the folds' business: the worst evidence is never thrown away.
Status CheckFields(const v1::Payload& payload) {
  switch (payload.kind_case()) {
    case v1::Payload::kGenesis:
      RETURN_IF_ERROR(crypto::CheckKeyName(payload.genesis().origin()).WithContext("genesis.origin"));
      if (payload.genesis().format_version() != 1) {
        return InvalidArgument("genesis.format_version " + std::to_string(payload.genesis().format_version()) +
                               " is not 1");
      }
      return CheckBytes("genesis.operator_public_key", payload.genesis().operator_public_key(), 32);
    case v1::Payload::kKeyEnrolment: {
      const v1::KeyEnrolment& enrolment = payload.key_enrolment();
      RETURN_IF_ERROR(CheckBytes("key_enrolment.public_key", enrolment.public_key(), 32));
      RETURN_IF_ERROR(CheckBytes("key_enrolment.possession_signature", enrolment.possession_signature(), 64));
      const bool party = enrolment.role() == v1::KEY_ROLE_PARTY;
      if (!party && enrolment.role() != v1::KEY_ROLE_OPERATOR) {
        return InvalidArgument("key_enrolment.role " + std::to_string(enrolment.role()) +
                               " is neither OPERATOR nor PARTY");
      }
      if (party != !enrolment.party_id().empty()) {
        return InvalidArgument("key_enrolment.party_id \"" + enrolment.party_id() +
                               "\": a PARTY key names one, an OPERATOR key none");
      }
      if (enrolment.valid_to_us() != 0 && enrolment.valid_to_us() <= enrolment.valid_from_us()) {
        return InvalidArgument("key_enrolment.valid_to_us is not after valid_from_us");
      }
      return Status::Ok();
    }
    case v1::Payload::kCatalogueFile:
      return CheckFile(payload.catalogue_file().file());
    case v1::Payload::kUsageFile:
      return CheckFile(payload.usage_file().file());
    case v1::Payload::kPermit:
      return CheckBytes("permit.requester", payload.permit().requester(), 16, true);
    case v1::Payload::kRating:
      return CheckBytes("rating.requester", payload.rating().requester(), 16, true);
    case v1::Payload::kGeneration:
      return CheckGeneration(payload.generation());
    case v1::Payload::kRejectedCandidates:
      return CheckBytes("rejected_candidates.model_sha256", payload.rejected_candidates().model_sha256(), 32);
    case v1::Payload::kPeriodClose:
      RETURN_IF_ERROR(CheckBytes("period_close.prefix_root", payload.period_close().prefix_root(), 32));
      RETURN_IF_ERROR(CheckBytes("period_close.statements_sha256", payload.period_close().statements_sha256(), 32));
      return CheckBytes("period_close.lines_root", payload.period_close().lines_root(), 32);
    case v1::Payload::kConsentGrant:
    case v1::Payload::kConsentRevocation:
      return Status::Ok();
    case v1::Payload::KIND_NOT_SET:
      break;
  }
  return InvalidArgument("payload has no kind that this version knows");
}

Status CheckOriginAndKey(std::string_view origin, std::string_view idempotency_key) {
  if (origin.empty() || origin.size() > kOriginBytesMax) {
    return InvalidArgument("submission.origin has " + std::to_string(origin.size()) + " bytes, needs 1 to 255");
  }
  if (idempotency_key.empty() || idempotency_key.size() > kIdempotencyKeyBytesMax) {
    return InvalidArgument("submission.idempotency_key has " + std::to_string(idempotency_key.size()) +
                           " bytes, needs 1 to 64");
  }
  return Status::Ok();
}

}  // namespace

Hash256 KeyId(const crypto::PublicKey& key) {
  return crypto::Sha256Hasher().Update("ledgerline/key/v1\n").Update(key.ToBytes()).Finish();
}

std::string SubmissionText(std::string_view origin, std::string_view idempotency_key, std::string_view payload) {
  std::string text = "ledgerline/submission/v1\n";
  AppendSized(text, origin);
  AppendSized(text, idempotency_key);
  text.append(crypto::Sha256(payload).view());
  return text;
}

std::string EnrolmentText(std::string_view origin, std::string_view party_id, v1::KeyRole role,
                          const crypto::PublicKey& key) {
  std::string text = "ledgerline/enrolment/v1\n";
  AppendSized(text, origin);
  AppendSized(text, party_id);
  AppendBigEndian32(text, static_cast<uint32_t>(role));
  text.append(key.ToBytes());
  return text;
}

Result<std::string> SignSubmission(std::string_view origin, std::string_view idempotency_key, std::string_view payload,
                                   const crypto::Signer& signer) {
  RETURN_IF_ERROR(CheckOriginAndKey(origin, idempotency_key));
  ASSIGN_OR_RETURN(const crypto::Signature signature, signer.Sign(SubmissionText(origin, idempotency_key, payload)));
  v1::Submission submission;
  submission.set_origin(std::string(origin));
  submission.set_idempotency_key(std::string(idempotency_key));
  submission.set_payload(std::string(payload));
  submission.set_key_id(KeyId(signer.public_key()).ToBytes());
  submission.set_signature(signature.ToBytes());
  return submission.SerializeAsString();
}

Result<ParsedSubmission> ParseSubmission(std::string_view bytes) {
  if (bytes.size() > kSubmissionBytesMax) {
    return OutOfRange("submission of " + std::to_string(bytes.size()) + " bytes, at most " +
                      std::to_string(kSubmissionBytesMax));
  }
  ParsedSubmission parsed;
  if (!parsed.submission.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return InvalidArgument("submission is not a serialised Submission message");
  }
  RETURN_IF_ERROR(CheckNoUnknownField(parsed.submission));
  RETURN_IF_ERROR(CheckOriginAndKey(parsed.submission.origin(), parsed.submission.idempotency_key()));
  RETURN_IF_ERROR(CheckBytes("submission.key_id", parsed.submission.key_id(), Hash256::kSize));
  RETURN_IF_ERROR(CheckBytes("submission.signature", parsed.submission.signature(), crypto::Signature::kSize));
  ASSIGN_OR_RETURN(parsed.key_id, Hash256::FromBytes(parsed.submission.key_id()));
  if (!parsed.payload.ParseFromString(parsed.submission.payload())) {
    return InvalidArgument("submission.payload is not a serialised Payload message");
  }
  RETURN_IF_ERROR(CheckNoUnknownField(parsed.payload));
  RETURN_IF_ERROR(CheckFields(parsed.payload));
  parsed.type = static_cast<v1::PayloadType>(parsed.payload.kind_case());  // payload.proto: the case number is the type
  return parsed;
}

std::vector<Hash256> ReferencedBlobs(const v1::Payload& payload) {
  std::vector<Hash256> blobs;
  const auto add = [&](std::string_view raw) {
    const Result<Hash256> hash = Hash256::FromBytes(raw);
    if (hash.ok() && std::find(blobs.begin(), blobs.end(), *hash) == blobs.end()) blobs.push_back(*hash);
  };
  switch (payload.kind_case()) {
    case v1::Payload::kCatalogueFile:
      add(payload.catalogue_file().file().blob_sha256());
      break;
    case v1::Payload::kUsageFile:
      add(payload.usage_file().file().blob_sha256());
      break;
    case v1::Payload::kPeriodClose:
      add(payload.period_close().statements_sha256());
      break;
    case v1::Payload::kGeneration:
      add(payload.generation().fingerprints().melodic_sha256());
      add(payload.generation().conditioning_sha256());
      break;
    default:
      break;
  }
  return blobs;
}

std::string PayloadTypeName(v1::PayloadType type) {
  constexpr std::string_view kPrefix = "PAYLOAD_TYPE_";
  std::string name = v1::PayloadType_Name(type);
  if (!name.starts_with(kPrefix)) return "type " + std::to_string(type);
  name.erase(0, kPrefix.size());
  for (char& c : name) c = c == '_' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

}  // namespace ledgerline::journal
