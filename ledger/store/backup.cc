#include "ledger/store/backup.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "crypto/checkpoint.h"
#include "crypto/private_file.h"
#include "crypto/sha256.h"
#include "crypto/tile.h"
#include "ledger/journal/entry.h"
#include "ledger/journal/keyspace.h"
#include "ledger/store/backup_files.h"
#include "ledger/store/journal_directory.h"
#include "ledger/store/plain_files.h"

namespace ledgerline::store {
namespace {

namespace fs = std::filesystem;

class BackupWriter {
 public:
  BackupWriter(const journal::Journal& journal, std::string backup, BackupReport& report)
      : journal_(journal), backup_(std::move(backup)), report_(report) {}

  // A file that is there with the same bytes is left alone.
  Status Write(const std::string& path, std::string_view bytes) {
    const std::string whole = backup_ + "/" + path;
    std::error_code error;
    if (fs::file_size(whole, error) == bytes.size() && !error) {
      ASSIGN_OR_RETURN(const std::string there, ReadPlainFile(whole, bytes.size()));
      if (there == bytes) return Status::Ok();
    }
    RETURN_IF_ERROR(WriteFileDurably(whole, bytes));
    ++report_.files_written;
    report_.bytes_written += bytes.size();
    return Status::Ok();
  }

  Status WriteLog(TreeSize from, TreeSize size) {
    for (uint64_t i = from.value / crypto::kTileWidth; i * crypto::kTileWidth < size.value; ++i) {
      const uint32_t width = crypto::TileWidthAt(0, i, size);
      ASSIGN_OR_RETURN(const std::string bundle, journal_.ReadEntryBundle(i, width));
      RETURN_IF_ERROR(Write(LogPath(crypto::EntryBundlePath(i, width)), bundle));
    }
    for (const crypto::TileId& tile : crypto::TilesOf(size)) {
      if (crypto::TileWidthAt(tile.level, tile.index, from) == crypto::kTileWidth) continue;
      ASSIGN_OR_RETURN(const std::string hashes, journal_.ReadTile(tile));
      RETURN_IF_ERROR(Write(LogPath(crypto::TilePath(tile)), hashes));
    }
    return journal_.ForEachEntry(
        EntryIndex{from.value}, EntryIndex{size.value}, [&](EntryIndex index, std::string_view bytes) -> Status {
          const Result<journal::ParsedEntry> entry = journal::ParseEntry(bytes);
          if (!entry.ok()) return DataLoss("entry " + std::to_string(index.value) + ": " + entry.status().message());
          for (const Hash256& blob : journal::ReferencedBlobs(entry->submission.payload)) {
            std::error_code error;
            if (fs::exists(backup_ + "/" + BackupBlobPath(blob), error)) continue;
            ASSIGN_OR_RETURN(const std::string content, journal_.ReadBlob(blob));
            RETURN_IF_ERROR(Write(BackupBlobPath(blob), content));
          }
          return Status::Ok();
        });
  }

  // Every checkpoint that was ever signed. One that gained cosignatures is another file.
  Status WriteCheckpoints(uint64_t& count) {
    ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(backup_ + "/" + std::string(kBackupCheckpoints)));
    const std::set<std::string> there(names.begin(), names.end());
    const std::string prefix(1, journal::keyspace::kCheckpoint);
    const auto cursor = journal_.storage().Scan(prefix, journal::keyspace::PrefixEnd(prefix));
    for (; cursor->Valid(); cursor->Next()) {
      if (cursor->key().size() != 9) return DataLoss("a checkpoint is stored under a malformed key");
      const std::string name =
          BackupCheckpointName(TreeSize{journal::keyspace::ReadBigEndian64(cursor->key().substr(1))}, cursor->value());
      checkpoints_.insert(name);
      if (there.contains(name)) continue;
      RETURN_IF_ERROR(Write(std::string(kBackupCheckpoints) + "/" + name, cursor->value()));
    }
    count = checkpoints_.size();
    return cursor->status();
  }

  // What the new description does not name: partial tiles and checkpoints of the backup before, and what a killed run
  // left.
  Status RemoveRest(const BackupDescription& description) {
    std::set<std::string> partial;
    for (const crypto::TileId& tile : crypto::TilesOf(description.size)) {
      if (tile.width == crypto::kTileWidth) continue;
      partial.insert(LogPath(crypto::TilePath(tile)));
      if (tile.level == 0) partial.insert(LogPath(crypto::EntryBundlePath(tile.index, tile.width)));
    }
    std::vector<fs::path> rest;
    std::error_code error;
    for (fs::recursive_directory_iterator at(backup_, error), end; !error && at != end; at.increment(error)) {
      if (!at->is_regular_file(error)) continue;
      const std::string path = fs::relative(at->path(), backup_, error).string();
      const fs::path parent = at->path().parent_path();
      const bool stale = path.ends_with(kUnfinishedSuffix) || (parent.extension() == ".p" && !partial.contains(path)) ||
                         (parent.filename() == kBackupCheckpoints && !checkpoints_.contains(at->path().filename())) ||
                         (IsNamedFile(path) && !description.files.contains(path));
      if (stale) rest.push_back(at->path());
    }
    for (const fs::path& path : rest) {
      fs::remove(path, error);
      if (path.parent_path().extension() == ".p") fs::remove(path.parent_path(), error);  // stays unless it is empty
    }
    return Status::Ok();
  }

