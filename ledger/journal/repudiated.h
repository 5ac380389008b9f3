// Entries that a revocation repudiates: what a revoked key signed since it was in other hands.
#ifndef LEDGERLINE_LEDGER_JOURNAL_REPUDIATED_H_
#define LEDGERLINE_LEDGER_JOURNAL_REPUDIATED_H_

#include <string>

#include "ledger/journal/key_registry.h"
#include "ledger/journal/storage.h"

namespace ledgerline::journal {

// One text that says how many there are and names the first fifty; empty if there are none. They stay in the log. The
// entries are read again, since a revocation comes after what it repudiates; what cannot be read is passed over.
std::string NameRepudiated(const StorageReader& storage, const KeyRegistry& keys);

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_REPUDIATED_H_
