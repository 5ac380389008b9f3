// Entries in storage: in runs of consecutive entries of one commit, one record a run, so that a store spends its time
// on bytes and not on records. docs/formats/store.md has the layout.
#ifndef LEDGERLINE_LEDGER_JOURNAL_ENTRY_RUNS_H_
#define LEDGERLINE_LEDGER_JOURNAL_ENTRY_RUNS_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/journal/storage.h"
#include "ledgerline/v1/payload.pb.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::journal {

inline constexpr size_t kRunEntriesMax = 64;
// A run is closed once it has so many bytes. A single entry of 65,535 bytes is a run of its own.
inline constexpr size_t kRunBytesFull = size_t{32} << 10;

// Writes entries, and the index by type, of one commit. Not thread-safe.
class RunWriter {
 public:
  // Borrows the batch.
  explicit RunWriter(Batch& batch) : batch_(batch) {}
  // Entries come in order, without a gap.
  void Append(EntryIndex index, v1::PayloadType type, std::string_view bytes);
  // The same without a copy of its own: `encode` appends the entry to the string that it gets, at most 65,535 bytes.
  // Returns the entry's bytes, valid until the next call. Errors: those of `encode`; then nothing was appended.
  template <typename Encode>
  Result<std::string_view> AppendEncoded(EntryIndex index, v1::PayloadType type, Encode encode) {
    const size_t at = Begin();
    if (Status status = encode(run_); !status.ok()) {
      run_.resize(at);
      return status;
    }
    return End(at, index, type);
  }
  // Puts what is left.
  void Flush();

 private:
  size_t Begin();
  std::string_view End(size_t at, EntryIndex index, v1::PayloadType type);
  void FlushEntries();
  void FlushType();
  Batch& batch_;
  std::string run_;
  size_t run_entries_ = 0;
  v1::PayloadType type_ = v1::PAYLOAD_TYPE_UNSPECIFIED;
  uint32_t type_entries_ = 0;
  EntryIndex last_;
};

// Walks the entries from an index on, as they are stored: what is missing is passed over. Not thread-safe; sees the
// moment at which it was made.
class EntryCursor {
 public:
  // Entries of [from, to). `once`: as ScanOnce. Borrows the storage.
  EntryCursor(const StorageReader& storage, EntryIndex from, EntryIndex to = EntryIndex{UINT64_MAX}, bool once = false);
  bool Valid() const { return at_ < entries_.size(); }
  EntryIndex index() const { return EntryIndex{first_ + at_}; }
  std::string_view bytes() const { return entries_[at_]; }  // valid until Next()
  void Next();
  // What is left of the run that index() is in, from there on; and the entry after it.
  std::span<const std::string_view> run() const { return std::span(entries_).subspan(at_); }
  void NextRun();
  // Errors: those of storage; kDataLoss (a run that is not whole was passed over: names its key).
  Status status() const;

 private:
  void TakeRun();
  const uint64_t from_;
  const uint64_t to_;
  std::unique_ptr<Cursor> cursor_;
  std::vector<std::string_view> entries_;
  uint64_t first_ = 0;
  size_t at_ = 0;
  Status damaged_;
};

// The value of a run of these entries: each preceded by its length as big-endian uint16.
std::string EncodeRun(const std::vector<std::string_view>& entries);
// Errors: kDataLoss (a length that runs past the end; none, or more than kRunEntriesMax).
Result<std::vector<std::string_view>> ParseRun(std::string_view value);

// An entry's bytes. Errors: kDataLoss (missing).
Result<std::string> ReadStoredEntry(const StorageReader& storage, EntryIndex index);
// Entries of one type below `size`, ascending, by the index. Errors: kDataLoss (a record that is not whole).
Result<std::vector<EntryIndex>> ReadTypeIndex(const StorageReader& storage, v1::PayloadType type, TreeSize size);

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_ENTRY_RUNS_H_
