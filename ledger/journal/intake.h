// Intake: what a journal checks of a submission or a signed batch before it is queued, on the caller's thread: form,
// origin, signature, role, blobs, and which idempotency keys the store knows already.
#ifndef LEDGERLINE_LEDGER_JOURNAL_INTAKE_H_
#define LEDGERLINE_LEDGER_JOURNAL_INTAKE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/journal/journal.h"
#include "ledger/journal/key_registry.h"
#include "ledger/journal/sequencer.h"
#include "ledger/journal/storage.h"
#include "ledger/journal/submission.h"
#include "schemas/hash.h"
#include "schemas/status.h"

namespace ledgerline::journal {

// Thread-safe. Storage and sequencer are borrowed.
class Intake {
 public:
  Intake(std::string origin, bool check_signatures, const Storage& storage, const Sequencer& sequencer)
      : origin_(std::move(origin)), check_signatures_(check_signatures), storage_(storage), sequencer_(sequencer) {}

  // Ready for Sequencer::Start. Errors: those of Journal::Submit and SubmitBatch that need no queue.
  Result<std::shared_ptr<PendingSubmission>> Take(SubmissionRequest request) const;
  Result<std::shared_ptr<PendingSubmission>> Take(BatchRequest request) const;

 private:
  // Signature, origin and role: what can be said without an index.
  Result<EnrolledKey> Admit(const ParsedSubmission& parsed) const;
  // Every blob that came must be asked for by a payload, and every one that is asked for must be here or come along.
  Status TakeBlobs(std::vector<std::string> blobs, size_t blobs_max, const std::vector<Hash256>& referenced,
                   PendingSubmission& pending) const;

  const std::string origin_;
  const bool check_signatures_;
  const Storage& storage_;
  const Sequencer& sequencer_;
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_INTAKE_H_
