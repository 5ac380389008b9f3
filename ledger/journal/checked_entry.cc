#include "ledger/journal/checked_entry.h"

#include <utility>

#include "crypto/merkle.h"
#include "ledger/journal/entry.h"

namespace ledgerline::journal {
namespace {

constexpr std::string_view kLeaf("\0", 1);  // RFC 6962 section 2.1

bool MayChangeKeys(v1::PayloadType type) {
  return type == v1::PAYLOAD_TYPE_GENESIS || type == v1::PAYLOAD_TYPE_KEY_ENROLMENT ||
         type == v1::PAYLOAD_TYPE_KEY_ROTATION || type == v1::PAYLOAD_TYPE_KEY_REVOCATION;
}

// Any entry, as ParseEntry has it.
void CheckParsed(std::string_view bytes, CheckedEntry& checked) {
  Result<ParsedEntry> entry = ParseEntry(bytes);
  checked.form = entry.status();
  if (!entry.ok()) return;
  checked.recorded_at_us = entry->recorded_at_us;
  checked.previous_leaf_hash = entry->previous_leaf_hash;
  checked.type = entry->type;
  checked.step = StepOf(*entry);
  checked.blobs = ReferencedBlobs(entry->submission.payload);
  checked.submission_hash =
      keyspace::SubmissionHash(checked.step.key_id, entry->submission.submission.idempotency_key());
  if (entry->is_item()) return;
  checked.submission = std::make_unique<CheckedSubmission>();
  checked.submission->origin = entry->submission.submission.origin();
  checked.submission->signed_text = SignedTextOf(entry->submission);
  if (MayChangeKeys(entry->type)) checked.submission->for_keys = std::move(entry->submission);
}

}  // namespace

void EntryChecker::Check(EntryIndex first, std::span<const std::string_view> entries,
                         std::vector<CheckedEntry>& checked) {
  // First all leaves, then of each plain item its leaf in its batch and its idempotency key.
  inputs_.clear();
  plain_at_.clear();
  if (plain_.size() < entries.size()) plain_.resize(entries.size());
  for (const std::string_view bytes : entries) inputs_.push_back({kLeaf, bytes});
  const size_t begin = checked.size();
  checked.resize(begin + entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    checked[begin + i].stored_at = EntryIndex{first.value + i};
    PlainItem& item = plain_[plain_at_.size()];
    if (!ReadPlainItem(entries[i], item)) {
      CheckParsed(entries[i], checked[begin + i]);
      continue;
    }
    plain_at_.push_back(begin + i);
    inputs_.push_back({kLeaf, item.item_bytes});
    inputs_.push_back({item.key_id.view(), item.idempotency_key});
  }
  hashes_.resize(inputs_.size());
  crypto::Sha256Each(inputs_, hashes_);
  for (size_t i = 0; i < entries.size(); ++i) checked[begin + i].leaf_hash = hashes_[i];
  for (size_t i = 0; i < plain_at_.size(); ++i) {
    CheckedEntry& entry = checked[plain_at_[i]];
    PlainItem& item = plain_[i];
    entry.recorded_at_us = item.recorded_at_us;
    entry.previous_leaf_hash = item.previous_leaf_hash;
    entry.type = item.type;
    entry.step.index = item.index;
    entry.step.key_id = item.key_id;
    entry.step.batch_offset = item.batch_offset;
    entry.step.item_hash = hashes_[entries.size() + 2 * i];
    entry.submission_hash = hashes_[entries.size() + 2 * i + 1];
    entry.blobs = std::move(item.blobs);
  }
}

}  // namespace ledgerline::journal
