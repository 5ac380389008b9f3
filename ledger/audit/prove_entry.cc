#include "ledger/audit/prove_entry.h"

#include <vector>

#include "ledger/journal/entry.h"
#include "ledger/journal/signed_batch.h"

namespace ledgerline::audit {
namespace {

// From an item to the root in its header, recomputed from the whole batch.
Result<crypto::Proof> PathInBatch(const journal::Journal& journal, const journal::ParsedEntry& item) {
  const uint64_t header_index = item.index.value - item.batch_offset;
  ASSIGN_OR_RETURN(const std::string header_bytes, journal.ReadEntry(EntryIndex(header_index)));
  ASSIGN_OR_RETURN(const journal::ParsedEntry header, journal::ParseEntry(header_bytes));
  const uint64_t count = header.submission.payload.batch_header().item_count();
  std::vector<Hash256> leaf_hashes;
  RETURN_IF_ERROR(journal.ForEachEntry(EntryIndex(header_index + 1), EntryIndex(header_index + 1 + count),
                                       [&](EntryIndex, std::string_view bytes) -> Status {
                                         ASSIGN_OR_RETURN(const journal::ParsedEntry entry, journal::ParseEntry(bytes));
                                         leaf_hashes.push_back(crypto::LeafHash(entry.submission_bytes));
                                         return Status::Ok();
                                       }));
  return journal::ItemPath(leaf_hashes, item.batch_offset);
}

}  // namespace

Result<ProvedEntry> ProveEntry(const journal::Journal& journal, EntryIndex index, TreeSize size) {
  if (!size.Contains(index)) {
    return FailedPrecondition("entry " + std::to_string(index.value) +
                              " is not covered by a signed checkpoint yet (size " + std::to_string(size.value) +
                              "): the next command that writes signs one");
  }
  ProvedEntry proved;
  proved.index = index;
  ASSIGN_OR_RETURN(proved.bytes, journal.ReadEntry(index));
  ASSIGN_OR_RETURN(proved.proof, journal.InclusionProof(index, size));
  const Result<journal::ParsedEntry> entry = journal::ParseEntry(proved.bytes);
  if (!entry.ok()) return DataLoss("entry " + std::to_string(index.value) + ": " + entry.status().message());
  if (entry->is_item()) {
    ASSIGN_OR_RETURN(proved.batch_path, PathInBatch(journal, *entry));
  }
  return proved;
}

Result<std::optional<EntryIndex>> HeaderOf(const ProvedEntry& entry) {
  if (!entry.batch_path) return std::optional<EntryIndex>();
  const Result<journal::ParsedEntry> parsed = journal::ParseEntry(entry.bytes);
  if (!parsed.ok()) return DataLoss("entry " + std::to_string(entry.index.value) + ": " + parsed.status().message());
  return std::optional<EntryIndex>(EntryIndex(entry.index.value - parsed->batch_offset));
}

}  // namespace ledgerline::audit
