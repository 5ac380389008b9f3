// BatchWalk: that every batch header in a run of entries is followed by exactly its items.
#ifndef LEDGERLINE_LEDGER_JOURNAL_BATCH_WALK_H_
#define LEDGERLINE_LEDGER_JOURNAL_BATCH_WALK_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "crypto/merkle.h"
#include "ledger/journal/entry.h"
#include "schemas/hash.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::journal {

// What the walk needs of an entry.
struct BatchStep {
  EntryIndex index;
  Hash256 key_id;
  uint32_t batch_offset = 0;              // of an item
  Hash256 item_hash;                      // of an item: the leaf hash of its BatchItem
  std::optional<v1::BatchHeader> header;  // of a header
};
BatchStep StepOf(const ParsedEntry& entry);

// Takes entries one after the other, from one that is no item. Not thread-safe.
class BatchWalk {
 public:
  // Errors: kDataLoss (an item without its header, out of its place, of another key; a header without all its items; a
  // root that is not the items'). After an error the rest of that batch is passed over.
  Status Next(const BatchStep& step);
  // At the end of the log. Errors: kDataLoss (the last header lacks items).
  Status Finish();
  // An entry could not be read: whatever batch it was in is passed over.
  void Lost();
  // Batches whose root was found to be the header's.
  uint64_t whole() const { return whole_; }

 private:
  struct Open {
    EntryIndex header;
    Hash256 key_id;
    Hash256 root;
    uint32_t count = 0;
    std::vector<Hash256> items;  // leaf hashes
  };
  Status TakeItem(const BatchStep& step);
  std::optional<Open> open_;
  bool passing_over_ = false;
  uint64_t whole_ = 0;
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_BATCH_WALK_H_
