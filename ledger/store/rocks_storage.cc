#include "ledger/store/rocks_storage.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/snapshot.h>
#include <rocksdb/table.h>
#include <rocksdb/version.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "crypto/signed_note.h"
#include "ledger/store/log_tail.h"
#include "ledger/store/table_tail.h"

namespace ledgerline::store {
namespace {

constexpr int kReadingTriesMax = 100;
constexpr size_t kSpareBytesMax = size_t{4} << 20;

rocksdb::Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

Status FromRocks(const std::string& what, const rocksdb::Status& status) {
  if (status.ok()) return Status::Ok();
  const std::string message = what + ": " + status.ToString();
  if (status.IsNoSpace()) return ResourceExhausted(message);
  if (status.IsCorruption()) return DataLoss(message);
  if (status.IsNotSupported()) return FailedPrecondition(message);
  return Unavailable(message);
}

class RocksCursor : public journal::Cursor {
 public:
  RocksCursor(rocksdb::DB& db, const rocksdb::Snapshot* snapshot, std::string_view begin, std::string_view end,
              bool once = false)
      : end_(end), end_slice_(end_) {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot;
    options.fill_cache = !once;
    if (!end_.empty()) options.iterate_upper_bound = &end_slice_;
    iterator_.reset(db.NewIterator(options));
    iterator_->Seek(ToSlice(begin));
  }
  bool Valid() const override { return iterator_->Valid(); }
  void Next() override { iterator_->Next(); }
  std::string_view key() const override { return iterator_->key().ToStringView(); }
  std::string_view value() const override { return iterator_->value().ToStringView(); }
  Status status() const override { return FromRocks("scan the store", iterator_->status()); }

