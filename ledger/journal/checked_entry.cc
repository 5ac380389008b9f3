#include "ledger/journal/checked_entry.h"

#include <algorithm>
#include <utility>

#include "crypto/merkle.h"
#include "ledger/journal/entry.h"
#include "ledger/journal/plain_item.h"

namespace ledgerline::journal {
namespace {

void SetSubmissionKey(CheckedEntry& checked, std::string_view idempotency_key) {
  const std::string key = keyspace::SubmissionKey(checked.step.key_id, idempotency_key);
  std::copy_n(key.begin(), checked.submission_key.size(), checked.submission_key.begin());
}

}  // namespace

CheckedEntry CheckEntry(EntryIndex stored_at, std::string_view bytes) {
  CheckedEntry checked;
  checked.stored_at = stored_at;
  checked.leaf_hash = crypto::LeafHash(bytes);
  if (PlainItem item; ReadPlainItem(bytes, item)) {
    checked.recorded_at_us = item.recorded_at_us;
    checked.previous_leaf_hash = item.previous_leaf_hash;
    checked.type = item.type;
    checked.step = {item.index, item.key_id, item.batch_offset, crypto::LeafHash(item.item_bytes), std::nullopt};
    checked.blobs = std::move(item.blobs);
    SetSubmissionKey(checked, item.idempotency_key);
    return checked;
  }
  Result<ParsedEntry> entry = ParseEntry(bytes);
  checked.form = entry.status();
  if (!entry.ok()) return checked;
  checked.recorded_at_us = entry->recorded_at_us;
  checked.previous_leaf_hash = entry->previous_leaf_hash;
  checked.type = entry->type;
  checked.step = StepOf(*entry);
  checked.blobs = ReferencedBlobs(entry->submission.payload);
  SetSubmissionKey(checked, entry->submission.submission.idempotency_key());
  if (!entry->is_item()) checked.submission = std::make_unique<ParsedSubmission>(std::move(entry->submission));
  return checked;
}

}  // namespace ledgerline::journal
