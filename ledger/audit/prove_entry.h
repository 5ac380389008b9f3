// Takes an entry out of a journal with the proof that it is in a tree of some size.
#ifndef LEDGERLINE_LEDGER_AUDIT_PROVE_ENTRY_H_
#define LEDGERLINE_LEDGER_AUDIT_PROVE_ENTRY_H_

#include <optional>

#include "ledger/audit/proved_entry.h"
#include "ledger/journal/journal.h"

namespace ledgerline::audit {

// An item of a signed batch comes with its path to the batch header, which whoever shows the item must show too:
// HeaderOf says which entry that is. Errors: kNotFound, kFailedPrecondition (the tree does not cover it), kDataLoss.
Result<ProvedEntry> ProveEntry(const journal::Journal& journal, EntryIndex index, TreeSize size);

// The header of the batch that an entry is an item of; nothing if it is no item. Errors: kDataLoss (no entry).
Result<std::optional<EntryIndex>> HeaderOf(const ProvedEntry& entry);

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_PROVE_ENTRY_H_
