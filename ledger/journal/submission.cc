#include "ledger/journal/submission.h"

#include <algorithm>
#include <cctype>

#include "crypto/sha256.h"
#include "ledger/journal/payload_check.h"
#include "ledger/journal/unknown_field.h"

namespace ledgerline::journal {
namespace {

void AppendBigEndian32(std::string& out, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

void AppendSized(std::string& out, std::string_view bytes) {
  AppendBigEndian32(out, static_cast<uint32_t>(bytes.size()));
  out.append(bytes);
}

Status CheckOriginAndKey(std::string_view origin, std::string_view idempotency_key) {
  if (origin.empty() || origin.size() > kOriginBytesMax) {
    return InvalidArgument("submission.origin has " + std::to_string(origin.size()) + " bytes, needs 1 to 255");
  }
  return CheckIdempotencyKey("submission.idempotency_key", idempotency_key);
}

}  // namespace

Status CheckIdempotencyKey(std::string_view name, std::string_view key) {
  if (!key.empty() && key.size() <= kIdempotencyKeyBytesMax) return Status::Ok();
  return InvalidArgument(std::string(name) + " has " + std::to_string(key.size()) + " bytes, needs 1 to 64");
}

Status ParsePayload(std::string_view name, std::string_view bytes, v1::Payload& payload) {
  if (!payload.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return InvalidArgument(std::string(name) + " is not a serialised Payload message");
  }
  RETURN_IF_ERROR(CheckNoUnknownField(MessageKind::kPayload, bytes));
  return CheckPayloadFields(payload);
}

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
                          const crypto::PublicKey& key, std::string_view name) {
  std::string text = "ledgerline/enrolment/v1\n";
  AppendSized(text, origin);
  AppendSized(text, party_id);
  AppendBigEndian32(text, static_cast<uint32_t>(role));
  text.append(key.ToBytes());
  if (RoleHasName(role)) AppendSized(text, name);
  return text;
}

std::string RotationText(std::string_view origin, const Hash256& old_key_id, const crypto::PublicKey& new_key) {
  std::string text = "ledgerline/rotation/v1\n";
  AppendSized(text, origin);
  text.append(old_key_id.view());
  text.append(new_key.ToBytes());
  return text;
}

bool RoleHasName(v1::KeyRole role) {
  return role == v1::KEY_ROLE_SERVICE || role == v1::KEY_ROLE_WITNESS || role == v1::KEY_ROLE_AUDITOR;
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
  RETURN_IF_ERROR(CheckNoUnknownField(MessageKind::kSubmission, bytes));
  RETURN_IF_ERROR(CheckOriginAndKey(parsed.submission.origin(), parsed.submission.idempotency_key()));
  RETURN_IF_ERROR(CheckBytes("submission.key_id", parsed.submission.key_id(), Hash256::kSize));
  RETURN_IF_ERROR(CheckBytes("submission.signature", parsed.submission.signature(), crypto::Signature::kSize));
  ASSIGN_OR_RETURN(parsed.key_id, Hash256::FromBytes(parsed.submission.key_id()));
  RETURN_IF_ERROR(ParsePayload("submission.payload", parsed.submission.payload(), parsed.payload));
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
    case v1::Payload::kTrainingShares:
      add(payload.training_shares().influences_sha256());
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
