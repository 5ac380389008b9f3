// Follows a log from a checkpoint that was kept, as an auditor who trusts nobody: fetches what is new from a LogSource
// and checks it, check by check. A server that forks, omits, reorders, serves what is stale, or forges times is named
// by the check that caught it. What entries mean (files, verdicts, closes) is the business of a replay, not of this.
#ifndef LEDGERLINE_LEDGER_AUDIT_LOG_FOLLOWER_H_
#define LEDGERLINE_LEDGER_AUDIT_LOG_FOLLOWER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/trust_anchor.h"
#include "ledger/audit/log_source.h"
#include "ledger/witness/fork_evidence.h"
#include "schemas/ids.h"
#include "schemas/status.h"
#include "schemas/time.h"

namespace ledgerline::audit {

// In the order in which they are made.
enum class FollowCheck {
  kNone,        // all passed
  kSource,      // something that must be there is not, or cannot be read
  kSignature,   // the checkpoint is not the log's
  kWitnesses,   // the policy's quorum is missing
  kStale,       // the checkpoint is of a smaller tree than the kept one
  kFork,        // the tree does not extend the kept one: history was rewritten
  kTiles,       // the hash tiles do not lead to the signed root
  kLeafHashes,  // entries do not hash to the tiles' leaves: one was left out, changed, or put elsewhere
  kChain,       // an entry does not say its own index, or does not name the one before it
  kTimes,       // a recorded time goes back, lies after a witness's cosignature, or after now
  kBlobs,       // a file that an entry names is missing, or has other content
};
// "leaf hashes", for messages.
std::string_view FollowCheckName(FollowCheck check);

struct FollowOptions {
  std::string kept_checkpoint;  // a signed note; empty: from nothing, so that nothing is known of the past
  bool read_entries = true;     // off: checkpoints and hash tiles only, as the public may
  bool read_blobs = true;
  int64_t clock_skew_s = 300;  // by how much a recorded time may be ahead of another clock
  // Called for each new entry in order, after its checks. What it returns ends the walk.
  std::function<Status(EntryIndex, std::string_view)> visit;
};

struct Followed {
  FollowCheck caught_by = FollowCheck::kNone;
  Status status;           // ok, or what was caught
  std::string checkpoint;  // to keep for the next time; empty if something was caught before it was believed
  TreeSize from, size;     // entries [from, size) are new
  uint64_t entries = 0;    // that were read and checked
  // Where the log contradicts what it signed: for anyone with its key.
  std::optional<witness::ForkEvidence> evidence;
};

// Never fails as a call. `now` is the reader's clock.
Followed FollowLog(LogSource& source, const crypto::TrustAnchor& anchor, Instant now, const FollowOptions& options);

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_LOG_FOLLOWER_H_
