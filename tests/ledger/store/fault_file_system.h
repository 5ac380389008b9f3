// A RocksDB file system that counts its operations, fails one of them in a chosen way, and forgets at a "power cut"
// what was not synced.
//
// It passes every operation to the real file system and keeps the changes that are not on the disk yet, in their order:
// appended bytes until their file is synced; creations, renames and deletions until their directory is. From a cut on
// everything fails, as if the machine had gone. Restart() then takes the files back to what a disk may hold. Syncs cost
// nothing: the disk that matters is this model. Thread-safe.
#ifndef LEDGERLINE_TESTS_LEDGER_STORE_FAULT_FILE_SYSTEM_H_
#define LEDGERLINE_TESTS_LEDGER_STORE_FAULT_FILE_SYSTEM_H_

#include <rocksdb/file_system.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace ledgerline::store {

enum class Fault {
  kError,       // the operation fails; the next ones work
  kNoSpace,     // the same, with the error of a full disk
  kShortWrite,  // half of the bytes are written, then the same
  kTornWrite,   // half of the bytes are written, then the power goes; they survive
  kCutBefore,   // the power goes; the operation does not happen; all that is not synced is lost
  kCutAfter,    // the operation happens, then the power goes; all that is not synced is lost
  kFirstLost,   // as kCutAfter, but of the changes that are not synced only the earliest is lost: a page of bytes, or
                // names
  kLastKept,    // as kCutAfter, but of the changes that are not synced the latest survives
};

