// A log as static files, in the form of C2SP tlog-tiles: checkpoint, tile/..., tile/entries/..., and our own blob/HEX.
// Any web server can serve them, and any client of the format can check them. The page is docs/formats/tiles.md.
#ifndef LEDGERLINE_LEDGER_AUDIT_LOG_EXPORT_H_
#define LEDGERLINE_LEDGER_AUDIT_LOG_EXPORT_H_

#include <cstdint>
#include <string>

#include "ledger/journal/journal.h"
#include "schemas/status.h"

namespace ledgerline::audit {

struct LogExport {
  TreeSize size;               // of the checkpoint
  uint64_t files_written = 0;  // the others were there from an earlier run
  uint64_t files_there = 0;
};

// Writes what the journal's last checkpoint covers into `directory`, which may hold an earlier export of the same log:
// what is there is left alone, and partial tiles of earlier sizes stay. Each file is written beside, synced and
// renamed, blobs before entries, entries before hashes, and the checkpoint last: whoever sees it finds everything under
// it. `public_only` leaves entries and blobs out. Errors: kDataLoss (the directory's checkpoint is of a larger tree, or
// of another history; something of the journal is not whole), kUnavailable, kResourceExhausted.
Result<LogExport> ExportLog(const journal::Journal& journal, const std::string& directory, bool public_only);

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_LOG_EXPORT_H_
