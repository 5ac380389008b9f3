#include "ledger/journal/entry.h"

#include "crypto/tile.h"
#include "ledger/journal/payload_check.h"
#include "ledger/journal/signed_batch.h"
#include "ledger/journal/unknown_field.h"

namespace ledgerline::journal {
namespace {

void AppendVarint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

// Wire types 0 and 2 (protobuf encoding, "Message Structure").
void AppendNumber(std::string& out, uint32_t field, uint64_t value) {
  if (value == 0) return;
  AppendVarint(out, field << 3);
  AppendVarint(out, value);
}

void AppendBytes(std::string& out, uint32_t field, std::string_view bytes) {
  if (bytes.empty()) return;
  AppendVarint(out, field << 3 | 2);
  AppendVarint(out, bytes.size());
  out.append(bytes);
}

// An item, and nothing else, names how far before it its header stands.
Status CheckEvidence(const v1::Entry& entry) {
  switch (entry.evidence()) {
    case v1::SIGNATURE_EVIDENCE_SUBMISSION:
      if (entry.batch_offset() == 0) return Status::Ok();
      return InvalidArgument("entry.batch_offset " + std::to_string(entry.batch_offset()) +
                             " in an entry that is no item");
    case v1::SIGNATURE_EVIDENCE_BATCH:
      if (entry.batch_offset() >= 1 && entry.batch_offset() <= kBatchItemsMax && entry.batch_offset() <= entry.index())
        return Status::Ok();
      return InvalidArgument("entry.batch_offset " + std::to_string(entry.batch_offset()) +
                             " is not within 1 to 1000, or reaches before entry 0");
    default:
      return InvalidArgument("entry.evidence " + std::to_string(entry.evidence()) +
                             " is neither SUBMISSION (1) nor BATCH (2)");
  }
}

}  // namespace

Status AppendEntry(EntryIndex index, int64_t recorded_at_us, const Hash256& previous_leaf_hash,
                   const EntryContent& content, std::string& out) {
  // As protobuf would serialise it: fields in order, those that are zero left out. Written by hand, since this is what
  // the sequencer does for every entry.
  const size_t before = out.size();
  AppendNumber(out, 1, index.value);
  AppendNumber(out, 2, static_cast<uint64_t>(recorded_at_us));
  AppendBytes(out, 3, previous_leaf_hash.view());
  AppendNumber(out, 4, static_cast<uint64_t>(content.type));
  AppendBytes(out, 5, content.submission_bytes);
  AppendBytes(out, 6, content.key_id.view());
  AppendNumber(out, 7, content.batch_offset == 0 ? v1::SIGNATURE_EVIDENCE_SUBMISSION : v1::SIGNATURE_EVIDENCE_BATCH);
  AppendNumber(out, 8, content.batch_offset);
  if (const size_t size = out.size() - before; size > crypto::kEntryBytesMax) {
    return OutOfRange("entry of " + std::to_string(size) + " bytes, at most 65535");
  }
  return Status::Ok();
}

Result<std::string> EncodeEntry(EntryIndex index, int64_t recorded_at_us, const Hash256& previous_leaf_hash,
                                const EntryContent& content) {
  std::string bytes;
  bytes.reserve(content.submission_bytes.size() + 128);
  RETURN_IF_ERROR(AppendEntry(index, recorded_at_us, previous_leaf_hash, content, bytes));
  return bytes;
}

Result<ParsedEntry> ParseEntry(std::string_view bytes) {
  if (bytes.size() > crypto::kEntryBytesMax) {
    return OutOfRange("entry of " + std::to_string(bytes.size()) + " bytes, at most 65535");
  }
  v1::Entry entry;
  if (!entry.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return InvalidArgument("entry is not a serialised Entry message");
  }
  RETURN_IF_ERROR(CheckNoUnknownField(MessageKind::kEntry, bytes));
  ParsedEntry parsed;
  parsed.index = EntryIndex{entry.index()};
  parsed.recorded_at_us = entry.recorded_at_us();
  const Result<Hash256> previous = Hash256::FromBytes(entry.previous_leaf_hash());
  if (!previous.ok()) return previous.status().WithContext("entry.previous_leaf_hash");
  parsed.previous_leaf_hash = *previous;
  parsed.type = entry.type();
  RETURN_IF_ERROR(CheckEvidence(entry));
  const Result<Hash256> key_id = Hash256::FromBytes(entry.submitter_key_id());
  if (!key_id.ok()) return key_id.status().WithContext("entry.submitter_key_id");
  parsed.batch_offset = entry.batch_offset();
  Result<ParsedSubmission> submission =
      parsed.is_item() ? ParseItem(entry.submission(), *key_id) : ParseSubmission(entry.submission());
  if (!submission.ok()) return submission.status();
  parsed.submission = std::move(*submission);
  parsed.submission_bytes = std::move(*entry.mutable_submission());
  if (parsed.type != parsed.submission.type) {
    return InvalidArgument("entry.type " + std::to_string(parsed.type) + " is not its payload's, " +
                           std::to_string(parsed.submission.type));
  }
  if (*key_id != parsed.submission.key_id) {
    return InvalidArgument("entry.submitter_key_id is not the submission's key_id");
  }
  return parsed;
}

}  // namespace ledgerline::journal
