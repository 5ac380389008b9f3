// What every journal test needs: keys, a clock that the test moves, submissions, and changes behind the journal's back.
#ifndef LEDGERLINE_TESTS_LEDGER_JOURNAL_JOURNAL_FIXTURE_H_
#define LEDGERLINE_TESTS_LEDGER_JOURNAL_JOURNAL_FIXTURE_H_

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>

#include "crypto/checkpoint.h"
#include "crypto/ed25519.h"
#include "crypto/sha256.h"
#include "crypto/signer.h"
#include "ledger/journal/entry.h"
#include "ledger/journal/entry_runs.h"
#include "ledger/journal/journal.h"
#include "ledger/journal/key_fold.h"
#include "ledger/journal/keyspace.h"
#include "ledger/journal/storage.h"
#include "ledger/journal/tree_writer.h"
#include "ledger/journal/verify.h"

namespace ledgerline::journal {

inline constexpr char kTestOrigin[] = "ledger.example/test";

class TestClock : public Clock {
 public:
  Instant Now() override { return Instant{now_us.load()}; }
  std::atomic<int64_t> now_us{1'790'000'000'000'000};
};

inline crypto::KeySigner TestSigner(char fill) {
  return crypto::KeySigner(crypto::PrivateKey::FromSeed(std::string(32, fill)).value());
}

// A rating's payload: small, without blobs. `note` tells one from another.
inline std::string RatingPayload(const std::string& note, uint32_t score = 3) {
  v1::Payload payload;
  payload.mutable_rating()->set_recording_id(note);
  payload.mutable_rating()->set_score(score);
  return payload.SerializeAsString();
}

inline std::string ConsentPayload(const std::string& party) {
  v1::Payload payload;
  payload.mutable_consent_grant()->set_party_id(party);
  payload.mutable_consent_grant()->set_asset("*");
  return payload.SerializeAsString();
}

inline std::string UsagePayload(const std::string& blob) {
  v1::Payload payload;
  v1::FileDigest& file = *payload.mutable_usage_file()->mutable_file();
  file.set_blob_sha256(crypto::Sha256(blob).ToBytes());
  file.set_byte_size(blob.size());
  file.set_rows_root(Hash256{}.ToBytes());
  return payload.SerializeAsString();
}

inline std::string EnrolmentPayload(const crypto::Signer& key, v1::KeyRole role, const std::string& party,
                                    int64_t from_us = 0, int64_t to_us = 0) {
  v1::Payload payload;
  v1::KeyEnrolment& enrolment = *payload.mutable_key_enrolment();
  enrolment.set_public_key(key.public_key().ToBytes());
  enrolment.set_role(role);
  enrolment.set_party_id(party);
  enrolment.set_valid_from_us(from_us);
  enrolment.set_valid_to_us(to_us);
  enrolment.set_possession_signature(
      key.Sign(EnrolmentText(kTestOrigin, party, role, key.public_key())).value().ToBytes());
  return payload.SerializeAsString();
}

inline SubmissionRequest Request(const crypto::Signer& signer, const std::string& key, const std::string& payload,
                                 std::vector<std::string> blobs = {}) {
  return {SignSubmission(kTestOrigin, key, payload, signer).value(), std::move(blobs)};
}

inline SubmissionRequest RatingRequest(const crypto::Signer& signer, const std::string& key) {
  return Request(signer, key, RatingPayload("recording-" + key));
}

// Puts records past the journal, as an attacker with access to the store would.
inline void Overwrite(Storage& storage, const std::string& key, const std::string& value) {
  std::unique_ptr<Batch> batch = storage.NewBatch();
  batch->Put(key, value);
  ASSERT_TRUE(storage.Commit(std::move(batch)).ok());
}

// The entry with another score in its rating, everything else as it was: what an operator who changes the past writes.
// The submission is signed anew, as the operator holds that key.
inline std::string AlterRating(const std::string& bytes, const crypto::Signer& signer, uint32_t score) {
  v1::Entry entry;
  EXPECT_TRUE(entry.ParseFromString(bytes));
  v1::Submission submission;
  EXPECT_TRUE(submission.ParseFromString(entry.submission()));
  v1::Payload payload;
  EXPECT_TRUE(payload.ParseFromString(submission.payload()));
  payload.mutable_rating()->set_score(score);
  // Under the name of whoever submitted it, whether or not `signer` is that one.
  v1::Submission altered;
  EXPECT_TRUE(altered.ParseFromString(
      SignSubmission(submission.origin(), submission.idempotency_key(), payload.SerializeAsString(), signer).value()));
  altered.set_key_id(submission.key_id());
  entry.set_submission(altered.SerializeAsString());
  return entry.SerializeAsString();
}

// Rewrites entry `index` and then everything that follows from it: every later chain field, tile and record.
inline void RewriteHistory(Storage& storage, uint64_t index, const crypto::Signer& signer) {
  const auto state = keyspace::StateRecord::Parse(**storage.Get(keyspace::StateKey())).value();
  const TreeSize folded = FoldedSize(storage, state.size).value();
  TreeWriter tree;
  std::unique_ptr<Batch> batch = storage.NewBatch();
  keyspace::StateRecord next = state;
  Hash256 previous;
  for (uint64_t i = 0; i < state.size.value; ++i) {
    std::string bytes = ReadStoredEntry(storage, EntryIndex{i}).value();
    if (i == index) bytes = AlterRating(bytes, signer, 5);
    v1::Entry entry;
    ASSERT_TRUE(entry.ParseFromString(bytes));
    entry.set_previous_leaf_hash(previous.ToBytes());
    bytes = entry.SerializeAsString();
    const ParsedEntry parsed = ParseEntry(bytes).value();
    batch->Put(keyspace::EntryRunKey(EntryIndex{i}), EncodeRun({bytes}));  // submitted alone, each in a run of its own
    if (folded.Contains(EntryIndex{i})) {
      batch->Put(keyspace::SubmissionKey(parsed.submission.key_id, parsed.submission.submission.idempotency_key()),
                 keyspace::SubmissionRecord{EntryIndex{i}}.Encode());
    }
    previous = crypto::LeafHash(bytes);
    tree.Append(previous);
  }
  tree.WriteTiles(*batch);
  next.root = tree.Root();
  next.last_leaf_hash = previous;
  batch->Put(keyspace::StateKey(), next.Encode());
  ASSERT_TRUE(storage.Commit(std::move(batch)).ok());
}

// The failures of one check, joined; empty if it passed. Fails the test if the report has no such check.
inline std::string FailuresOf(const VerifyReport& report, const std::string& check) {
  for (const VerifyCheck& candidate : report.checks) {
    if (candidate.name != check) continue;
    std::string all;
    for (const std::string& failure : candidate.failures) all += failure + "\n";
    return all;
  }
  ADD_FAILURE() << "no check named " << check;
  return "";
}

// All that a report says.
inline std::string Text(const VerifyReport& report) {
  std::string text = report.origin + " " + std::to_string(report.size.value) + " " + report.root.ToHex() + " " +
                     std::to_string(report.checkpoint_size.value) + (report.key_from_outside ? " anchored\n" : "\n");
  for (const VerifyCheck& check : report.checks) {
    text += check.name + ": " + check.covered + ", " + std::to_string(check.failure_count) + " failures\n";
    for (const std::string& failure : check.failures) text += "  " + failure + "\n";
  }
  for (const std::string& trust : report.taken_on_trust) text += trust + "\n";
  return text;
}

// Names of the checks that failed, in the report's order.
inline std::string FailedChecks(const VerifyReport& report) {
  std::string names;
  for (const VerifyCheck& check : report.checks) {
    if (!check.passed()) names += (names.empty() ? "" : ", ") + check.name;
  }
  return names;
}

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_TESTS_LEDGER_JOURNAL_JOURNAL_FIXTURE_H_
