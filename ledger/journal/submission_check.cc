#include "ledger/journal/submission_check.h"

#include <optional>
#include <string>

#include "ledger/journal/entry.h"
#include "ledger/journal/entry_runs.h"
#include "ledger/journal/key_fold.h"

namespace ledgerline::journal {

void SubmissionCheck::ReadMark(TreeSize size) {
  const Result<TreeSize> folded = FoldedSize(storage_, size);
  if (!folded.ok()) return FailUnlessOk(check, folded.status(), "");
  folded_ = *folded;
}

void SubmissionCheck::StartReading() {
  const std::vector<std::string> bounds = SubmissionRanges();
  stored_.resize(bounds.size() - 1);
  for (size_t i = 0; i + 1 < bounds.size(); ++i) {
    jobs_.push_back(crew_.Add(WorkCrew::When::kLater, [this, i, begin = bounds[i], end = bounds[i + 1]] {
      stored_[i] = ReadSubmissions(storage_, fingerprint_, begin, end);
    }));
  }
}

// An entry whose key has not come into the store counts as its own record, unless the key stands for another one.
void SubmissionCheck::TakeEntry(const CheckedEntry& entry) {
  if (folded_.Contains(entry.stored_at)) return;
  const keyspace::SubmissionDigest digest = keyspace::DigestOf(entry.submission_hash);
  if (const std::optional<EntryIndex> other = unfolded_.Find(digest)) {
    Fail(check, EntryName(entry.stored_at) + " has the idempotency key of " + EntryName(*other));
  } else {
    unfolded_digests_.push_back(digest);
  }
  unfolded_.Insert(digest, entry.stored_at);
  fingerprint_.Add(in_store_, entry.submission_hash.view(), entry.stored_at.value);
}

void SubmissionCheck::TakeStretch(const PairFingerprint::Product& submissions) {
  expected_ = PairFingerprint::Join(expected_, submissions);
}

void SubmissionCheck::TakeRecords(VerifyCheck& state_check, FailOnce& fail_once) {
  for (size_t i = 0; i < jobs_.size(); ++i) {
    crew_.Finish(jobs_[i]);
    const StoredSubmissions& stored = stored_[i];
    for (const Status& status : stored.malformed) FailUnlessOk(check, status, "");
    check.failure_count += stored.malformed_count - stored.malformed.size();
    stored_count_ += stored.count;
    in_store_ = PairFingerprint::Join(in_store_, stored.product);
    fail_once(state_check, stored.status, "read the store");
  }
  if (stored_count_ == 0) return;
  // Each of them must be new: the store has no record under it.
  for (const keyspace::SubmissionDigest& digest : unfolded_digests_) {
    const Result<std::optional<EntryIndex>> stored = FindFoldedKey(storage_, digest);
    if (!stored.ok()) {
      fail_once(check, stored.status(), "");
    } else if (*stored && **stored != *unfolded_.Find(digest)) {
      Fail(check, EntryName(*unfolded_.Find(digest)) + " has the idempotency key of " + EntryName(**stored));
    }
  }
}

void SubmissionCheck::Compare(bool entries_whole) {
  if (in_store_ == expected_) return;
  // Only if something is wrong: each entry's record is looked up.
  for (EntryCursor cursor(storage_, EntryIndex{0}, EntryIndex{folded_.value}); cursor.Valid(); cursor.Next()) {
    const Result<ParsedEntry> entry = ParseEntry(cursor.bytes());
    if (!entry.ok()) continue;  // said by the entry check
    const std::string key =
        keyspace::SubmissionKey(entry->submission.key_id, entry->submission.submission.idempotency_key());
    FailUnlessOk(check, CompareSubmission(storage_, cursor.index(), key), "");
  }
  if (stored_count_ != folded_.value || (check.passed() && entries_whole)) {
    Fail(check, "there are " + CountOf(stored_count_, "record", "records") + " of idempotency keys, the entries give " +
                    std::to_string(folded_.value));
  }
}

}  // namespace ledgerline::journal
