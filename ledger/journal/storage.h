// Storage: what the journal asks of the thing that keeps its bytes. An ordered map with atomic durable batches, and one
// small file for the published checkpoint. ledger/store implements it over RocksDB; tests and the simulator in memory.
#ifndef LEDGERLINE_LEDGER_JOURNAL_STORAGE_H_
#define LEDGERLINE_LEDGER_JOURNAL_STORAGE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schemas/status.h"

namespace ledgerline::journal {

// Walks keys in ascending byte order. Not thread-safe. Sees the moment at which it was made.
class Cursor {
 public:
  virtual ~Cursor() = default;
  // False at the end of the range and after an error: ask status().
  virtual bool Valid() const = 0;
  virtual void Next() = 0;
  virtual std::string_view key() const = 0;    // valid until Next()
  virtual std::string_view value() const = 0;  // valid until Next()
  // Errors: kDataLoss (a block that is not whole), kUnavailable.
  virtual Status status() const = 0;
};

// Thread-safe.
class StorageReader {
 public:
  virtual ~StorageReader() = default;
  // Nothing if the key is absent. Errors: kDataLoss, kUnavailable.
  virtual Result<std::optional<std::string>> Get(std::string_view key) const = 0;
  // Keys in [begin, end); an empty `end` means to the last key.
  virtual std::unique_ptr<Cursor> Scan(std::string_view begin, std::string_view end) const = 0;
  // The same for one who reads everything and does not come back: a store's cache stays with those who do.
  virtual std::unique_ptr<Cursor> ScanOnce(std::string_view begin, std::string_view end) const {
    return Scan(begin, end);
  }
  // The checkpoint that was published last, if any. Errors: kUnavailable, kDataLoss.
  virtual Result<std::optional<std::string>> PublishedCheckpoint() const = 0;
};

// Puts that take effect together.
class Batch {
 public:
  virtual ~Batch() = default;
  virtual void Put(std::string_view key, std::string_view value) = 0;
};

// Thread-safe.
class Storage : public StorageReader {
 public:
  virtual std::unique_ptr<Batch> NewBatch() = 0;
  // All of `batch` or nothing, and on the medium when this returns ok. `batch` came from NewBatch and is used up.
  // After an error nobody knows whether the batch is there: only opening anew can tell.
  // Errors: kResourceExhausted (disk full), kUnavailable (input or output failed), kFailedPrecondition (read-only).
  virtual Status Commit(std::unique_ptr<Batch> batch) = 0;
  // Replaces the published checkpoint atomically and durably. Errors: as Commit.
  virtual Status PublishCheckpoint(std::string_view note) = 0;
  // A reader that keeps seeing this moment while commits go on. It must not outlive the storage.
  virtual std::unique_ptr<StorageReader> Snapshot() const = 0;
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_STORAGE_H_
