// The short way through the entry of a batch's item, for a full verify, where there are millions of them: the fields
// are read from the bytes without copies. It takes only what ParseEntry takes, and says the same of it; of everything
// else it says nothing, and ParseEntry decides. A test and a fuzzer compare the two.
#ifndef LEDGERLINE_LEDGER_JOURNAL_PLAIN_ITEM_H_
#define LEDGERLINE_LEDGER_JOURNAL_PLAIN_ITEM_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "ledgerline/v1/payload.pb.h"
#include "schemas/hash.h"
#include "schemas/ids.h"

namespace ledgerline::journal {

// Views point into the entry's bytes.
struct PlainItem {
  EntryIndex index;
  int64_t recorded_at_us = 0;
  Hash256 previous_leaf_hash;
  v1::PayloadType type = v1::PAYLOAD_TYPE_UNSPECIFIED;
  std::string_view item_bytes;  // the BatchItem
  std::string_view idempotency_key;
  Hash256 key_id;
  uint32_t batch_offset = 0;
  std::vector<Hash256> blobs;  // ReferencedBlobs of the payload
};

// False: not an item, or not written plainly (fields in order, each once, none that is unknown), or not well formed.
bool ReadPlainItem(std::string_view entry, PlainItem& item);

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_PLAIN_ITEM_H_
