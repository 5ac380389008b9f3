// Entries: one event, one leaf. The bytes of a serialised v1::Entry are written once, stored and hashed verbatim.
// The format is in docs/formats/entry.md.
#ifndef LEDGERLINE_LEDGER_JOURNAL_ENTRY_H_
#define LEDGERLINE_LEDGER_JOURNAL_ENTRY_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/journal/submission.h"
#include "schemas/hash.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::journal {

// What an entry is made of besides its place.
struct EntryContent {
  v1::PayloadType type = v1::PAYLOAD_TYPE_UNSPECIFIED;
  Hash256 key_id;                     // the submitter's; of an item its header's
  std::string_view submission_bytes;  // a Submission, or of an item its BatchItem, as received
  uint32_t batch_offset = 0;          // of an item: its header is so many entries before it; else 0
};

// Writes an entry's bytes at the end of `out`: the only place that does. `submission_bytes` goes in as it was received.
// Errors: kOutOfRange (the entry would be above 65,535 bytes; `out` has them all the same).
Status AppendEntry(EntryIndex index, int64_t recorded_at_us, const Hash256& previous_leaf_hash,
                   const EntryContent& content, std::string& out);
// The same, alone.
Result<std::string> EncodeEntry(EntryIndex index, int64_t recorded_at_us, const Hash256& previous_leaf_hash,
                                const EntryContent& content);

// An entry's bytes, parsed and checked against itself. Of an item, `submission` has neither origin nor signature: both
// are its header's, which stands `batch_offset` entries before it.
struct ParsedEntry {
  EntryIndex index;
  int64_t recorded_at_us = 0;
  Hash256 previous_leaf_hash;
  v1::PayloadType type = v1::PAYLOAD_TYPE_UNSPECIFIED;
  std::string submission_bytes;  // a Submission, or of an item its BatchItem, as received
  ParsedSubmission submission;
  uint32_t batch_offset = 0;
  bool is_item() const { return batch_offset != 0; }
};

// Errors: kInvalidArgument (form; type or key id that differ from the submission's; evidence), kOutOfRange (size).
Result<ParsedEntry> ParseEntry(std::string_view bytes);

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_ENTRY_H_
