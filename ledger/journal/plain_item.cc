#include "ledger/journal/plain_item.h"

#include "crypto/tile.h"
#include "ledger/journal/field_reader.h"
#include "ledger/journal/payload_check.h"
#include "ledger/journal/signed_batch.h"
#include "ledger/journal/submission.h"

namespace ledgerline::journal {
bool ReadPlainItem(std::string_view entry, PlainItem& item) {
  if (entry.size() > crypto::kEntryBytesMax) return false;
  FieldReader fields(entry);
  uint64_t recorded = 0, type = 0, evidence = 0, offset = 0;
  if (!fields.Number(1, item.index.value) || !fields.Number(2, recorded) || !fields.Hash(3, item.previous_leaf_hash) ||
      !fields.Number(4, type) || !fields.Bytes(5, item.item_bytes) || !fields.Hash(6, item.key_id) ||
      !fields.Number(7, evidence) || !fields.Number(8, offset) || !fields.at_end()) {
    return false;
  }
  if (evidence != v1::SIGNATURE_EVIDENCE_BATCH || offset < 1 || offset > kBatchItemsMax || offset > item.index.value)
    return false;
  FieldReader item_fields(item.item_bytes);
  std::string_view payload_bytes;
  if (item.item_bytes.size() > kSubmissionBytesMax || !item_fields.Bytes(1, item.idempotency_key) ||
      !item_fields.Bytes(2, payload_bytes) || !item_fields.at_end() || item.idempotency_key.empty() ||
      item.idempotency_key.size() > kIdempotencyKeyBytesMax) {
    return false;
  }
  thread_local v1::Payload payload;
  if (!ParsePayload("item.payload", payload_bytes, payload).ok()) return false;
  item.type = static_cast<v1::PayloadType>(payload.kind_case());
  if (static_cast<uint64_t>(payload.kind_case()) != type || !MayBeItem(item.type)) return false;
  item.recorded_at_us = static_cast<int64_t>(recorded);
  item.batch_offset = static_cast<uint32_t>(offset);
  item.blobs = ReferencedBlobs(payload);
  return true;
}

}  // namespace ledgerline::journal
