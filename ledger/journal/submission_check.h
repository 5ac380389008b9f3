// The part of a full verify that is about idempotency keys: the records of them must be exactly those that the entries
// give. Both sides are multiplied into fingerprints; only if these differ is each entry's record looked up and named.
#ifndef LEDGERLINE_LEDGER_JOURNAL_SUBMISSION_CHECK_H_
#define LEDGERLINE_LEDGER_JOURNAL_SUBMISSION_CHECK_H_

#include <cstdint>
#include <vector>

#include "ledger/journal/checked_entry.h"
#include "ledger/journal/derived_records.h"
#include "ledger/journal/keyspace.h"
#include "ledger/journal/recent_keys.h"
#include "ledger/journal/storage.h"
#include "ledger/journal/verify.h"
#include "ledger/journal/verify_findings.h"
#include "ledger/journal/work_crew.h"
#include "schemas/ids.h"

namespace ledgerline::journal {

// Its calls come in the order in which they stand here, on one thread. The crew, whose jobs use this object, is
// borrowed and must be gone before it.
class SubmissionCheck {
 public:
  SubmissionCheck(const StorageReader& storage, WorkCrew& crew) : storage_(storage), crew_(crew) {}

  // Entries below the mark have their records, in a store of `size` entries.
  void ReadMark(TreeSize size);
  // The records are read beside the entries, in ranges.
  void StartReading();
  const PairFingerprint& fingerprint() const { return fingerprint_; }
  void TakeEntry(const CheckedEntry& entry);
  // The well-formed entries of a stretch, as ReadStretch gives them.
  void TakeStretch(const PairFingerprint::Product& submissions);
  // What could not be read goes to `state_check`.
  void TakeRecords(VerifyCheck& state_check, FailOnce& fail_once);
  void Compare(bool entries_whole);

  VerifyCheck check{"idempotency", "", 0, {}};

 private:
  const StorageReader& storage_;
  WorkCrew& crew_;
  const PairFingerprint fingerprint_;
  PairFingerprint::Product expected_ = PairFingerprint::kEmpty;
  PairFingerprint::Product in_store_ = PairFingerprint::kEmpty;
  TreeSize folded_;
  RecentKeys unfolded_;
  std::vector<keyspace::SubmissionDigest> unfolded_digests_;
  std::vector<StoredSubmissions> stored_;
  std::vector<WorkCrew::Handle> jobs_;
  uint64_t stored_count_ = 0;
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_SUBMISSION_CHECK_H_