class FaultFileSystem : public rocksdb::FileSystemWrapper {
 public:
  FaultFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "FaultFileSystem"; }

  // The n-th change from now (1: the next one) meets `fault`.
  void FailChange(uint64_t n, Fault fault) {
    const std::lock_guard lock(mutex_);
    changes_left_ = n;
    fault_ = fault;
  }
  // The n-th read from now fails: of bytes, of a name, of a size, of a directory.
  void FailRead(uint64_t n) {
    const std::lock_guard lock(mutex_);
    reads_left_ = n;
  }
  bool cut() const {
    const std::lock_guard lock(mutex_);
    return cut_;
  }
  // Operations so far. A fault that lies in wait has met its operation when `met` says so.
  uint64_t changes() const {
    const std::lock_guard lock(mutex_);
    return changes_;
  }
  uint64_t reads() const {
    const std::lock_guard lock(mutex_);
    return reads_;
  }
  bool met() const {
    const std::lock_guard lock(mutex_);
    return met_;
  }
  // The power goes now.
  void Cut() {
    const std::lock_guard lock(mutex_);
    cut_ = true;
    fault_ = Fault::kCutAfter;
  }
  // After a cut, when nobody has a file open any more: takes the files back. `torn`: a random part of each file's
  // unsynced bytes survives.
  void Restart(std::mt19937_64* torn = nullptr) {
    const std::lock_guard lock(mutex_);
    if (cut_) {
      const std::vector<bool> survives = Survivors();
      for (size_t i = pending_.size(); i-- > 0;) {
        if (!survives[i]) Undo(i, survives, torn);
      }
      for (const Change& change : pending_) {
        if (!change.saved.empty()) std::filesystem::remove(change.saved);
      }
      pending_.clear();
    }
    changes_left_ = reads_left_ = 0;
    met_ = cut_ = false;
  }

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override {
    return Changed([&] {
      const bool existed = std::filesystem::exists(path);
      rocksdb::IOStatus status = target()->NewWritableFile(path, options, result, debug);
      if (!status.ok()) return status;
      if (!existed) pending_.push_back({Change::kCreate, path, "", "", 0, 0});
      *result = std::make_unique<File>(this, path, std::move(*result), 0);
      return status;
    });
  }
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* result,
                                       rocksdb::IODebugContext* debug) override {
    return Changed([&] {
      const bool existed = std::filesystem::exists(path);
      rocksdb::IOStatus status = target()->ReopenWritableFile(path, options, result, debug);
      if (!status.ok()) return status;
      if (!existed) pending_.push_back({Change::kCreate, path, "", "", 0, 0});
      *result = std::make_unique<File>(this, path, std::move(*result), std::filesystem::file_size(path));
      return status;
    });
  }
  rocksdb::IOStatus ReuseWritableFile(const std::string&, const std::string&, const rocksdb::FileOptions&,
                                      std::unique_ptr<rocksdb::FSWritableFile>*, rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::NotSupported("log recycling is off");
  }
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    return Changed([&] {
      std::string saved;
      if (std::filesystem::exists(to)) {
        saved = Hidden(to);
        std::filesystem::copy_file(to, saved);
      }
      rocksdb::IOStatus status = target()->RenameFile(from, to, options, debug);
      if (!status.ok()) return status;
      for (Change& change : pending_) {
        if (change.kind == Change::kAppend && change.path == from) change.path = to;
      }
      pending_.push_back({Change::kRename, from, to, saved, 0, 0});
      return status;
    });
  }
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    return Changed([&] {
      const std::string saved = Hidden(path);
      rocksdb::IOStatus status = target()->RenameFile(path, saved, options, debug);
      if (!status.ok()) return status;
      for (Change& change : pending_) {
        if (change.kind == Change::kAppend && change.path == path) change.path = saved;
      }
      pending_.push_back({Change::kDelete, path, "", saved, 0, 0});
      return status;
    });
  }
  rocksdb::IOStatus LinkFile(const std::string&, const std::string&, const rocksdb::IOOptions&,
                             rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::NotSupported("not modelled");
  }

  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* result,
                                 rocksdb::IODebugContext* debug) override {
    return Read([&] {
      rocksdb::IOStatus status = target()->NewDirectory(path, options, result, debug);
      if (status.ok()) *result = std::make_unique<Directory>(this, path);
      return status;
    });
  }
  rocksdb::IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* result,
                                      rocksdb::IODebugContext* debug) override {
    return Read([&] {
      rocksdb::IOStatus status = target()->NewSequentialFile(path, options, result, debug);
      if (status.ok()) *result = std::make_unique<Sequential>(this, std::move(*result));
      return status;
    });
  }
  rocksdb::IOStatus NewRandomAccessFile(const std::string& path, const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                                        rocksdb::IODebugContext* debug) override {
    return Read([&] {
      rocksdb::IOStatus status = target()->NewRandomAccessFile(path, options, result, debug);
      if (status.ok()) *result = std::make_unique<RandomAccess>(this, std::move(*result));
      return status;
    });
  }
  rocksdb::IOStatus FileExists(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    return Read([&] { return target()->FileExists(path, options, debug); });
  }
  rocksdb::IOStatus GetFileSize(const std::string& path, const rocksdb::IOOptions& options, uint64_t* size,
                                rocksdb::IODebugContext* debug) override {
    return Read([&] { return target()->GetFileSize(path, options, size, debug); });
  }
  // Hidden copies are not files of the database.
  rocksdb::IOStatus GetChildren(const std::string& path, const rocksdb::IOOptions& options,
                                std::vector<std::string>* result, rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = Read([&] { return target()->GetChildren(path, options, result, debug); });
    std::erase_if(*result, [](const std::string& name) { return name.find(kHiddenMark) != std::string::npos; });
    return status;
  }

 private:
  static constexpr uint64_t kPageBytes = 4096;
  static constexpr char kHiddenMark[] = ".lost+found.";
  // One change that is not on the disk yet, and where what it replaced is kept.
  struct Change {
    enum Kind { kAppend, kCreate, kRename, kDelete } kind;
    std::string path;
    std::string to;     // kRename
    std::string saved;  // kRename, kDelete
    uint64_t offset;    // kAppend
    uint64_t size;      // kAppend
  };

  class File : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(FaultFileSystem* system, std::string path, std::unique_ptr<rocksdb::FSWritableFile>&& base, uint64_t size)
        : FSWritableFileOwnerWrapper(std::move(base)), system_(system), path_(std::move(path)), size_(size) {}
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
      // A disk may keep one page of a write and lose the next.
      const auto write = [&](size_t bytes) {
        rocksdb::IOStatus status = target()->Append(rocksdb::Slice(data.data(), bytes), options, debug);
        for (size_t done = 0; status.ok() && done < bytes;) {
          const size_t page = std::min<size_t>(bytes - done, kPageBytes - size_ % kPageBytes);
          system_->pending_.push_back({Change::kAppend, path_, "", "", size_, page});
          size_ += page;
          done += page;
        }
        return status;
      };
      return system_->Changed([&] { return write(data.size()); }, [&] { return write(data.size() / 2); });
    }
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             const rocksdb::DataVerificationInfo&, rocksdb::IODebugContext* debug) override {
      return Append(data, options, debug);
    }
    rocksdb::IOStatus Truncate(uint64_t size, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
      return system_->Changed([&] {
        std::erase_if(system_->pending_, [&](const Change& change) {
          return change.kind == Change::kAppend && change.path == path_ && change.offset >= size;
        });
        size_ = size;
        return target()->Truncate(size, options, debug);
      });
    }
    rocksdb::IOStatus Sync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
      return system_->Changed([&] {
        std::erase_if(system_->pending_,
                      [&](const Change& change) { return change.kind == Change::kAppend && change.path == path_; });
        return rocksdb::IOStatus::OK();
      });
    }
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      return Sync(options, debug);
    }
    rocksdb::IOStatus RangeSync(uint64_t, uint64_t, const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
      return rocksdb::IOStatus::OK();  // promises nothing
    }

   private:
    FaultFileSystem* system_;
    std::string path_;
    uint64_t size_;
  };

  class Directory : public rocksdb::FSDirectory {
   public:
    Directory(FaultFileSystem* system, std::string path) : system_(system), path_(std::move(path)) {}
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
      return system_->Changed([&] {
        const auto inside = [&](const std::string& path) {
          return std::filesystem::path(path).parent_path().lexically_normal() ==
                 std::filesystem::path(path_ + "/").lexically_normal().parent_path();
        };
        std::erase_if(system_->pending_, [&](const Change& change) {
          if (change.kind == Change::kAppend || !inside(change.path)) return false;
          if (!change.saved.empty()) std::filesystem::remove(change.saved);
          return true;
        });
        return rocksdb::IOStatus::OK();
      });
    }

   private:
    FaultFileSystem* system_;
    std::string path_;
  };

  class Sequential : public rocksdb::FSSequentialFileOwnerWrapper {
   public:
    Sequential(FaultFileSystem* system, std::unique_ptr<rocksdb::FSSequentialFile>&& base)
        : FSSequentialFileOwnerWrapper(std::move(base)), system_(system) {}
    rocksdb::IOStatus Read(size_t n, const rocksdb::IOOptions& options, rocksdb::Slice* result, char* scratch,
                           rocksdb::IODebugContext* debug) override {
      return system_->Read([&] { return target()->Read(n, options, result, scratch, debug); });
    }

   private:
    FaultFileSystem* system_;
  };

  class RandomAccess : public rocksdb::FSRandomAccessFileOwnerWrapper {
   public:
    RandomAccess(FaultFileSystem* system, std::unique_ptr<rocksdb::FSRandomAccessFile>&& base)
        : FSRandomAccessFileOwnerWrapper(std::move(base)), system_(system) {}
    rocksdb::IOStatus Read(uint64_t offset, size_t n, const rocksdb::IOOptions& options, rocksdb::Slice* result,
                           char* scratch, rocksdb::IODebugContext* debug) const override {
      return system_->Read([&] { return target()->Read(offset, n, options, result, scratch, debug); });
    }
    rocksdb::IOStatus Prefetch(uint64_t, size_t, const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
      return rocksdb::IOStatus::NotSupported("every byte is read by Read");
    }

   private:
    FaultFileSystem* system_;
  };

  static rocksdb::IOStatus Dead() { return rocksdb::IOStatus::IOError("the power is off"); }

  template <typename Operation>
  rocksdb::IOStatus Changed(Operation whole) {
    return Changed(whole, [] { return rocksdb::IOStatus::OK(); });
  }
  // Counts one change; does all of it, a part of it or nothing, as the fault says.
  template <typename Operation, typename Part>
  rocksdb::IOStatus Changed(Operation whole, Part part) {
    const std::lock_guard lock(mutex_);
    if (cut_) return Dead();
    ++changes_;
    if (changes_left_ == 0 || --changes_left_ > 0) return whole();
    met_ = true;
    switch (fault_) {
      case Fault::kError:
        return rocksdb::IOStatus::IOError("injected: input/output error");
      case Fault::kNoSpace:
        return rocksdb::IOStatus::NoSpace("injected: no space left on device");
      case Fault::kShortWrite:
        part();
        return rocksdb::IOStatus::IOError("injected: short write");
      case Fault::kTornWrite:
        part();
        cut_ = true;
        return Dead();
      case Fault::kCutBefore:
        cut_ = true;
        return Dead();
      case Fault::kCutAfter:
      case Fault::kFirstLost:
      case Fault::kLastKept: {
        rocksdb::IOStatus status = whole();
        cut_ = true;
        return status;
      }
    }
    return Dead();
  }
  template <typename Operation>
  rocksdb::IOStatus Read(Operation operation) {
    const std::lock_guard lock(mutex_);
    if (cut_) return Dead();
    ++reads_;
    if (reads_left_ == 0 || --reads_left_ > 0) return operation();
    met_ = true;
    return rocksdb::IOStatus::IOError("injected: read error");
  }

  std::string Hidden(const std::string& path) { return path + kHiddenMark + std::to_string(++hidden_); }

  // Which of the pending changes the disk kept. Bytes come to the disk in any order; names in theirs, as journalling
  // file systems keep it: who loses one loses the later ones too.
  std::vector<bool> Survivors() const {
    std::vector<bool> survives(pending_.size(), fault_ == Fault::kTornWrite || fault_ == Fault::kFirstLost);
    if (pending_.empty() || fault_ == Fault::kTornWrite) return survives;
    const auto is_name = [&](size_t i) { return pending_[i].kind != Change::kAppend; };
    const size_t chosen = fault_ == Fault::kFirstLost ? 0 : pending_.size() - 1;
    if (fault_ != Fault::kFirstLost && fault_ != Fault::kLastKept) return survives;
    for (size_t i = 0; i < pending_.size(); ++i) {
      if (i == chosen || (is_name(i) && is_name(chosen))) survives[i] = fault_ == Fault::kLastKept;
    }
    return survives;
  }

  void Undo(size_t at, const std::vector<bool>& survives, std::mt19937_64* torn) {
    const Change& change = pending_[at];
    switch (change.kind) {
      case Change::kAppend: {
        if (!std::filesystem::exists(change.path)) return;
        const bool later = [&] {
          for (size_t i = at + 1; i < pending_.size(); ++i) {
            if (survives[i] && pending_[i].kind == Change::kAppend && pending_[i].path == change.path) return true;
          }
          return false;
        }();
        const uint64_t size = std::filesystem::file_size(change.path);
        if (later) {
          // The later bytes are there, these never came: a hole that reads as zeros.
          std::fstream file(change.path, std::ios::in | std::ios::out | std::ios::binary);
          file.seekp(static_cast<std::streamoff>(change.offset));
          file << std::string(change.size, '\0');
        } else {
          // Undone from the last to the first, so that a torn file keeps a prefix of what was written.
          const uint64_t keep = change.offset + (torn == nullptr ? 0 : (*torn)() % (change.size + 1));
          if (size > keep) std::filesystem::resize_file(change.path, keep);
        }
        return;
      }
      case Change::kCreate:
        std::filesystem::remove(change.path);
        return;
      case Change::kRename:
        std::filesystem::rename(change.to, change.path);
        for (Change& earlier : pending_) {
          if (earlier.kind == Change::kAppend && earlier.path == change.to) earlier.path = change.path;
        }
        if (!change.saved.empty()) std::filesystem::rename(change.saved, change.to);
        return;
      case Change::kDelete:
        std::filesystem::rename(change.saved, change.path);
        for (Change& earlier : pending_) {
          if (earlier.kind == Change::kAppend && earlier.path == change.saved) earlier.path = change.path;
        }
        return;
    }
  }

  mutable std::mutex mutex_;
  std::vector<Change> pending_;
  uint64_t changes_left_ = 0;  // 0: no fault lies in wait
  uint64_t reads_left_ = 0;
  Fault fault_ = Fault::kCutAfter;
  uint64_t changes_ = 0;
  uint64_t reads_ = 0;
  uint64_t hidden_ = 0;
  bool met_ = false;
  bool cut_ = false;
};

}  // namespace ledgerline::store

#endif  // LEDGERLINE_TESTS_LEDGER_STORE_FAULT_FILE_SYSTEM_H_
