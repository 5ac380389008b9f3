#include "ledger/store/restore.h"

#include <algorithm>
#include <filesystem>

#include "ledger/journal/rebuild.h"
#include "ledger/store/backup_files.h"
#include "ledger/store/journal_directory.h"
#include "ledger/store/plain_files.h"
#include "ledger/store/rocks_storage.h"

namespace ledgerline::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = "restored";
constexpr std::string_view kUnderWay = "restoring";  // in DIR.restoring: this is ours and may be removed

std::string WithoutSlash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

// The first failed checks, for the one message.
Status ReportStatus(const journal::VerifyReport& report) {
  if (report.passed()) return Status::Ok();
  std::string failed;
  for (const journal::VerifyCheck& check : report.checks) {
    if (!check.passed()) failed += "\n  " + check.name + ": " + (check.failures.empty() ? "" : check.failures[0]);
  }
  return DataLoss("the full check fails:" + failed);
}

// What a killed restore left: before its first file, with the mark of one that is under way, or whole and not yet
// renamed.
bool IsOurs(const std::string& unfinished) {
  const Result<std::vector<std::string>> names = NamesIn(unfinished);
  if (!names.ok()) return false;
  const auto has = [&](std::string_view name) { return std::find(names->begin(), names->end(), name) != names->end(); };
  const bool only_begun = names->size() == has(std::string(kUnderWay) + std::string(kUnfinishedSuffix));
  return only_begun || has(kUnderWay) || has(kMark);
}

// The mark goes last: a removal that is killed leaves what the next one still knows as ours.
Status RemoveOurs(const std::string& unfinished) {
  RETURN_IF_ERROR(WriteFileDurably(unfinished + "/" + std::string(kUnderWay), ""));
  ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(unfinished));
  std::error_code error;
  for (const std::string& name : names) {
    if (name != kUnderWay && !error) fs::remove_all(unfinished + "/" + name, error);
  }
  if (!error) fs::remove_all(unfinished, error);
  return error ? Unavailable("cannot remove '" + unfinished + "': " + error.message()) : Status::Ok();
}

Result<BackupReport> RestoreInto(const std::string& backup, const std::string& directory,
                                 const journal::VerifyOptions& options) {
  BackupReport report;
  {
    ASSIGN_OR_RETURN(const std::unique_ptr<journal::Storage> storage, CreateRocksStorage({.directory = directory}));
    journal::JournalRebuilder rebuilder(*storage);
    const BackupVisitor visitor{[&](std::string_view entry) { return rebuilder.Append(entry); },
                                [&](std::string_view content) { return rebuilder.PutBlob(content); },
                                [&](std::string_view note) { return rebuilder.PutCheckpoint(note); }};
    ASSIGN_OR_RETURN(report, WalkBackup(backup, visitor));
    RETURN_IF_ERROR(rebuilder.Finish());
    RETURN_IF_ERROR(FlushRocksStorage(*storage));
  }
  for (const auto& [name, digest] : report.description.files) {
    ASSIGN_OR_RETURN(const std::string content, ReadPlainFile(backup + "/" + name, kNamedFileBytesMax));
    RETURN_IF_ERROR(WriteFileDurably(directory + "/" + name, content));
  }
  RETURN_IF_ERROR(ReportStatus(VerifyDirectory(directory, options)).WithContext("the restored ledger"));
  RETURN_IF_ERROR(WriteFileDurably(
      directory + "/" + std::string(kMark),
      "size " + std::to_string(report.description.size.value) + ", root " + report.description.root.ToHex() + "\n"));
  return report;
}

// Until then there is no database, every program says so, and the next repair goes on here.
Status PutInPlace(const std::string& fresh, const std::string& directory) {
  std::error_code error;
  if (fs::exists(fresh + "/checkpoint", error))
    RETURN_IF_ERROR(RenameDurably(fresh + "/checkpoint", directory + "/checkpoint"));
  RETURN_IF_ERROR(RenameDurably(fresh + "/db", directory + "/db"));
  fs::remove_all(fresh, error);
  return Status::Ok();
}

}  // namespace

