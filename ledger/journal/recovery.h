// What opening a journal reads and checks before anyone may use it.
//
// RocksDB brings back a prefix of the committed batches; the tree decides whether it is whole. A clean open costs the
// right edge of the tree and its last entries (at most 256, and the batch that reaches into them), whatever the
// journal's size; VerifyJournal checks the rest.
#ifndef LEDGERLINE_LEDGER_JOURNAL_RECOVERY_H_
#define LEDGERLINE_LEDGER_JOURNAL_RECOVERY_H_

#include <optional>
#include <string>

#include "crypto/checkpoint.h"
#include "ledger/journal/entry.h"
#include "ledger/journal/entry_runs.h"
#include "ledger/journal/key_registry.h"
#include "ledger/journal/keyspace.h"
#include "ledger/journal/storage.h"
#include "ledger/journal/tree_writer.h"
#include "schemas/status.h"

namespace ledgerline::journal {

struct RecoveredJournal {
  keyspace::StateRecord state;
  KeyRegistry keys;
  TreeWriter tree;
  std::string latest_checkpoint;      // the newest of the stored and the published note; empty: none was ever signed
  crypto::Checkpoint checkpoint;      // its content
  bool checkpoint_stored = false;     // the newest note is in the store
  bool checkpoint_published = false;  // the newest note is the published one
};

// Errors: kNotFound (no journal in this storage), kDataLoss (names the entry, tile or checkpoint that is not whole, or
// says that the store is behind its own signed checkpoint), those of storage.
Result<RecoveredJournal> RecoverJournal(const StorageReader& storage);

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_RECOVERY_H_
