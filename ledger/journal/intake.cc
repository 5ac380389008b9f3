#include "ledger/journal/intake.h"

#include <algorithm>

#include "crypto/sha256.h"
#include "ledger/journal/keyspace.h"
#include "ledger/journal/signed_batch.h"

namespace ledgerline::journal {
namespace {

void AddEntry(PendingSubmission& pending, v1::PayloadType type, std::string_view bytes,
              std::string_view idempotency_key) {
  pending.entries.push_back(
      {type, bytes, idempotency_key, keyspace::DigestOf(pending.parsed.key_id, idempotency_key), std::nullopt});
}

}  // namespace

Result<std::shared_ptr<PendingSubmission>> Intake::Take(SubmissionRequest request) const {
  auto pending = std::make_shared<PendingSubmission>();
  pending->request = std::move(request.submission);
  ASSIGN_OR_RETURN(pending->parsed, ParseSubmission(pending->request));
  if (pending->parsed.type == v1::PAYLOAD_TYPE_BATCH_HEADER) {
    return InvalidArgument("a batch header comes with its items, as a signed batch");
  }
  RETURN_IF_ERROR(Admit(pending->parsed).status());
  pending->cost_bytes = pending->request.size();
  AddEntry(*pending, pending->parsed.type, pending->request, pending->parsed.submission.idempotency_key());
  RETURN_IF_ERROR(
      TakeBlobs(std::move(request.blobs), kBlobsPerSubmissionMax, ReferencedBlobs(pending->parsed.payload), *pending));
  RETURN_IF_ERROR(sequencer_.LookUp(*pending));
  return pending;
}

Result<std::shared_ptr<PendingSubmission>> Intake::Take(BatchRequest request) const {
  auto pending = std::make_shared<PendingSubmission>();
  pending->cost_bytes = request.batch.size();
  ASSIGN_OR_RETURN(pending->batch, ParseBatch(std::move(request.batch)));
  pending->parsed = std::move(pending->batch.header);
  ASSIGN_OR_RETURN(const EnrolledKey key, Admit(pending->parsed));
  pending->entries.reserve(pending->batch.items.size() + 1);
  AddEntry(*pending, pending->parsed.type, pending->batch.header_bytes, pending->parsed.submission.idempotency_key());
  std::vector<Hash256> referenced;
  for (size_t i = 0; i < pending->batch.items.size(); ++i) {
    const ParsedItem& item = pending->batch.items[i];
    if (i == 0 || item.type != pending->batch.items[i - 1].type)
      RETURN_IF_ERROR(CheckRole(key, item.type).WithContext("batch item " + std::to_string(i + 1)));
    referenced.insert(referenced.end(), item.blobs.begin(), item.blobs.end());
    pending->entries.push_back({item.type, item.bytes, item.idempotency_key, item.digest, std::nullopt});
  }
  std::sort(referenced.begin(), referenced.end());
  referenced.erase(std::unique(referenced.begin(), referenced.end()), referenced.end());
  RETURN_IF_ERROR(TakeBlobs(std::move(request.blobs), kBlobsPerBatchMax, referenced, *pending));
  RETURN_IF_ERROR(sequencer_.LookUp(*pending));
  return pending;
}

Result<EnrolledKey> Intake::Admit(const ParsedSubmission& parsed) const {
  if (parsed.submission.origin() != origin_) {
    return InvalidArgument("submission.origin \"" + parsed.submission.origin() + "\" is not this ledger's, \"" +
                           origin_ + "\"");
  }
  if (parsed.type == v1::PAYLOAD_TYPE_GENESIS) return FailedPrecondition("genesis is entry 0 and no other");
  ASSIGN_OR_RETURN(const EnrolledKey key, sequencer_.FindKey(parsed.key_id));
  RETURN_IF_ERROR(CheckRole(key, parsed.type));
  if (check_signatures_) RETURN_IF_ERROR(CheckSignature(parsed, key.key));
  return key;
}

Status Intake::TakeBlobs(std::vector<std::string> blobs, size_t blobs_max, const std::vector<Hash256>& referenced,
                         PendingSubmission& pending) const {
  if (blobs.size() > blobs_max) {
    return InvalidArgument(std::to_string(blobs.size()) + " blobs with one submission, at most " +
                           std::to_string(blobs_max));
  }
  const std::string what =
      pending.entries.size() > 1 ? "items reference" : PayloadTypeName(pending.parsed.type) + " references";
  std::vector<Hash256> missing;
  for (const Hash256& hash : referenced) {
    const std::string key = keyspace::BlobKey(hash);
    const std::unique_ptr<Cursor> there = storage_.Scan(key, key + '\0');
    RETURN_IF_ERROR(there->status());
    if (!there->Valid()) missing.push_back(hash);
  }
  for (std::string& blob : blobs) {
    if (blob.size() > kBlobBytesMax) {
      return OutOfRange("blob of " + std::to_string(blob.size()) + " bytes, at most " + std::to_string(kBlobBytesMax));
    }
    const Hash256 hash = crypto::Sha256(blob);
    if (std::find(referenced.begin(), referenced.end(), hash) == referenced.end()) {
      return InvalidArgument("blob " + hash.Short() + " is not one that the " + what);
    }
    const auto wanted = std::find(missing.begin(), missing.end(), hash);
    if (wanted == missing.end()) continue;
    missing.erase(wanted);
    pending.cost_bytes += blob.size();
    pending.new_blobs.emplace_back(hash, std::move(blob));
  }
  if (missing.empty()) return Status::Ok();
  return FailedPrecondition("blob " + missing[0].ToHex() + ", which the " + what +
                            ", is neither given nor in the ledger");
}

}  // namespace ledgerline::journal
