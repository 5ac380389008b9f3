// A disk in memory that fails when the simulation says so, and the journal's Storage over it.
//
// A commit that fails is afterwards there or not there: nobody knows until the disk is opened anew (Restart). A crash
// takes the machine away in the middle of a call: from then on every call fails, and Restart brings back what was on
// the medium. Not thread-safe: the simulation has one thread.
#ifndef LEDGERLINE_TESTS_SIM_DISK_H_
#define LEDGERLINE_TESTS_SIM_DISK_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "ledger/journal/storage.h"

namespace ledgerline::sim {

using Records = std::map<std::string, std::string>;

enum class WriteFault {
  kNone,
  kError,  // input or output failed
  kFull,   // no space left on the device
  kCrash,  // the machine goes in the middle of the write
};

class Disk {
 public:
  // What the next write of each kind meets.
  WriteFault next_commit = WriteFault::kNone;
  WriteFault next_publish = WriteFault::kNone;
  bool full = false;          // every write meets kFull until there is space again
  uint64_t failing_read = 0;  // n: the n-th read from now fails; 0: none
  uint64_t commits_failed = 0;
  uint64_t publishes_failed = 0;
  uint64_t reads_failed = 0;
  uint64_t faults_injected = 0;
  bool wrote_after_failure = false;  // a batch came after one that failed: the journal must have stopped

  // The machine goes: what is in flight is in doubt, everything from here on fails.
  void Crash() { dead_ = true; }
  bool dead() const { return dead_; }

  // Power is back, or the process starts again: what was in doubt is decided, faults are mended.
  void Restart(std::mt19937_64& random) {
    if (in_doubt_ && random() % 2 == 0) Apply(*in_doubt_);
    in_doubt_.reset();
    if (published_before_ && random() % 2 == 0) published_ = *published_before_;
    published_before_.reset();
    dead_ = false;
    next_commit = next_publish = WriteFault::kNone;
    full = false;
    failing_read = 0;
    commit_failed_ = false;
  }

  std::shared_ptr<const Records> records() const { return records_; }
  const std::optional<std::string>& published() const { return published_; }

  Status CountRead() {
    if (dead_) return Unavailable("the machine is gone");
    if (failing_read > 0 && --failing_read == 0) {
      ++reads_failed;
      ++faults_injected;
      return Unavailable("read failed");
    }
    return Status::Ok();
  }

  Status Commit(Records puts) {
    if (dead_) return Unavailable("the machine is gone");
    if (commit_failed_) wrote_after_failure = true;
    const WriteFault fault = Take(next_commit);
    if (fault == WriteFault::kNone) {
      Apply(puts);
      return Status::Ok();
    }
    ++commits_failed;
    commit_failed_ = true;
    in_doubt_ = std::move(puts);
    return Failed(fault);
  }

  // Written beside and renamed. A failure before the rename leaves the old note, one after it may show either.
  Status Publish(std::string_view note) {
    if (dead_) return Unavailable("the machine is gone");
    const WriteFault fault = Take(next_publish);
    if (fault == WriteFault::kNone) {
      published_ = std::string(note);
      published_before_.reset();  // the directory was synced
      return Status::Ok();
    }
    ++publishes_failed;
    if (publishes_failed % 2 == 0) {
      published_before_ = published_;
      published_ = std::string(note);
    }
    return Failed(fault);
  }

 private:
  WriteFault Take(WriteFault& armed) {
    WriteFault fault = std::exchange(armed, WriteFault::kNone);
    if (fault == WriteFault::kNone && full) fault = WriteFault::kFull;
    if (fault != WriteFault::kNone) ++faults_injected;
    return fault;
  }
  Status Failed(WriteFault fault) {
    if (fault == WriteFault::kCrash) dead_ = true;
    return fault == WriteFault::kFull ? ResourceExhausted("no space left on device") : Unavailable("write failed");
  }
  // Readers keep the records that they began with.
  void Apply(const Records& puts) {
    if (records_.use_count() > 1) records_ = std::make_shared<Records>(*records_);
    for (const auto& [key, value] : puts) (*records_)[key] = value;
  }

  std::shared_ptr<Records> records_ = std::make_shared<Records>();
  std::optional<std::string> published_;
  std::optional<Records> in_doubt_;                             // of a commit that failed
  std::optional<std::optional<std::string>> published_before_;  // what a rename replaced that is not synced
  bool dead_ = false;
  bool commit_failed_ = false;
};

class DiskCursor : public journal::Cursor {
 public:
  DiskCursor(std::shared_ptr<const Records> records, std::string_view begin, std::string_view end, Status status)
      : records_(std::move(records)), status_(std::move(status)) {
    at_ = records_->lower_bound(std::string(begin));
    end_ = end.empty() ? records_->end() : records_->lower_bound(std::string(end));
    if (!status_.ok() || (!end.empty() && end <= begin)) at_ = end_;
  }
  bool Valid() const override { return at_ != end_; }
  void Next() override { ++at_; }
  std::string_view key() const override { return at_->first; }
  std::string_view value() const override { return at_->second; }
  Status status() const override { return status_; }

 private:
  std::shared_ptr<const Records> records_;
  Records::const_iterator at_, end_;
  Status status_;
};

// `disk` is borrowed. With `held`, a snapshot: those records for ever.
class DiskStorage : public journal::Storage {
 public:
  explicit DiskStorage(Disk& disk, std::shared_ptr<const Records> held = nullptr)
      : disk_(disk), held_(std::move(held)), published_(disk.published()) {}

  Result<std::optional<std::string>> Get(std::string_view key) const override {
    RETURN_IF_ERROR(disk_.CountRead());
    const std::shared_ptr<const Records> records = Seen();
    const auto found = records->find(std::string(key));
    return found == records->end() ? std::optional<std::string>() : std::optional<std::string>(found->second);
  }
  std::unique_ptr<journal::Cursor> Scan(std::string_view begin, std::string_view end) const override {
    return std::make_unique<DiskCursor>(Seen(), begin, end, disk_.CountRead());
  }
  Result<std::optional<std::string>> PublishedCheckpoint() const override {
    RETURN_IF_ERROR(disk_.CountRead());
    return held_ ? published_ : disk_.published();
  }
  std::unique_ptr<journal::Batch> NewBatch() override { return std::make_unique<DiskBatch>(); }
  Status Commit(std::unique_ptr<journal::Batch> batch) override {
    return disk_.Commit(std::move(static_cast<DiskBatch&>(*batch).puts));
  }
  Status PublishCheckpoint(std::string_view note) override { return disk_.Publish(note); }
  std::unique_ptr<journal::StorageReader> Snapshot() const override {
    return std::make_unique<DiskStorage>(disk_, Seen());
  }

 private:
  class DiskBatch : public journal::Batch {
   public:
    void Put(std::string_view key, std::string_view value) override { puts[std::string(key)] = std::string(value); }
    Records puts;
  };
  std::shared_ptr<const Records> Seen() const { return held_ ? held_ : disk_.records(); }

  Disk& disk_;
  std::shared_ptr<const Records> held_;
  std::optional<std::string> published_;
};

}  // namespace ledgerline::sim

#endif  // LEDGERLINE_TESTS_SIM_DISK_H_