 private:
  std::string end_;
  rocksdb::Slice end_slice_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

class RocksBatch : public journal::Batch {
 public:
  void Put(std::string_view key, std::string_view value) override {
    if (status.ok()) status = batch.Put(ToSlice(key), ToSlice(value));
  }
  rocksdb::WriteBatch batch;
  rocksdb::Status status;
};

// Reads at one moment, or at every call's own.
Result<std::optional<std::string>> Read(rocksdb::DB& db, const rocksdb::Snapshot* snapshot, std::string_view key) {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  std::string value;
  const rocksdb::Status status = db.Get(options, ToSlice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  RETURN_IF_ERROR(FromRocks("read the store", status));
  return std::optional<std::string>(std::move(value));
}

class CheckpointFile {
 public:
  CheckpointFile(rocksdb::Env* env, const std::string& directory)
      : env_(env), directory_(directory), path_(directory + "/checkpoint") {}

  Result<std::optional<std::string>> Read() const {
    uint64_t size = 0;
    const rocksdb::Status found = env_->FileExists(path_);
    if (found.IsNotFound()) return std::optional<std::string>();
    RETURN_IF_ERROR(FromRocks("look for " + path_, found));
    RETURN_IF_ERROR(FromRocks("size of " + path_, env_->GetFileSize(path_, &size)));
    if (size > crypto::kNoteBytesMax)
      return DataLoss(path_ + " has " + std::to_string(size) + " bytes, at most 1000000");
    std::string note;
    RETURN_IF_ERROR(FromRocks("read " + path_, rocksdb::ReadFileToString(env_, path_, &note)));
    return std::optional<std::string>(std::move(note));
  }

  // Written beside, synced, renamed, and the directory synced: old or new, never between.
  Status Write(std::string_view note) const {
    const std::string temporary = path_ + ".new";
    std::unique_ptr<rocksdb::WritableFile> file;
    RETURN_IF_ERROR(FromRocks("create " + temporary, env_->NewWritableFile(temporary, &file, rocksdb::EnvOptions())));
    RETURN_IF_ERROR(FromRocks("write " + temporary, file->Append(ToSlice(note))));
    RETURN_IF_ERROR(FromRocks("sync " + temporary, file->Fsync()));
    RETURN_IF_ERROR(FromRocks("close " + temporary, file->Close()));
    RETURN_IF_ERROR(FromRocks("rename " + temporary, env_->RenameFile(temporary, path_)));
    std::unique_ptr<rocksdb::Directory> directory;
    RETURN_IF_ERROR(FromRocks("open " + directory_, env_->NewDirectory(directory_, &directory)));
    return FromRocks("sync " + directory_, directory->Fsync());
  }

 private:
  rocksdb::Env* env_;
  std::string directory_;
  std::string path_;
};

class RocksSnapshot : public journal::StorageReader {
 public:
  RocksSnapshot(rocksdb::DB& db, const CheckpointFile& checkpoint)
      : db_(db), checkpoint_(checkpoint), snapshot_(db.GetSnapshot()) {}
  ~RocksSnapshot() override { db_.ReleaseSnapshot(snapshot_); }
  Result<std::optional<std::string>> Get(std::string_view key) const override { return Read(db_, snapshot_, key); }
  std::unique_ptr<journal::Cursor> Scan(std::string_view begin, std::string_view end) const override {
    return std::make_unique<RocksCursor>(db_, snapshot_, begin, end);
  }
  std::unique_ptr<journal::Cursor> ScanOnce(std::string_view begin, std::string_view end) const override {
    return std::make_unique<RocksCursor>(db_, snapshot_, begin, end, true);
  }
  Result<std::optional<std::string>> PublishedCheckpoint() const override { return checkpoint_.Read(); }

 private:
  rocksdb::DB& db_;
  const CheckpointFile& checkpoint_;
  const rocksdb::Snapshot* snapshot_;
};

class RocksStorage : public journal::Storage {
 public:
  RocksStorage(std::unique_ptr<rocksdb::DB> db, rocksdb::Env* env, const RocksStorageOptions& options)
      : checkpoint_(env, options.directory), sync_(options.sync_commits), read_only_(false), db_(std::move(db)) {}
  // For reading only: `seen_checkpoint` was published when the store was opened, or before.
  RocksStorage(std::unique_ptr<rocksdb::DB> db, rocksdb::Env* env, const RocksStorageOptions& options,
               Result<std::optional<std::string>> seen_checkpoint)
      : checkpoint_(env, options.directory),
        seen_checkpoint_(std::move(seen_checkpoint)),
        sync_(options.sync_commits),
        read_only_(true),
        db_(std::move(db)) {}

  Result<std::optional<std::string>> Get(std::string_view key) const override { return Read(*db_, nullptr, key); }
  std::unique_ptr<journal::Cursor> Scan(std::string_view begin, std::string_view end) const override {
    return std::make_unique<RocksCursor>(*db_, nullptr, begin, end);
  }
  std::unique_ptr<journal::Cursor> ScanOnce(std::string_view begin, std::string_view end) const override {
    return std::make_unique<RocksCursor>(*db_, nullptr, begin, end, true);
  }
  Result<std::optional<std::string>> PublishedCheckpoint() const override {
    return read_only_ ? seen_checkpoint_ : checkpoint_.Read();
  }
  std::unique_ptr<journal::Batch> NewBatch() override {
    const std::lock_guard lock(spare_mutex_);
    if (spare_ == nullptr) return std::make_unique<RocksBatch>();
    return std::move(spare_);
  }

  Status Commit(std::unique_ptr<journal::Batch> batch) override {
    if (read_only_) return FailedPrecondition("the store is open for reading only");
    auto& mine = static_cast<RocksBatch&>(*batch);
    RETURN_IF_ERROR(FromRocks("fill a batch", mine.status));
    rocksdb::WriteOptions options;
    options.sync = sync_;
    const rocksdb::Status status = db_->Write(options, &mine.batch);
    // Its memory serves the next one: a commit's half a megabyte would be asked from the system anew each time.
    mine.batch.Clear();
    const std::lock_guard lock(spare_mutex_);
    if (mine.batch.Data().capacity() <= kSpareBytesMax) spare_ = std::move(batch);
    return FromRocks("write the store", status);
  }

  Status PublishCheckpoint(std::string_view note) override {
    if (read_only_) return FailedPrecondition("the store is open for reading only");
    return checkpoint_.Write(note);
  }

  std::unique_ptr<journal::StorageReader> Snapshot() const override {
    return std::make_unique<RocksSnapshot>(*db_, checkpoint_);
  }

  // Files are removed by this thread and not by RocksDB's own, so that it is done when this returns.
  Status Flush() {
    if (read_only_) return FailedPrecondition("the store is open for reading only");
    RETURN_IF_ERROR(FromRocks("hold the store's files", db_->DisableFileDeletions()));
    const Status flushed = FromRocks("flush the store", db_->Flush(rocksdb::FlushOptions()));
#if ROCKSDB_MAJOR >= 9  // what used to be asked for by `false` is all that it does
    const Status enabled = FromRocks("let the store's files go", db_->EnableFileDeletions());
#else
    const Status enabled = FromRocks("let the store's files go", db_->EnableFileDeletions(/*force=*/false));
#endif
    return flushed.ok() ? enabled : flushed;
  }

 private:
  CheckpointFile checkpoint_;
  Result<std::optional<std::string>> seen_checkpoint_ = std::optional<std::string>();
  bool sync_;
  bool read_only_;
  std::mutex spare_mutex_;
  std::unique_ptr<journal::Batch> spare_;
  std::unique_ptr<rocksdb::DB> db_;
};

// RocksDB's own log file: on a full disk its second line ends the process with an assertion (WritableFileWriter,
// RocksDB 7.8), and what it would say comes back as a status anyway.
class NoLog : public rocksdb::Logger {
 public:
  NoLog() : Logger(rocksdb::InfoLogLevel::FATAL_LEVEL) {}
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

rocksdb::Options DatabaseOptions(rocksdb::Env* env) {
  rocksdb::Options options;
  options.env = env;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.track_and_verify_wals_in_manifest = true;  // a synced log that has gone is an error, not an empty store
  options.paranoid_checks = true;
  options.compression = rocksdb::kNoCompression;  // entries are mostly hashes and signatures
  options.info_log = std::make_shared<NoLog>();
  options.max_open_files = 256;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  // Almost every lookup of an idempotency key is for one that is not there.
  rocksdb::BlockBasedTableOptions table;
  table.format_version = kTableFormatVersion;
  table.checksum = rocksdb::kXXH3;
  static_assert(static_cast<uint8_t>(rocksdb::kXXH3) == kTableChecksumType);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = 0.02;
  // Entries, and the index by type, come in ascending order: each kind of key keeps its own place in the memtable.
  options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewCappedPrefixTransform(1));
  return options;
}

std::string DatabasePath(const std::string& directory) { return directory + "/db"; }

enum class Mode { kCreate, kWrite, kReadOnly };

// A file that RocksDB expects and does not find is damage, whatever it calls it.
Status FromOpening(const std::string& path, const rocksdb::Status& status) {
  if (status.IsPathNotFound()) return DataLoss("open " + path + ": " + status.ToString());
  return FromRocks("open " + path, status);
}

std::vector<std::string> SortedFileNames(rocksdb::Env* env, const std::string& path) {
  std::vector<std::string> names;
  if (!env->GetChildren(path, &names).ok()) names.clear();
  std::sort(names.begin(), names.end());
  return names;
}

// While another process writes, RocksDB may read one list of files and then find others, and show damage, or a store
// with a hole, where there is none. Files have numbers that are never used again: the same names before and after mean
// that nothing moved meanwhile. A checkpoint is published after its entries are durable, so it is read before them.
Result<std::unique_ptr<journal::Storage>> OpenForReading(const RocksStorageOptions& options, rocksdb::Env* env,
                                                         const std::string& path) {
  rocksdb::Options database = DatabaseOptions(env);
  database.max_open_files = -1;  // all are opened at once, so that the writer may remove them
  for (int tries = 0; tries < kReadingTriesMax; ++tries) {
    const std::vector<std::string> before = SortedFileNames(env, path);
    Result<std::optional<std::string>> checkpoint = CheckpointFile(env, options.directory).Read();
    RETURN_IF_ERROR(CheckLogEnds(env, path));
    RETURN_IF_ERROR(CheckTableTails(env, path));
    rocksdb::DB* opened = nullptr;
    const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(database, path, &opened);
    std::unique_ptr<rocksdb::DB> db(opened);
    if (SortedFileNames(env, path) != before) continue;
    if (status.IsCorruption()) {
      const Result<bool> unfinished = CutUnfinishedWrite(env, path, /*cut=*/false);
      if (unfinished.ok() && *unfinished) {
        return Unavailable(path +
                           " ends in a write that a power cut left unfinished: the next opening for writing mends it");
      }
    }
    RETURN_IF_ERROR(FromOpening(path, status));
    return std::unique_ptr<journal::Storage>(
        std::make_unique<RocksStorage>(std::move(db), env, options, std::move(checkpoint)));
  }
  return Unavailable(path + " changed " + std::to_string(kReadingTriesMax) +
                     " times while it was opened for reading: try again");
}

Result<std::unique_ptr<journal::Storage>> Open(const RocksStorageOptions& options, Mode mode) {
  rocksdb::Env* env = options.env == nullptr ? rocksdb::Env::Default() : options.env;
  const std::string path = DatabasePath(options.directory);
  const bool there = env->FileExists(path + "/CURRENT").ok();
  if (mode == Mode::kCreate) {
    if (there) return AlreadyExists("there is already a store in " + path);
    RETURN_IF_ERROR(FromRocks("create " + options.directory, env->CreateDirIfMissing(options.directory)));
  } else if (!there) {
    if (env->FileExists(path).ok()) return DataLoss(path + " has no CURRENT file: it is not a whole RocksDB");
    return NotFound("there is no ledger in " + options.directory);
  }
  if (mode == Mode::kReadOnly) return OpenForReading(options, env, path);
  rocksdb::Options database = DatabaseOptions(env);
  database.create_if_missing = mode == Mode::kCreate;
  database.disable_auto_compactions = !options.automatic_compaction;
  if (mode == Mode::kWrite) {
    RETURN_IF_ERROR(CheckLogEnds(env, path));
    RETURN_IF_ERROR(CheckTableTails(env, path));
  }
  rocksdb::DB* db = nullptr;
  rocksdb::Status status = rocksdb::DB::Open(database, path, &db);
  if (status.IsCorruption()) {
    // A write that a power cut left with a hole in it was never acknowledged.
    ASSIGN_OR_RETURN(const bool cut, CutUnfinishedWrite(env, path, /*cut=*/true));
    if (cut) status = rocksdb::DB::Open(database, path, &db);
  }
  const std::string what = status.ToString();
  // Another process has the lock, or this one has; a lock file that cannot be opened is something else.
  if (status.IsIOError() && (what.find("temporarily unavailable") != std::string::npos ||
                             what.find("lock hold by current process") != std::string::npos)) {
    return Unavailable(
        path + " is in use by another process that writes: try again when it is done (reading works meanwhile)");
  }
  RETURN_IF_ERROR(FromOpening(path, status));
  return std::unique_ptr<journal::Storage>(
      std::make_unique<RocksStorage>(std::unique_ptr<rocksdb::DB>(db), env, options));
}

}  // namespace

Result<std::unique_ptr<journal::Storage>> CreateRocksStorage(const RocksStorageOptions& options) {
  return Open(options, Mode::kCreate);
}
Result<std::unique_ptr<journal::Storage>> OpenRocksStorage(const RocksStorageOptions& options) {
  return Open(options, Mode::kWrite);
}
Result<std::unique_ptr<journal::Storage>> OpenRocksStorageReadOnly(const RocksStorageOptions& options) {
  return Open(options, Mode::kReadOnly);
}

Status FlushRocksStorage(journal::Storage& storage) { return static_cast<RocksStorage&>(storage).Flush(); }

}  // namespace ledgerline::store