Result<BackupReport> RestoreBackup(const std::string& backup, const std::string& given,
                                   const journal::VerifyOptions& options) {
  const std::string directory = WithoutSlash(given);
  std::error_code error;
  if (fs::exists(fs::symlink_status(directory, error)) &&
      !(fs::is_directory(directory, error) && fs::is_empty(directory, error)))
    return AlreadyExists("there is something in '" + directory +
                         "': a backup is restored into a new or an empty directory");
  RETURN_IF_ERROR(CheckBackup(backup).status());
  const std::string unfinished = directory + ".restoring";
  if (fs::exists(unfinished, error)) {
    if (!IsOurs(unfinished))
      return AlreadyExists("'" + unfinished + "' is not what an earlier restore left: move it away");
    RETURN_IF_ERROR(RemoveOurs(unfinished));
  }
  RETURN_IF_ERROR(WriteFileDurably(unfinished + "/" + std::string(kUnderWay), backup + "\n"));
  Result<BackupReport> report = RestoreInto(backup, unfinished, options);
  if (!report.ok()) {
    RemoveOurs(unfinished).IgnoreError();  // what is left is ours, and the next run removes it
    return report;
  }
  fs::remove(unfinished + "/" + std::string(kUnderWay), error);
  if (error)
    return Unavailable("cannot remove '" + unfinished + "/" + std::string(kUnderWay) + "': " + error.message());
  RETURN_IF_ERROR(SyncDirectory(unfinished));
  RETURN_IF_ERROR(RenameDurably(unfinished, directory));
  return report;
}

std::optional<std::string> RestoredMark(const std::string& directory) {
  const std::string path = directory + "/" + std::string(kMark);
  const Result<std::string> text = ReadPlainFile(path, 1024);
  if (text.status().code() == StatusCode::kNotFound) return {};
  if (!text.ok()) return "unreadable mark '" + path + "'";  // a mark that cannot be read still is one
  return text->substr(0, text->find('\n'));
}

Status AcceptRestored(const std::string& directory) {
  std::error_code error;
  if (!fs::remove(directory + "/" + std::string(kMark), error) && !error) return Status::Ok();
  if (error) return Unavailable("cannot remove '" + directory + "/" + std::string(kMark) + "': " + error.message());
  return SyncDirectory(directory);
}

Status RepairDerived(const std::string& given) {
  const std::string directory = WithoutSlash(given);
  const std::string fresh = directory + "/repair.new", damaged = directory + "/db.damaged", db = directory + "/db";
  std::error_code error;
  if (!fs::exists(db, error) && fs::exists(damaged, error) && fs::exists(fresh + "/db", error)) {
    return PutInPlace(fresh, directory);  // an earlier repair was stopped between its renames
  }
  if (fs::exists(damaged, error)) {
    return FailedPrecondition("'" + damaged +
                              "' is there from an earlier repair: move it away, it is the only other copy");
  }
  fs::remove_all(fresh, error);
  {
    // For writing: nobody else may be at it.
    ASSIGN_OR_RETURN(const std::unique_ptr<journal::Storage> from, OpenRocksStorage({.directory = directory}));
    ASSIGN_OR_RETURN(const std::unique_ptr<journal::Storage> to, CreateRocksStorage({.directory = fresh}));
    Status rebuilt = journal::RebuildJournal(*from, *to);
    if (rebuilt.ok()) rebuilt = FlushRocksStorage(*to);
    if (!rebuilt.ok()) {
      fs::remove_all(fresh, error);
      return rebuilt;
    }
  }
  if (const Status checked = ReportStatus(VerifyDirectory(fresh)); !checked.ok()) {
    fs::remove_all(fresh, error);
    return checked.WithContext("the repaired ledger");
  }
  RETURN_IF_ERROR(RenameDurably(db, damaged));
  return PutInPlace(fresh, directory);
}

}  // namespace ledgerline::store
