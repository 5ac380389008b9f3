// The names and bounds of a backup's files (docs/formats/backup.md), for the code that writes, checks and restores
// them.
#ifndef LEDGERLINE_LEDGER_STORE_BACKUP_FILES_H_
#define LEDGERLINE_LEDGER_STORE_BACKUP_FILES_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/store/backup.h"
#include "schemas/hash.h"
#include "schemas/ids.h"

namespace ledgerline::store {

inline constexpr std::string_view kBackupDescription = "backup";
inline constexpr std::string_view kBackupCheckpoints = "checkpoints";
inline constexpr size_t kBackupDescriptionBytesMax = 4'096;
inline constexpr size_t kNamedFileBytesMax = size_t{1} << 20;

// Files of the ledger's directory that a backup holds as they are.
inline const std::vector<std::string>& NamedFiles() {
  static const std::vector<std::string> names = {"operator.vkey", "policy"};
  return names;
}
inline bool IsNamedFile(std::string_view path) {
  return std::find(NamedFiles().begin(), NamedFiles().end(), path) != NamedFiles().end();
}
// "log/" and a path of C2SP tlog-tiles, or "checkpoint".
inline std::string LogPath(const std::string& path) { return "log/" + path; }
inline std::string BackupBlobPath(const Hash256& hash) { return "log/blob/" + hash.ToHex(); }
// Twenty digits of the size, '-', and the SHA-256 of the note in hex: a note that was altered has another name.
std::string BackupCheckpointName(TreeSize size, std::string_view note);

// What the walk over a backup hands out, everything checked but signatures: entries in their order, each followed by
// the blobs that it is the first to name; then the checkpoints, ascending.
struct BackupVisitor {
  std::function<Status(std::string_view entry)> entry;
  std::function<Status(std::string_view content)> blob;
  std::function<Status(std::string_view note)> checkpoint;
};
// Errors: those of CheckBackup, and of the visitor.
Result<BackupReport> WalkBackup(const std::string& backup, const BackupVisitor& visitor);

}  // namespace ledgerline::store

#endif  // LEDGERLINE_LEDGER_STORE_BACKUP_FILES_H_
