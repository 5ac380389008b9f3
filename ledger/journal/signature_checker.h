// Checks the signatures of many submissions on several threads; what fails is reported in the order of the entries.
#ifndef LEDGERLINE_LEDGER_JOURNAL_SIGNATURE_CHECKER_H_
#define LEDGERLINE_LEDGER_JOURNAL_SIGNATURE_CHECKER_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "crypto/ed25519.h"
#include "ledger/journal/submission.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::journal {

// Used from one thread; it starts others for each chunk and waits for them, so nothing runs between calls.
class SignatureChecker {
 public:
  // `threads` is at least 1. `report` is called for every signature that does not hold, on the caller's thread.
  SignatureChecker(size_t threads, std::function<void(EntryIndex, const Status&)> report);

  // Takes one submission; checks the chunk when it is full.
  void Add(EntryIndex index, ParsedSubmission submission, const crypto::PublicKey& key);
  // Checks what is left.
  void Flush();
  uint64_t checked() const { return checked_; }

 private:
  struct Job {
    EntryIndex index;
    ParsedSubmission submission;
    crypto::PublicKey key;
    Status result;
  };
  size_t threads_;
  std::function<void(EntryIndex, const Status&)> report_;
  std::vector<Job> jobs_;
  uint64_t checked_ = 0;
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_SIGNATURE_CHECKER_H_
