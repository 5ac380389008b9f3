// What a full verify keeps of an entry after its bytes have been hashed, parsed and checked against themselves: all
// that can be done of one entry without the ones before it, and so on any core.
#ifndef LEDGERLINE_LEDGER_JOURNAL_CHECKED_ENTRY_H_
#define LEDGERLINE_LEDGER_JOURNAL_CHECKED_ENTRY_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "ledger/journal/batch_walk.h"
#include "ledger/journal/keyspace.h"
#include "ledger/journal/submission.h"
#include "schemas/hash.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::journal {

struct CheckedEntry {
  EntryIndex stored_at;  // where the store has it
  Hash256 leaf_hash;
  Status form;  // that of ParseEntry; what follows is set only if it is ok
  int64_t recorded_at_us = 0;
  Hash256 previous_leaf_hash;
  v1::PayloadType type = v1::PAYLOAD_TYPE_UNSPECIFIED;
  BatchStep step;  // with the index that the entry says, and the submitter's key
  std::array<char, keyspace::kSubmissionKeyBytes> submission_key;
  std::unique_ptr<ParsedSubmission> submission;  // null of an item: its header carries the signature
  std::vector<Hash256> blobs;                    // that its payload references
};

// Thread-safe.
CheckedEntry CheckEntry(EntryIndex stored_at, std::string_view bytes);

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_CHECKED_ENTRY_H_
