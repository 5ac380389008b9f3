// Folding: how idempotency keys come into the store. A key is a hash, and putting hashes into the store one commit at a
// time, each at a random place, costs more than everything else that is done with an event. So commits write no records
// of keys: an entry has its key in it. Every so many entries the records of all since the last time are put at once, in
// the store's order, with the mark up to where that has been done. Opening reads the keys of the entries after it.
#ifndef LEDGERLINE_LEDGER_JOURNAL_KEY_FOLD_H_
#define LEDGERLINE_LEDGER_JOURNAL_KEY_FOLD_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "ledger/journal/keyspace.h"
#include "ledger/journal/recent_keys.h"
#include "ledger/journal/storage.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::journal {

// Entries below this have their records. Errors: kDataLoss (the mark is not whole, or above `size`), those of storage.
Result<TreeSize> FoldedSize(const StorageReader& storage, TreeSize size);

// The keys of all entries from there to `size`, read from the entries. Errors: kDataLoss (names the entry), as above.
Result<RecentKeys> ReadUnfoldedKeys(const StorageReader& storage, TreeSize size);

// Puts the records of these keys, which follow each other and the mark, and the new mark.
void PutFold(std::vector<KeyedEntry> keys, Batch& batch);

// The record of a key in the store, if it is there. Errors: kDataLoss (not whole), those of storage.
Result<std::optional<EntryIndex>> FindFoldedKey(const StorageReader& storage, const keyspace::SubmissionDigest& digest);

// The digest of an entry's idempotency key. Errors: as ParseEntry.
Result<keyspace::SubmissionDigest> DigestOfEntry(std::string_view entry);

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_KEY_FOLD_H_
