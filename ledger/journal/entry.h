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

// Writes an entry's bytes: the only place that does. `submission_bytes` goes in as it was received.
// Errors: kOutOfRange (the entry would be above 65,535 bytes).
Result<std::string> EncodeEntry(EntryIndex index, int64_t recorded_at_us, const Hash256& previous_leaf_hash,
                                const ParsedSubmission& submission, std::string_view submission_bytes);

// An entry's bytes, parsed and checked against itself.
struct ParsedEntry {
  EntryIndex index;
  int64_t recorded_at_us = 0;
  Hash256 previous_leaf_hash;
  v1::PayloadType type = v1::PAYLOAD_TYPE_UNSPECIFIED;
  std::string submission_bytes;  // as received
  ParsedSubmission submission;
};

// Errors: kInvalidArgument (form; type or key id that differ from the submission's), kOutOfRange (size).
Result<ParsedEntry> ParseEntry(std::string_view bytes);

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_ENTRY_H_
