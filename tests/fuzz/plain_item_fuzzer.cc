// The short way through an item's entry: what it takes, ParseEntry takes, and both say the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ledger/journal/entry.h"
#include "ledger/journal/plain_item.h"

using namespace ledgerline::journal;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  PlainItem item;
  if (!ReadPlainItem(bytes, item)) return 0;
  const auto entry = ParseEntry(bytes);
  if (!entry.ok() || !entry->is_item() || item.index != entry->index || item.recorded_at_us != entry->recorded_at_us ||
      item.previous_leaf_hash != entry->previous_leaf_hash || item.type != entry->type ||
      item.item_bytes != entry->submission_bytes || item.key_id != entry->submission.key_id ||
      item.batch_offset != entry->batch_offset ||
      item.idempotency_key != entry->submission.submission.idempotency_key() ||
      item.blobs != ReferencedBlobs(entry->submission.payload)) {
    std::abort();
  }
  return 0;
}
