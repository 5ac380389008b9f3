// Signed batches: one signature for many items. The header is an ordinary submission whose payload commits to the items
// by an RFC 6962 root; the items follow it as the next entries, in order. See docs/formats/entry.md.
#ifndef LEDGERLINE_LEDGER_JOURNAL_SIGNED_BATCH_H_
#define LEDGERLINE_LEDGER_JOURNAL_SIGNED_BATCH_H_

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/merkle.h"
#include "crypto/signer.h"
#include "ledger/journal/keyspace.h"
#include "ledger/journal/submission.h"
#include "schemas/hash.h"
#include "schemas/status.h"

namespace ledgerline::journal {

struct ParsedEntry;

// A serialised SignedBatch: a thousand items, as most weigh a few hundred bytes and the largest 64 KiB.
inline constexpr size_t kBatchBytesMax = size_t{64} << 20;

// What one item says: the idempotency key and the serialised v1::Payload.
struct ItemContent {
  std::string idempotency_key;
  std::string payload;
};

// A serialised SignedBatch. The header has an idempotency key of its own, `idempotency_key`.
// Errors: kInvalidArgument or kOutOfRange (form of an item, named by its number from 1; two equal idempotency keys; no
// item or more than 1,000), those of the signer.
Result<std::string> SignBatch(std::string_view origin, std::string_view idempotency_key,
                              std::span<const ItemContent> items, const crypto::Signer& signer);

// One item as it goes into its entry. Views are of what its batch holds.
struct ParsedItem {
  std::string_view bytes;  // a serialised BatchItem, as received
  std::string_view idempotency_key;
  keyspace::SubmissionDigest digest;  // of that, under the header's key
  v1::PayloadType type = v1::PAYLOAD_TYPE_UNSPECIFIED;
  std::vector<Hash256> blobs;  // ReferencedBlobs of its payload
};

struct ParsedBatch {
  std::string_view header_bytes;  // a serialised Submission, as received
  ParsedSubmission header;
  std::vector<ParsedItem> items;
  std::shared_ptr<const void> held;  // what the views are of
};

// Checks form, that the header counts and commits to exactly these items, that no item is of a type that only stands
// alone, and that no two idempotency keys are equal (the header's is one of them). Signatures are not looked at.
// Errors: kInvalidArgument, kOutOfRange; an item is named by its number, from 1.
Result<ParsedBatch> ParseBatch(std::string bytes);

// Whether entries of this type may be items: all but genesis, those about keys, and batch headers.
bool MayBeItem(v1::PayloadType type);

// A BatchItem read as the submission that it stands for: origin and signature are empty, as they are the header's, and
// the key is `key_id`. Errors: as ParseSubmission, and kInvalidArgument (a type that only stands alone).
Result<ParsedSubmission> ParseItem(std::string_view bytes, const Hash256& key_id);

// The RFC 6962 root over leaf hashes (crypto::LeafHash of each item's bytes).
Hash256 ItemsRoot(std::span<const Hash256> leaf_hashes);
// The path from item `number` (from 1) to that root. Errors: kOutOfRange (no such item).
Result<crypto::Proof> ItemPath(std::span<const Hash256> leaf_hashes, uint32_t number);
// That `item` is one of the batch that `header` heads: position, key, and the path to the header's root.
// Errors: kDataLoss (says what does not fit).
Status VerifyItem(const ParsedEntry& item, const ParsedEntry& header, std::span<const Hash256> path);

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_SIGNED_BATCH_H_
