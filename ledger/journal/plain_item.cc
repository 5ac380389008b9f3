#include "ledger/journal/plain_item.h"

#include <algorithm>

#include "crypto/tile.h"
#include "ledger/journal/payload_check.h"
#include "ledger/journal/signed_batch.h"
#include "ledger/journal/submission.h"

namespace ledgerline::journal {
namespace {

// Reads fields with numbers below 16 in the order in which they are asked for (protobuf encoding, "Message Structure").
// A field that is not there reads as zero or nothing.
class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : bytes_(bytes) {}
  bool at_end() const { return bytes_.empty(); }
  bool Number(uint32_t field, uint64_t& value) {
    value = 0;
    if (!TakeTag(field << 3)) return true;
    return TakeVarint(value);
  }
  bool Bytes(uint32_t field, std::string_view& value) {
    value = {};
    uint64_t size = 0;
    if (!TakeTag(field << 3 | 2)) return true;
    if (!TakeVarint(size) || size > bytes_.size()) return false;
    value = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return true;
  }
  bool Hash(uint32_t field, Hash256& hash) {
    std::string_view raw;
    if (!Bytes(field, raw) || raw.size() != Hash256::kSize) return false;
    std::copy(raw.begin(), raw.end(), hash.bytes.begin());
    return true;
  }

 private:
  bool TakeTag(uint32_t tag) {
    if (bytes_.empty() || static_cast<uint8_t>(bytes_[0]) != tag) return false;
    bytes_.remove_prefix(1);
    return true;
  }
  // At most nine bytes: a longer one is for ParseEntry.
  bool TakeVarint(uint64_t& value) {
    for (size_t i = 0; i < bytes_.size() && i < 9; ++i) {
      value |= static_cast<uint64_t>(static_cast<uint8_t>(bytes_[i]) & 0x7F) << (7 * i);
      if ((static_cast<uint8_t>(bytes_[i]) & 0x80) != 0) continue;
      bytes_.remove_prefix(i + 1);
      return true;
    }
    return false;
  }
  std::string_view bytes_;
};

}  // namespace

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
