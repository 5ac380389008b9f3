// A RocksDB file system that forgets, at a "power cut", everything that was not synced.
//
// It passes every operation to the real file system and keeps, for each file, how many bytes were synced, and for each
// directory, which creations, renames and deletions were not. From the cut on every change fails, as if the machine had
// gone. LoseUnsynced() then takes the files back to what a disk may hold: unsynced bytes cut off (or, torn, a random
// part of them kept), unsynced directory entries undone. Syncs cost nothing: the disk that matters is this model.
#ifndef LEDGERLINE_TESTS_LEDGER_STORE_POWER_CUT_FILE_SYSTEM_H_
#define LEDGERLINE_TESTS_LEDGER_STORE_POWER_CUT_FILE_SYSTEM_H_

#include <rocksdb/file_system.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace ledgerline::store {

class PowerCutFileSystem : public rocksdb::FileSystemWrapper {
 public:
  PowerCutFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "PowerCutFileSystem"; }

  // The power goes at the n-th change from now (1: at the next one), which no longer happens.
  void CutAfter(uint64_t operations) {
    const std::lock_guard lock(mutex_);
    operations_left_ = operations;
  }
  bool cut() const {
    const std::lock_guard lock(mutex_);
    return cut_;
  }
  uint64_t operations() const {
    const std::lock_guard lock(mutex_);
    return operations_;
  }
  // After the cut, when nobody has a file open any more. `torn`: a random part of each file's unsynced bytes survives.
  void LoseUnsynced(std::mt19937_64* torn) {
    const std::lock_guard lock(mutex_);
    for (auto undo = undo_.rbegin(); undo != undo_.rend(); ++undo) Undo(*undo);
    for (const auto& [path, file] : files_) {
      if (!std::filesystem::exists(path)) continue;
      uint64_t keep = file.synced;
      if (torn != nullptr && file.written > file.synced) keep += (*torn)() % (file.written - file.synced + 1);
      if (std::filesystem::file_size(path) > keep) std::filesystem::resize_file(path, keep);
    }
    undo_.clear();
    files_.clear();
    operations_left_.reset();
    cut_ = false;
  }

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override {
    const std::lock_guard lock(mutex_);
    if (!Alive()) return Dead();
    const bool existed = std::filesystem::exists(path);
    rocksdb::IOStatus status = target()->NewWritableFile(path, options, result, debug);
    if (!status.ok()) return status;
    if (!existed) undo_.push_back({Change::kCreate, path, "", ""});
    files_[path] = {};
    *result = std::make_unique<File>(this, path, std::move(*result));
    return status;
  }
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* result,
                                       rocksdb::IODebugContext* debug) override {
    const std::lock_guard lock(mutex_);
    if (!Alive()) return Dead();
    const bool existed = std::filesystem::exists(path);
    rocksdb::IOStatus status = target()->ReopenWritableFile(path, options, result, debug);
    if (!status.ok()) return status;
    if (!existed) undo_.push_back({Change::kCreate, path, "", ""});
    if (!files_.contains(path)) files_[path] = {std::filesystem::file_size(path), std::filesystem::file_size(path)};
    *result = std::make_unique<File>(this, path, std::move(*result));
    return status;
  }
  rocksdb::IOStatus ReuseWritableFile(const std::string&, const std::string&, const rocksdb::FileOptions&,
                                      std::unique_ptr<rocksdb::FSWritableFile>*, rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::NotSupported("log recycling is off");
  }
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* result,
                                 rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = target()->NewDirectory(path, options, result, debug);
    if (status.ok()) *result = std::make_unique<Directory>(this, path);
    return status;
  }
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    const std::lock_guard lock(mutex_);
    if (!Alive()) return Dead();
    std::string saved;
    if (std::filesystem::exists(to)) {
      saved = Hidden(to);
      std::filesystem::copy_file(to, saved);
    }
    rocksdb::IOStatus status = target()->RenameFile(from, to, options, debug);
    if (!status.ok()) return status;
    undo_.push_back({Change::kRename, from, to, saved});
    if (files_.contains(from)) {
      files_[to] = files_[from];
      files_.erase(from);
    }
    return status;
  }
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    const std::lock_guard lock(mutex_);
    if (!Alive()) return Dead();
    const std::string saved = Hidden(path);
    rocksdb::IOStatus status = target()->RenameFile(path, saved, options, debug);
    if (status.ok()) undo_.push_back({Change::kDelete, path, "", saved});
    return status;
  }
  rocksdb::IOStatus Truncate(const std::string&, size_t, const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::NotSupported("not modelled");
  }
  rocksdb::IOStatus LinkFile(const std::string&, const std::string&, const rocksdb::IOOptions&,
                             rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::NotSupported("not modelled");
  }
  // Hidden copies are not files of the database.
  rocksdb::IOStatus GetChildren(const std::string& path, const rocksdb::IOOptions& options,
                                std::vector<std::string>* result, rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = target()->GetChildren(path, options, result, debug);
    std::erase_if(*result, [](const std::string& name) { return name.find(kHiddenMark) != std::string::npos; });
    return status;
  }

 private:
  static constexpr char kHiddenMark[] = ".lost+found.";
  enum class Change { kCreate, kRename, kDelete };
  // A directory entry that is not on the disk yet, and where what it replaced is kept.
  struct UndoRecord {
    Change change;
    std::string path;
    std::string to;
    std::string saved;
  };
  struct FileState {
    uint64_t written = 0;
    uint64_t synced = 0;
  };

  class File : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(PowerCutFileSystem* system, std::string path, std::unique_ptr<rocksdb::FSWritableFile>&& base)
        : FSWritableFileOwnerWrapper(std::move(base)), system_(system), path_(std::move(path)) {}
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
      const std::lock_guard lock(system_->mutex_);
      if (!system_->Alive()) return Dead();
      system_->files_[path_].written += data.size();
      return target()->Append(data, options, debug);
    }
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             const rocksdb::DataVerificationInfo&, rocksdb::IODebugContext* debug) override {
      return Append(data, options, debug);
    }
    rocksdb::IOStatus Truncate(uint64_t size, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
      const std::lock_guard lock(system_->mutex_);
      if (!system_->Alive()) return Dead();
      system_->files_[path_].written = size;
      return target()->Truncate(size, options, debug);
    }
    rocksdb::IOStatus Sync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
      const std::lock_guard lock(system_->mutex_);
      if (!system_->Alive()) return Dead();
      system_->files_[path_].synced = system_->files_[path_].written;
      return rocksdb::IOStatus::OK();
    }
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      return Sync(options, debug);
    }
    rocksdb::IOStatus RangeSync(uint64_t, uint64_t, const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
      return rocksdb::IOStatus::OK();  // promises nothing
    }

   private:
    PowerCutFileSystem* system_;
    std::string path_;
  };

  class Directory : public rocksdb::FSDirectory {
   public:
    Directory(PowerCutFileSystem* system, std::string path) : system_(system), path_(std::move(path)) {}
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
      const std::lock_guard lock(system_->mutex_);
      if (!system_->Alive()) return Dead();
      const auto parent = [](const std::string& path) { return std::filesystem::path(path).parent_path(); };
      std::erase_if(system_->undo_, [&](const UndoRecord& undo) {
        if (parent(undo.path) != std::filesystem::path(path_).lexically_normal() &&
            parent(undo.path) != std::filesystem::path(path_)) {
          return false;
        }
        if (!undo.saved.empty()) std::filesystem::remove(undo.saved);
        return true;
      });
      return rocksdb::IOStatus::OK();
    }

   private:
    PowerCutFileSystem* system_;
    std::string path_;
  };

  static rocksdb::IOStatus Dead() { return rocksdb::IOStatus::IOError("the power is off"); }

  // Counts one change and says whether it still happens. mutex_ is held.
  bool Alive() {
    if (cut_) return false;
    ++operations_;
    if (operations_left_ && --*operations_left_ == 0) cut_ = true;
    return !cut_;
  }
  std::string Hidden(const std::string& path) { return path + kHiddenMark + std::to_string(++hidden_); }

  void Undo(const UndoRecord& undo) {
    switch (undo.change) {
      case Change::kCreate:
        std::filesystem::remove(undo.path);
        files_.erase(undo.path);
        break;
      case Change::kRename:
        std::filesystem::rename(undo.to, undo.path);
        if (files_.contains(undo.to)) {
          files_[undo.path] = files_[undo.to];
          files_.erase(undo.to);
        }
        if (!undo.saved.empty()) std::filesystem::rename(undo.saved, undo.to);
        break;
      case Change::kDelete:
        std::filesystem::rename(undo.saved, undo.path);
        break;
    }
  }

  mutable std::mutex mutex_;
  std::map<std::string, FileState> files_;  // of files written since the last cut
  std::vector<UndoRecord> undo_;
  std::optional<uint64_t> operations_left_;
  uint64_t operations_ = 0;
  uint64_t hidden_ = 0;
  bool cut_ = false;
};

}  // namespace ledgerline::store

#endif  // LEDGERLINE_TESTS_LEDGER_STORE_POWER_CUT_FILE_SYSTEM_H_
