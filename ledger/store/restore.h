// Restoring a ledger from a backup, and the mark that a restored ledger carries until somebody has made sure that it is
// the newest copy: the entries after the backup may have been acknowledged, and a node that goes on without them forks.
#ifndef LEDGERLINE_LEDGER_STORE_RESTORE_H_
#define LEDGERLINE_LEDGER_STORE_RESTORE_H_

#include <optional>
#include <string>

#include "ledger/journal/verify.h"
#include "ledger/store/backup.h"
#include "schemas/status.h"

namespace ledgerline::store {

// Checks the backup, makes the ledger beside `directory` as DIR.restoring, runs the full check on it, marks it as
// restored, and only then gives it its name: there is never half a ledger in `directory`, which must not exist or be
// empty. What a killed run left in DIR.restoring is removed first. `options` may hold the trust anchor.
// Errors: kAlreadyExists (there is something in `directory`), kDataLoss (the backup is damaged; names the file or the
// failed check), kNotFound, kUnavailable, kResourceExhausted.
Result<BackupReport> RestoreBackup(const std::string& backup, const std::string& directory,
                                   const journal::VerifyOptions& options = {});

// The mark's text ("size 17, root ...") if the ledger was restored and nobody has accepted that yet.
std::optional<std::string> RestoredMark(const std::string& directory);
// Removes the mark durably; ok if there is none. Errors: kUnavailable.
Status AcceptRestored(const std::string& directory);

// Makes everything anew that can be recomputed from the entries of the ledger in `directory`, in a new database beside
// the old one, checks it, and puts it into its place; the old one stays as DIR/db.damaged. Nobody may have the ledger
// open. Errors: kFailedPrecondition (DIR/db.damaged is there already), kDataLoss (an entry, blob or checkpoint is
// damaged: restore a backup; names it), kUnavailable (in use), kResourceExhausted.
Status RepairDerived(const std::string& directory);

}  // namespace ledgerline::store

#endif  // LEDGERLINE_LEDGER_STORE_RESTORE_H_
