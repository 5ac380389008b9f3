// Backups: a directory of plain files from which a ledger can be made again. The files are in docs/formats/backup.md:
// the log as C2SP tlog-tiles, the blobs, every signed checkpoint, the policy. No private key, nothing of DIR/private.
//
// A backup reads the ledger as any reader does, so it works while another process writes, and sees one moment. A second
// backup into the same directory writes only what is new. Files come before the description that names them, and that
// is replaced in one step: a backup that was killed is the one before it, and the next run goes on.
#ifndef LEDGERLINE_LEDGER_STORE_BACKUP_H_
#define LEDGERLINE_LEDGER_STORE_BACKUP_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "schemas/hash.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::store {

// The file `backup`: what the others must come to.
struct BackupDescription {
  std::string origin;
  TreeSize size;
  Hash256 root;
  uint64_t checkpoints = 0;              // how many files in checkpoints/
  std::map<std::string, Hash256> files;  // "policy" and "operator.vkey", as far as the ledger has them

  std::string Text() const;
  // Strict. Errors: kInvalidArgument (names the line).
  static Result<BackupDescription> Parse(std::string_view text);
};

struct BackupReport {
  BackupDescription description;
  TreeSize from;  // what an earlier backup had
  uint64_t files_written = 0;
  uint64_t bytes_written = 0;
  uint64_t files_checked = 0;
  uint64_t bytes_checked = 0;
};

// Brings `backup` up to the ledger in `directory`, then checks every file of it. Makes the directory.
// Errors: kFailedPrecondition (`backup` is of another ledger, or of another history, or ahead of this ledger: restore),
// kInvalidArgument (it holds other files), kDataLoss (ledger or backup is damaged; names what), kUnavailable,
// kResourceExhausted (disk full).
Result<BackupReport> BackUp(const std::string& directory, const std::string& backup);

// Reads every file of a backup again: entries against the chain and the tiles, tiles and root recomputed, blobs against
// their names, every checkpoint against the entries. Signatures are checked when it is restored.
// Errors: kNotFound (no backup there), kDataLoss (names the file), kUnavailable.
Result<BackupReport> CheckBackup(const std::string& backup);

// The sealed personal records, DIR/private/records, into a directory of their own: new ones are copied, and those that
// were erased are removed from the copy. Never the keys that they are sealed under. Returns how many were copied.
// Errors: kUnavailable, kResourceExhausted.
Result<uint64_t> CopySealedRecords(const std::string& directory, const std::string& copy);

}  // namespace ledgerline::store

#endif  // LEDGERLINE_LEDGER_STORE_BACKUP_H_
