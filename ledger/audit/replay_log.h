// Replaying a log as an independent auditor: everything that a source of its files has is read, checked and folded in
// memory, against what was seen before. Needs neither the ledger's store nor its operator.
#ifndef LEDGERLINE_LEDGER_AUDIT_REPLAY_LOG_H_
#define LEDGERLINE_LEDGER_AUDIT_REPLAY_LOG_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "crypto/trust_anchor.h"
#include "ledger/audit/log_source.h"
#include "ledger/audit/report.h"

namespace ledgerline::audit {

struct ReplayOptions {
  std::optional<crypto::TrustAnchor> anchor;
  // The checkpoint that was seen last: the log must extend it. Entries below it are read and replayed again, but their
  // signatures are not checked anew: the kept root binds their bytes.
  std::optional<std::string> kept_checkpoint;
  std::function<void(uint64_t done, uint64_t total)> progress;
};

struct ReplayedClose {
  EntryIndex index;
  std::string period;
  std::string entry;              // the leaf's bytes
  std::set<Hash256> attested_by;  // ids of keys that attested it already
};

struct ReplayedLog {
  Report report;
  std::string checkpoint;  // the note; empty if there was none to read
  TreeSize size;
  Hash256 root;
  TreeSize kept_size;  // of the kept checkpoint; 0 without one
  std::string origin;
  std::vector<ReplayedClose> closes;  // that were computed again and are equal byte by byte, ascending
};

// Checks: the checkpoint's signature and cosignatures; every entry's form, place, time, chain, key, role and signature;
// the tree from its leaves, every hash tile, and the kept checkpoint's root in it; every file; then what the entries
// mean, as VerifyMeaning does: verdicts, and every close computed again and compared byte by byte. Never fails as a
// call: what cannot be read or does not hold is a failed finding.
ReplayedLog ReplayLog(LogSource& source, const ReplayOptions& options);

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_REPLAY_LOG_H_
