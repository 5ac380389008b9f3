#include "ledger/journal/entry_runs.h"

#include <algorithm>

#include "ledger/journal/keyspace.h"

namespace ledgerline::journal {
namespace {

constexpr size_t kLengthBytes = 2;

void AppendToRun(std::string& run, std::string_view entry) {
  run.push_back(static_cast<char>(entry.size() >> 8));
  run.push_back(static_cast<char>(entry.size() & 0xff));
  run.append(entry);
}

// The last run that can hold an entry below `to` has its key below this one.
std::string EndKey(uint64_t to) {
  if (to > UINT64_MAX - kRunEntriesMax) return keyspace::PrefixEnd(std::string(1, keyspace::kEntry));
  return keyspace::EntryRunKey(EntryIndex{to + kRunEntriesMax});
}

}  // namespace

// A full run is flushed by the entry after it, so that what AppendEncoded returns stays.
size_t RunWriter::Begin() {
  if (run_entries_ == kRunEntriesMax || run_.size() >= kRunBytesFull) FlushEntries();
  const size_t at = run_.size();
  run_.append(kLengthBytes, '\0');
  return at;
}

std::string_view RunWriter::End(size_t at, EntryIndex index, v1::PayloadType type) {
  const size_t size = run_.size() - at - kLengthBytes;
  run_[at] = static_cast<char>(size >> 8);
  run_[at + 1] = static_cast<char>(size & 0xff);
  if (type_entries_ > 0 && type != type_) FlushType();
  ++run_entries_;
  type_ = type;
  ++type_entries_;
  last_ = index;
  return std::string_view(run_).substr(at + kLengthBytes);
}

void RunWriter::Append(EntryIndex index, v1::PayloadType type, std::string_view bytes) {
  const size_t at = Begin();
  run_.append(bytes);
  End(at, index, type);
}

void RunWriter::FlushEntries() {
  if (run_entries_ == 0) return;
  batch_.Put(keyspace::EntryRunKey(last_), run_);
  run_.clear();
  run_entries_ = 0;
}

void RunWriter::FlushType() {
  if (type_entries_ == 0) return;
  batch_.Put(keyspace::TypeRunKey(type_, last_), keyspace::EncodeTypeRun(type_entries_));
  type_entries_ = 0;
}

void RunWriter::Flush() {
  FlushEntries();
  FlushType();
}

std::string EncodeRun(const std::vector<std::string_view>& entries) {
  std::string run;
  for (const std::string_view entry : entries) AppendToRun(run, entry);
  return run;
}

Result<std::vector<std::string_view>> ParseRun(std::string_view value) {
  std::vector<std::string_view> entries;
  while (!value.empty()) {
    if (entries.size() == kRunEntriesMax) return DataLoss("a run of more than 64 entries");
    if (value.size() < kLengthBytes) return DataLoss("a run that ends inside of a length");
    const size_t length = size_t{static_cast<uint8_t>(value[0])} << 8 | static_cast<uint8_t>(value[1]);
    if (value.size() - kLengthBytes < length) return DataLoss("a run that ends inside of an entry");
    entries.push_back(value.substr(kLengthBytes, length));
    value.remove_prefix(kLengthBytes + length);
  }
  if (entries.empty()) return DataLoss("a run without an entry");
  return entries;
}

EntryCursor::EntryCursor(const StorageReader& storage, EntryIndex from, EntryIndex to, bool once)
    : from_(from.value),
      to_(to.value),
      cursor_(once ? storage.ScanOnce(keyspace::EntryRunKey(from), EndKey(to.value))
                   : storage.Scan(keyspace::EntryRunKey(from), EndKey(to.value))) {
  TakeRun();
}

// The next run that holds an entry of the range; `entries_` stays empty if there is none.
void EntryCursor::TakeRun() {
  for (; cursor_->Valid(); cursor_->Next()) {
    const std::string_view key = cursor_->key();
    Result<std::vector<std::string_view>> run = ParseRun(cursor_->value());
    const uint64_t last = key.size() == 9 ? keyspace::ReadBigEndian64(key.substr(1)) : 0;
    if (key.size() != 9 || !run.ok() || run->size() > last + 1) {
      if (damaged_.ok()) {
        damaged_ = DataLoss("the run of entries under key " + HexEncode(key) + " is not whole" +
                            (run.ok() ? "" : ": " + run.status().message()));
      }
      continue;
    }
    first_ = last + 1 - run->size();
    entries_ = *std::move(run);
    if (first_ >= to_) break;
    if (to_ - first_ < entries_.size()) entries_.resize(to_ - first_);
    at_ = first_ < from_ ? std::min<uint64_t>(from_ - first_, entries_.size()) : 0;
    if (at_ < entries_.size()) return;
  }
  entries_.clear();
  at_ = 0;
}

void EntryCursor::Next() {
  if (++at_ < entries_.size()) return;
  NextRun();
}

void EntryCursor::NextRun() {
  cursor_->Next();
  TakeRun();
}

Status EntryCursor::status() const {
  RETURN_IF_ERROR(cursor_->status());
  return damaged_;
}

Result<std::string> ReadStoredEntry(const StorageReader& storage, EntryIndex index) {
  const EntryCursor cursor(storage, index, EntryIndex{index.value + 1});
  if (cursor.Valid()) return std::string(cursor.bytes());
  const std::string name = "entry " + std::to_string(index.value);
  RETURN_IF_ERROR(cursor.status().WithContext(name));
  return DataLoss(name + " is missing");
}

Result<std::vector<EntryIndex>> ReadTypeIndex(const StorageReader& storage, v1::PayloadType type, TreeSize size) {
  std::vector<EntryIndex> indices;
  const std::string begin = keyspace::TypeRunKey(type, EntryIndex{0});
  const std::unique_ptr<Cursor> cursor = storage.Scan(begin, keyspace::PrefixEnd(begin.substr(0, 3)));
  for (; cursor->Valid(); cursor->Next()) {
    ASSIGN_OR_RETURN(const keyspace::TypeRun run, keyspace::TypeRun::Parse(cursor->key(), cursor->value()));
    for (uint64_t i = run.first.value; i < run.first.value + run.count && i < size.value; ++i)
      indices.push_back(EntryIndex{i});
  }
  RETURN_IF_ERROR(cursor->status());
  return indices;
}

}  // namespace ledgerline::journal
