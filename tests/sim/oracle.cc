#include "tests/sim/oracle.h"

#include <algorithm>

#include "crypto/checkpoint.h"
#include "crypto/sha256.h"
#include "ledger/journal/submission.h"
#include "ledger/journal/verify.h"
#include "tests/crypto/reference_tree.h"

namespace ledgerline::sim {
namespace {

std::string Name(uint64_t index) { return "entry " + std::to_string(index); }

}  // namespace

Wanted Wanted::From(journal::SubmissionRequest request) {
  Wanted wanted;
  v1::Submission submission;
  v1::Payload payload;
  if (submission.ParseFromString(request.submission) && payload.ParseFromString(submission.payload())) {
    wanted.idempotency_key = submission.idempotency_key();
    if (const auto id = Hash256::FromBytes(submission.key_id()); id.ok()) wanted.key_id = *id;
    wanted.type = static_cast<v1::PayloadType>(payload.kind_case());
    wanted.referenced = journal::ReferencedBlobs(payload);
  }
  wanted.digest = crypto::Sha256(request.submission);
  wanted.bytes = std::move(request.submission);
  wanted.blobs = std::move(request.blobs);
  return wanted;
}

const Key* Oracle::FindKey(const Hash256& id) const {
  const auto found = keys_.find(id);
  return found == keys_.end() ? nullptr : &found->second;
}

Oracle::Verdict Oracle::Judge(const Wanted& wanted, int64_t recorded_at_us) const {
  if (const auto earlier = by_key_.find({wanted.key_id, wanted.idempotency_key}); earlier != by_key_.end()) {
    if (entries_[earlier->second].wanted.digest != wanted.digest) {
      return {Verdict::kRefused, 0, StatusCode::kAlreadyExists};
    }
    return {Verdict::kRepeat, earlier->second, StatusCode::kOk};
  }
  const Key* key = FindKey(wanted.key_id);
  if (key == nullptr || recorded_at_us < key->valid_from_us ||
      (key->valid_to_us != 0 && recorded_at_us >= key->valid_to_us)) {
    return {Verdict::kRefused, 0, StatusCode::kPermissionDenied};
  }
  v1::Submission submission;
  v1::Payload payload;
  Demand(submission.ParseFromString(wanted.bytes) && payload.ParseFromString(submission.payload()),
         "a submission that was admitted can be parsed");
  if (payload.has_key_enrolment()) {
    const auto enrolled = crypto::PublicKey::FromBytes(payload.key_enrolment().public_key());
    if (FindKey(journal::KeyId(*enrolled)) != nullptr) return {Verdict::kRefused, 0, StatusCode::kAlreadyExists};
  }
  return {};
}

void Oracle::Learn(const Wanted& wanted, int64_t recorded_at_us, const std::string& bytes) {
  const std::string name = Name(size());
  v1::Entry entry;
  Demand(entry.ParseFromString(bytes), name + " is an Entry");
  Demand(entry.index() == size(), name + " says its own index");
  Demand(entry.submission() == wanted.bytes, name + " holds the submission as it was received");
  Demand(entry.submitter_key_id() == wanted.key_id.view(), name + " names the submitter's key");
  Demand(entry.type() == wanted.type, name + " says the payload's type");
  Demand(entry.previous_leaf_hash() == (entries_.empty() ? Hash256{} : entries_.back().leaf_hash).view(),
         name + " chains to the entry before it");
  Demand(entry.recorded_at_us() == recorded_at_us,
         name + " was recorded at the clock's time, or the entry before's if that is later");
  v1::Submission submission;
  v1::Payload payload;
  Demand(submission.ParseFromString(wanted.bytes) && payload.ParseFromString(submission.payload()),
         name + "'s submission can be parsed");
  Demand(by_key_.emplace(std::pair(wanted.key_id, wanted.idempotency_key), size()).second,
         name + " has an idempotency key of its own");
  if (payload.has_genesis()) {
    keys_[wanted.key_id] = {};
  } else if (payload.has_key_enrolment()) {
    const v1::KeyEnrolment& enrolment = payload.key_enrolment();
    keys_[journal::KeyId(*crypto::PublicKey::FromBytes(enrolment.public_key()))] = {
        enrolment.role() == v1::KEY_ROLE_PARTY, enrolment.valid_from_us(), enrolment.valid_to_us()};
  }
  for (const Hash256& blob : wanted.referenced) blobs_.insert(blob);
  leaves_.push_back(bytes);
  entries_.push_back({wanted, crypto::Sha256(std::string(1, '\0') + bytes), recorded_at_us});
  entries_.back().wanted.blobs.clear();
}

Hash256 Oracle::Root(uint64_t size) const { return crypto::ReferenceRoot(leaves_, 0, size); }

void Oracle::SeeCheckpoint(const std::string& note) {
  const auto key = crypto::VerifierKey::Create(origin_, operator_key_);
  const Result<crypto::Checkpoint> checkpoint = crypto::OpenCheckpoint(note, *key);
  Demand(checkpoint.ok(), "a checkpoint is signed by the operator: " + checkpoint.status().ToString());
  const uint64_t at = checkpoint->size.value;
  Demand(at <= size(), "a checkpoint of size " + std::to_string(at) + " covers durable entries only");
  const auto seen = checkpoints_.emplace(at, note);
  if (!seen.second && seen.first->second == note) return;
  Demand(checkpoint->root == Root(at), "the checkpoint of size " + std::to_string(at) + " has the entries' root");
  checkpoint_size_max_ = std::max(checkpoint_size_max_, at);
}

void Oracle::CompareProofs(const journal::Journal& journal, uint64_t index, uint64_t old_size,
                           uint64_t new_size) const {
  const auto inclusion = journal.InclusionProof(EntryIndex{index}, TreeSize{new_size});
  Demand(inclusion.ok() && *inclusion == crypto::ReferencePath(index, leaves_, 0, new_size),
         Name(index) + "'s inclusion proof at size " + std::to_string(new_size) + " is RFC 6962's");
  const auto consistency = journal.ConsistencyProof(TreeSize{old_size}, TreeSize{new_size});
  Demand(
      consistency.ok() && *consistency == crypto::ReferenceSubproof(old_size, leaves_, 0, new_size, true),
      "the consistency proof from " + std::to_string(old_size) + " to " + std::to_string(new_size) + " is RFC 6962's");
}

void Oracle::CompareAll(const journal::Journal& journal) const {
  const journal::Journal::Head head = journal.head();
  Demand(head.size.value == size(),
         "the journal has " + std::to_string(size()) + " entries, not " + std::to_string(head.size.value));
  Demand(head.root == Root(size()), "the head's root is the entries'");
  Demand(head.recorded_at_us == entries_.back().recorded_at_us, "the head's time is the last entry's");
  uint64_t next = 0;
  const Status walked =
      journal.ForEachEntry(EntryIndex{0}, EntryIndex{size()}, [&](EntryIndex index, std::string_view bytes) {
        Demand(index.value == next && bytes == leaves_[next], Name(next) + " is for ever what it was");
        ++next;
        return Status::Ok();
      });
  Demand(walked.ok() && next == size(), "every entry can be read: " + walked.ToString());
  std::map<v1::PayloadType, std::vector<EntryIndex>> by_type;
  for (uint64_t i = 0; i < size(); ++i) {
    const Wanted& wanted = entries_[i].wanted;
    by_type[wanted.type].push_back(EntryIndex{i});
    const auto found = journal.FindSubmission(wanted.key_id, wanted.idempotency_key);
    Demand(found.ok() && *found == EntryIndex{i}, Name(i) + " is found by its idempotency key");
  }
  for (const auto& [type, indices] : by_type) {
    const auto listed = journal.EntriesOfType(type);
    Demand(listed.ok() && *listed == indices, "the index by type lists " + journal::PayloadTypeName(type));
  }
  for (const Hash256& blob : blobs_) Demand(journal.ReadBlob(blob).ok(), "blob " + blob.Short() + " is there");
  for (auto at = checkpoints_.begin(); at != checkpoints_.end(); ++at) {
    const auto stored = journal.CheckpointAt(TreeSize{at->first});
    Demand(stored.ok() && *stored == at->second, "the checkpoint of size " + std::to_string(at->first) + " is kept");
    CompareProofs(journal, at->first - 1, at->first, size());
  }
  const auto key = crypto::VerifierKey::Create(origin_, operator_key_);
  const auto latest = crypto::OpenCheckpoint(journal.LatestCheckpoint(), *key);
  Demand(latest.ok() && latest->size.value >= checkpoint_size_max_, "the last checkpoint is not older than one given");
  const journal::VerifyReport report =
      journal::VerifyJournal(journal.storage(), {.checkpoint_key = *key, .threads = 1, .progress = {}});
  std::string failed;
  for (const journal::VerifyCheck& check : report.checks) {
    for (const std::string& failure : check.failures) failed += "\n  " + check.name + ": " + failure;
  }
  Demand(report.passed() && report.size.value == size() && report.root == head.root, "the full check passes" + failed);
}

}  // namespace ledgerline::sim
