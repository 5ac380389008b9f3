// The full check of a journal: every byte that it keeps is read again, and everything that is derived is recomputed.
//
// What it proves rests on the checkpoint key. Given from outside, it is an anchor; taken from the journal itself, the
// report says "self-consistent" and no more.
#ifndef LEDGERLINE_LEDGER_JOURNAL_VERIFY_H_
#define LEDGERLINE_LEDGER_JOURNAL_VERIFY_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "crypto/signed_note.h"
#include "ledger/journal/storage.h"
#include "schemas/hash.h"
#include "schemas/ids.h"

namespace ledgerline::journal {

// One thing that was checked.
struct VerifyCheck {
  std::string name;     // "leaf hashes"
  std::string covered;  // "1,204 entries against 5 tiles"
  uint64_t failure_count = 0;
  std::vector<std::string> failures;  // the first kFailuresKept, each naming its entry, tile, blob or checkpoint
  bool passed() const { return failure_count == 0; }
};

inline constexpr size_t kFailuresKept = 20;

struct VerifyReport {
  std::vector<VerifyCheck> checks;
  std::string origin;
  TreeSize size;
  Hash256 root;                             // recomputed from the entries
  TreeSize checkpoint_size;                 // of the newest checkpoint that verified; 0 if none
  bool key_from_outside = false;            // false: self-consistent, no trust anchor
  std::vector<std::string> taken_on_trust;  // plain sentences
  bool passed() const;
};

struct VerifyOptions {
  std::optional<crypto::VerifierKey> checkpoint_key;  // the trust anchor, from outside
  int threads = 0;                                    // 0: one a core. The report is the same with any
  // Called from one thread, now and then, with entries done and entries in all.
  std::function<void(uint64_t done, uint64_t total)> progress;
};

// Never fails as a call: what cannot be read is a failed check. Of a journal that is being written, pass a snapshot.
VerifyReport VerifyJournal(const StorageReader& storage, const VerifyOptions& options = {});

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_VERIFY_H_