 private:
  const journal::Journal& journal_;
  std::string backup_;
  BackupReport& report_;
  std::set<std::string> checkpoints_;
};

// The backup that is there, or a description of an empty one, written first so that a killed run can be told from other
// people's files.
Result<BackupDescription> ReadOrBegin(const std::string& backup, const std::string& origin) {
  const std::string path = backup + "/" + std::string(kBackupDescription);
  const Result<std::string> text = ReadPlainFile(path, kBackupDescriptionBytesMax);
  if (text.ok()) {
    Result<BackupDescription> there = BackupDescription::Parse(*text);
    if (!there.ok()) return DataLoss("'" + path + "' is damaged: " + there.status().message());
    return there;
  }
  if (text.status().code() != StatusCode::kNotFound) return text.status();
  ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(backup));
  for (const std::string& name : names) {
    if (name != std::string(kBackupDescription) + std::string(kUnfinishedSuffix))
      return InvalidArgument("'" + backup + "' holds other files ('" + name + "') and no backup: name a new directory");
  }
  BackupDescription empty;
  empty.origin = origin;
  empty.root = crypto::EmptyRoot();
  RETURN_IF_ERROR(WriteFileDurably(path, empty.Text()));
  return empty;
}

}  // namespace

Result<BackupReport> BackUp(const std::string& directory, const std::string& backup) {
  ASSIGN_OR_RETURN(const std::unique_ptr<journal::Journal> journal, OpenJournalReadOnly(directory));
  ASSIGN_OR_RETURN(const BackupDescription before, ReadOrBegin(backup, journal->origin()));
  const journal::Journal::Head head = journal->head();
  if (before.origin != journal->origin()) {
    return FailedPrecondition("'" + backup + "' is a backup of " + before.origin + ", this ledger is " +
                              journal->origin());
  }
  if (before.size > head.size) {
    return FailedPrecondition("'" + backup + "' has " + std::to_string(before.size.value) + " entries, this ledger " +
                              std::to_string(head.size.value) + ": it is older than its backup; restore that");
  }
  if (before.size.value > 0) {
    ASSIGN_OR_RETURN(const Hash256 root, journal->RootAt(before.size));
    if (root != before.root)
      return FailedPrecondition("'" + backup + "' is of another history: at size " + std::to_string(before.size.value) +
                                " its root is " + before.root.Short() + ", this ledger's " + root.Short());
  }
  BackupReport written;
  BackupWriter writer(*journal, backup, written);
  RETURN_IF_ERROR(writer.WriteLog(before.size, head.size));
  BackupDescription after{journal->origin(), head.size, head.root, 0, {}};
  RETURN_IF_ERROR(writer.WriteCheckpoints(after.checkpoints));
  for (const std::string& name : NamedFiles()) {
    const Result<std::string> content = ReadPlainFile(directory + "/" + name, kNamedFileBytesMax);
    if (content.status().code() == StatusCode::kNotFound) continue;
    RETURN_IF_ERROR(content.status());
    after.files[name] = crypto::Sha256(*content);
    RETURN_IF_ERROR(writer.Write(name, *content));
  }
  RETURN_IF_ERROR(writer.Write(LogPath("checkpoint"), journal->LatestCheckpoint()));
  RETURN_IF_ERROR(writer.Write(std::string(kBackupDescription), after.Text()));
  RETURN_IF_ERROR(writer.RemoveRest(after));
  ASSIGN_OR_RETURN(BackupReport report, CheckBackup(backup));
  report.from = before.size;
  report.files_written = written.files_written;
  report.bytes_written = written.bytes_written;
  return report;
}

Result<uint64_t> CopySealedRecords(const std::string& directory, const std::string& copy) {
  const std::string from = directory + "/private/records";
  ASSIGN_OR_RETURN(const std::vector<std::string> records, NamesIn(from));
  ASSIGN_OR_RETURN(const std::vector<std::string> copies, NamesIn(copy));
  std::error_code error;
  fs::create_directories(copy, error);
  if (error) return InvalidArgument("cannot make '" + copy + "': " + error.message());
  fs::permissions(copy, fs::perms::owner_all, error);
  // An erased record goes from every copy; what was half written is written anew.
  for (const std::string& name : copies) {
    if (!std::binary_search(records.begin(), records.end(), name))
      RETURN_IF_ERROR(crypto::DestroyPrivateFile(copy + "/" + name));
  }
  uint64_t copied = 0;
  for (const std::string& name : records) {
    if (std::binary_search(copies.begin(), copies.end(), name)) continue;
    ASSIGN_OR_RETURN(const std::string sealed, crypto::ReadPrivateFile(from + "/" + name, kNamedFileBytesMax));
    RETURN_IF_ERROR(crypto::CreatePrivateFile(copy + "/" + name, sealed));
    ++copied;
  }
  return copied;
}

}  // namespace ledgerline::store
