// RocksStorage: the journal's bytes in RocksDB. The only RocksDB user of the project; keys are in
// docs/formats/store.md.
//
// Every commit is one WriteBatch with a synced write-ahead log. Recovery tolerates a torn last record and nothing else
// (kTolerateCorruptedTailRecords): RocksDB's default silently stops at the first flipped bit.
#ifndef LEDGERLINE_LEDGER_STORE_ROCKS_STORAGE_H_
#define LEDGERLINE_LEDGER_STORE_ROCKS_STORAGE_H_

#include <memory>
#include <string>

#include "ledger/journal/storage.h"
#include "schemas/status.h"

namespace rocksdb {
class Env;
}

namespace ledgerline::store {

struct RocksStorageOptions {
  std::string directory;        // the ledger's directory: RocksDB in DIR/db, the published checkpoint in DIR/checkpoint
  rocksdb::Env* env = nullptr;  // borrowed; nullptr: the operating system
  bool sync_commits = true;     // off only in the test that shows what would be lost without
  bool automatic_compaction = true;  // off in tests that count file operations
};

// A new, empty store; makes the directory. Errors: kAlreadyExists (there is a store), kUnavailable, kResourceExhausted.
Result<std::unique_ptr<journal::Storage>> CreateRocksStorage(const RocksStorageOptions& options);
// Errors: kNotFound (no store), kUnavailable (another process writes; input or output failed), kDataLoss (RocksDB found
// damage; names the file).
Result<std::unique_ptr<journal::Storage>> OpenRocksStorage(const RocksStorageOptions& options);
// Never writes; takes no lock. Sees what was there when it was opened. Errors: as above.
Result<std::unique_ptr<journal::Storage>> OpenRocksStorageReadOnly(const RocksStorageOptions& options);

// Writes everything that is only in the write-ahead log into table files, and removes the files that are no longer
// needed, before it returns. `storage` came from one of the functions above. Errors: as Commit.
Status FlushRocksStorage(journal::Storage& storage);

}  // namespace ledgerline::store

#endif  // LEDGERLINE_LEDGER_STORE_ROCKS_STORAGE_H_
