// What a full verify keeps of an entry after its bytes have been hashed, parsed and checked against themselves: all
// that can be done of one entry without the ones before it, and so on any core.
#ifndef LEDGERLINE_LEDGER_JOURNAL_CHECKED_ENTRY_H_
#define LEDGERLINE_LEDGER_JOURNAL_CHECKED_ENTRY_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/sha256_lanes.h"
#include "ledger/journal/batch_walk.h"
#include "ledger/journal/keyspace.h"
#include "ledger/journal/plain_item.h"
#include "ledger/journal/signature_checker.h"
#include "ledger/journal/submission.h"
#include "schemas/hash.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::journal {

// Of an entry that carries a signature of its own.
struct CheckedSubmission {
  std::string origin;
  SignedText signed_text;
  std::optional<ParsedSubmission> for_keys;  // the whole, if it may change what keys there are
};

struct CheckedEntry {
  EntryIndex stored_at;  // where the store has it
  Hash256 leaf_hash;
  Status form;  // that of ParseEntry; what follows is set only if it is ok
  int64_t recorded_at_us = 0;
  Hash256 previous_leaf_hash;
  v1::PayloadType type = v1::PAYLOAD_TYPE_UNSPECIFIED;
  BatchStep step;           // with the index that the entry says, and the submitter's key
  Hash256 submission_hash;  // of key id and idempotency key: what keyspace::SubmissionKey is made of
  std::unique_ptr<CheckedSubmission> submission;  // null of an item: its header carries the signature
  std::vector<Hash256> blobs;                     // that its payload references
};

// Checks entries that stand one after the other, many at once, since many hashes at once are cheaper. Not thread-safe:
// it keeps its buffers.
class EntryChecker {
 public:
  // Appends one CheckedEntry for each of `entries`, the first of which is stored at `first`.
  void Check(EntryIndex first, std::span<const std::string_view> entries, std::vector<CheckedEntry>& checked);

 private:
  std::vector<PlainItem> plain_;
  std::vector<size_t> plain_at_;  // of each: its place in `checked`
  std::vector<crypto::HashInput> inputs_;
  std::vector<Hash256> hashes_;
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_CHECKED_ENTRY_H_
