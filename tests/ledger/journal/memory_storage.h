// Storage in memory, for tests: the journal's logic without a disk. Records can be changed behind the journal's back.
#ifndef LEDGERLINE_TESTS_LEDGER_JOURNAL_MEMORY_STORAGE_H_
#define LEDGERLINE_TESTS_LEDGER_JOURNAL_MEMORY_STORAGE_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "ledger/journal/storage.h"

namespace ledgerline::journal {

// What survives the journal: tests keep it, reopen it and alter it.
struct MemoryRecords {
  std::mutex mutex;
  std::map<std::string, std::string> records;
  std::optional<std::string> published;
  std::function<Status()> before_commit;   // may fail or wait
  std::function<Status()> before_publish;  // may fail
};

class MemoryStorage : public Storage {
 public:
  explicit MemoryStorage(std::shared_ptr<MemoryRecords> held) : held_(std::move(held)) {}

  Result<std::optional<std::string>> Get(std::string_view key) const override {
    const std::lock_guard lock(held_->mutex);
    const auto found = held_->records.find(std::string(key));
    return found == held_->records.end() ? std::optional<std::string>() : std::optional<std::string>(found->second);
  }
  std::unique_ptr<Cursor> Scan(std::string_view begin, std::string_view end) const override {
    const std::lock_guard lock(held_->mutex);
    auto from = held_->records.lower_bound(std::string(begin));
    auto to = end.empty() ? held_->records.end() : held_->records.lower_bound(std::string(end));
    return std::make_unique<MemoryCursor>(std::map<std::string, std::string>(from, to));
  }
  Result<std::optional<std::string>> PublishedCheckpoint() const override {
    const std::lock_guard lock(held_->mutex);
    return held_->published;
  }
  std::unique_ptr<Batch> NewBatch() override { return std::make_unique<MemoryBatch>(); }
  Status Commit(std::unique_ptr<Batch> batch) override {
    if (held_->before_commit) RETURN_IF_ERROR(held_->before_commit());
    const std::lock_guard lock(held_->mutex);
    for (auto& [key, value] : static_cast<MemoryBatch&>(*batch).puts) held_->records[key] = value;
    return Status::Ok();
  }
  Status PublishCheckpoint(std::string_view note) override {
    if (held_->before_publish) RETURN_IF_ERROR(held_->before_publish());
    const std::lock_guard lock(held_->mutex);
    held_->published = std::string(note);
    return Status::Ok();
  }
  std::unique_ptr<StorageReader> Snapshot() const override {
    const std::lock_guard lock(held_->mutex);
    auto copy = std::make_shared<MemoryRecords>();
    copy->records = held_->records;
    copy->published = held_->published;
    return std::make_unique<MemoryStorage>(copy);
  }

 private:
  class MemoryBatch : public Batch {
   public:
    void Put(std::string_view key, std::string_view value) override { puts[std::string(key)] = std::string(value); }
    std::map<std::string, std::string> puts;
  };
  class MemoryCursor : public Cursor {
   public:
    explicit MemoryCursor(std::map<std::string, std::string> records)
        : records_(std::move(records)), at_(records_.begin()) {}
    bool Valid() const override { return at_ != records_.end(); }
    void Next() override { ++at_; }
    std::string_view key() const override { return at_->first; }
    std::string_view value() const override { return at_->second; }
    Status status() const override { return Status::Ok(); }

   private:
    std::map<std::string, std::string> records_;
    std::map<std::string, std::string>::const_iterator at_;
  };
  std::shared_ptr<MemoryRecords> held_;
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_TESTS_LEDGER_JOURNAL_MEMORY_STORAGE_H_
