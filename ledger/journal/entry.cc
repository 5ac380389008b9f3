#include "ledger/journal/entry.h"

#include "crypto/tile.h"

namespace ledgerline::journal {

Result<std::string> EncodeEntry(EntryIndex index, int64_t recorded_at_us, const Hash256& previous_leaf_hash,
                                const ParsedSubmission& submission, std::string_view submission_bytes) {
  v1::Entry entry;
  entry.set_index(index.value);
  entry.set_recorded_at_us(recorded_at_us);
  entry.set_previous_leaf_hash(previous_leaf_hash.ToBytes());
  entry.set_type(submission.type);
  entry.set_submission(std::string(submission_bytes));
  entry.set_submitter_key_id(submission.key_id.ToBytes());
  entry.set_evidence(v1::SIGNATURE_EVIDENCE_SUBMISSION);
  std::string bytes = entry.SerializeAsString();
  if (bytes.size() > crypto::kEntryBytesMax) {
    return OutOfRange("entry of " + std::to_string(bytes.size()) + " bytes, at most 65535");
  }
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
  if (!entry.GetReflection()->GetUnknownFields(entry).empty()) {
    return InvalidArgument("entry has a field that this version does not know");
  }
  ParsedEntry parsed;
  parsed.index = EntryIndex{entry.index()};
  parsed.recorded_at_us = entry.recorded_at_us();
  const Result<Hash256> previous = Hash256::FromBytes(entry.previous_leaf_hash());
  if (!previous.ok()) return previous.status().WithContext("entry.previous_leaf_hash");
  parsed.previous_leaf_hash = *previous;
  parsed.type = entry.type();
  Result<ParsedSubmission> submission = ParseSubmission(entry.submission());
  if (!submission.ok()) return submission.status();
  parsed.submission = std::move(*submission);
  parsed.submission_bytes = std::move(*entry.mutable_submission());
  if (parsed.type != parsed.submission.type) {
    return InvalidArgument("entry.type " + std::to_string(parsed.type) + " is not its payload's, " +
                           std::to_string(parsed.submission.type));
  }
  if (entry.submitter_key_id() != parsed.submission.submission.key_id()) {
    return InvalidArgument("entry.submitter_key_id is not the submission's key_id");
  }
  if (entry.evidence() != v1::SIGNATURE_EVIDENCE_SUBMISSION) {
    return InvalidArgument("entry.evidence " + std::to_string(entry.evidence()) + " is not SUBMISSION (1)");
  }
  return parsed;
}

}  // namespace ledgerline::journal
