#include "ledger/audit/make_receipt.h"

#include <set>

#include "crypto/checkpoint.h"
#include "ledger/audit/prove_entry.h"
#include "ledger/journal/entry.h"

namespace ledgerline::audit {

Result<std::set<EntryIndex>> KeyEntriesFor(const journal::Journal& journal, std::vector<Hash256> signers,
                                           TreeSize size) {
  const journal::KeyRegistry keys = journal.keys();
  std::set<EntryIndex> entries = keys.EntriesBehindOperator(size);
  std::set<EntryIndex> read;
  while (true) {
    for (const Hash256& signer : signers) entries.merge(keys.EntriesBehind(signer, size));
    signers.clear();
    // Whoever signed these speaks too: a second operator key may have enrolled or revoked.
    for (const EntryIndex index : entries) {
      if (!read.insert(index).second) continue;
      ASSIGN_OR_RETURN(const std::string bytes, journal.ReadEntry(index));
      ASSIGN_OR_RETURN(const journal::ParsedEntry entry, journal::ParseEntry(bytes));
      signers.push_back(entry.submission.key_id);
    }
    if (signers.empty()) return entries;
  }
}

Result<Receipt> MakeReceipt(const journal::Journal& journal, EntryIndex subject) {
  const TreeSize size = journal.size();
  if (!size.Contains(subject)) {
    return NotFound("entry " + std::to_string(subject.value) + ": the ledger has entries 0 to " +
                    std::to_string(size.value - 1));
  }
  const journal::KeyRegistry keys = journal.keys();
  Receipt receipt;
  receipt.checkpoint = journal.LatestCheckpoint();
  ASSIGN_OR_RETURN(const crypto::Checkpoint checkpoint, keys.operator_keys().Open(receipt.checkpoint));
  std::set<EntryIndex> headers;  // of the batches that entries of this receipt are items of
  const auto prove = [&](EntryIndex index) -> Result<ProvedEntry> {
    ASSIGN_OR_RETURN(ProvedEntry proved, ProveEntry(journal, index, checkpoint.size));
    ASSIGN_OR_RETURN(const std::optional<EntryIndex> header, HeaderOf(proved));
    if (header) headers.insert(*header);
    return proved;
  };
  ASSIGN_OR_RETURN(receipt.subject, prove(subject));

  // What the subject rests on, and then who signed all of it.
  std::set<EntryIndex> wanted;
  ASSIGN_OR_RETURN(const journal::ParsedEntry entry, journal::ParseEntry(receipt.subject.bytes));
  std::vector<Hash256> signers{entry.submission.key_id};
  if (entry.type == v1::PAYLOAD_TYPE_GENERATION) {
    const v1::Generation& generation = entry.submission.payload.generation();
    wanted.insert(EntryIndex(generation.permit_index()));
    for (const v1::ConsentReference& reference : generation.consents())
      wanted.insert(EntryIndex(reference.entry_index()));
  }
  for (const EntryIndex index : wanted) {
    if (!size.Contains(index)) continue;  // a wrong reference stays visible to the verifier: the entry is missing
    ASSIGN_OR_RETURN(const std::string bytes, journal.ReadEntry(index));
    ASSIGN_OR_RETURN(const journal::ParsedEntry supporting, journal::ParseEntry(bytes));
    signers.push_back(supporting.submission.key_id);
  }
  ASSIGN_OR_RETURN(const std::set<EntryIndex> key_entries, KeyEntriesFor(journal, signers, checkpoint.size));
  wanted.insert(key_entries.begin(), key_entries.end());
  wanted.erase(subject);
  for (const EntryIndex index : wanted) {
    if (!size.Contains(index)) continue;
    ASSIGN_OR_RETURN(ProvedEntry proved, prove(index));
    receipt.supporting.push_back(std::move(proved));
  }
  for (const EntryIndex index : headers) {
    if (index == subject || wanted.contains(index)) continue;
    ASSIGN_OR_RETURN(ProvedEntry proved, prove(index));  // a header is no item: `headers` does not grow
    receipt.supporting.push_back(std::move(proved));
  }
  return receipt;
}

}  // namespace ledgerline::audit
