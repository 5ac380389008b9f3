#include "tests/sim/oracle.h"

#include <algorithm>

#include "crypto/sha256.h"
#include "crypto/signed_note.h"
#include "ledger/journal/submission.h"
#include "ledger/journal/verify.h"
#include "tests/crypto/reference_tree.h"

namespace ledgerline::sim {
namespace {

std::string Name(uint64_t index) { return "entry " + std::to_string(index); }

void Describe(const std::string& idempotency_key, const std::string& payload_bytes, Wanted::Part& part) {
  v1::Payload payload;
  if (!payload.ParseFromString(payload_bytes)) return;
  part.idempotency_key = idempotency_key;
  part.type = static_cast<v1::PayloadType>(payload.kind_case());
  part.referenced = journal::ReferencedBlobs(payload);
}

}  // namespace

Wanted Wanted::From(journal::SubmissionRequest request) {
  Wanted wanted;
  v1::Submission submission;
  Part& part = wanted.parts.emplace_back();
  if (submission.ParseFromString(request.submission)) {
    Describe(submission.idempotency_key(), submission.payload(), part);
    if (const auto id = Hash256::FromBytes(submission.key_id()); id.ok()) wanted.key_id = *id;
  }
  part.bytes = request.submission;
  wanted.digest = crypto::Sha256(request.submission);
  wanted.bytes = std::move(request.submission);
  wanted.blobs = std::move(request.blobs);
  return wanted;
}

Wanted Wanted::From(journal::BatchRequest request) {
  v1::SignedBatch batch;
  Demand(batch.ParseFromString(request.batch), "our own batch parses");
  Wanted wanted = From(journal::SubmissionRequest{batch.header(), std::move(request.blobs)});
  for (const std::string& bytes : batch.items()) {
    v1::BatchItem item;
    Demand(item.ParseFromString(bytes), "our own item parses");
    Part& part = wanted.parts.emplace_back();
    Describe(item.idempotency_key(), item.payload(), part);
    part.bytes = bytes;
  }
  wanted.digest = crypto::Sha256(request.batch);
  wanted.bytes = std::move(request.batch);
  wanted.is_batch = true;
  return wanted;
}

Oracle::Verdict Oracle::Judge(const Wanted& wanted, int64_t recorded_at_us) const {
  const Wanted::Part& first = wanted.parts.front();
  if (const auto earlier = by_key_.find({wanted.key_id, first.idempotency_key}); earlier != by_key_.end()) {
    if (entries_[earlier->second].part.bytes != first.bytes) return {Verdict::kRefused, 0, StatusCode::kAlreadyExists};
    return {Verdict::kRepeat, earlier->second, StatusCode::kOk};
  }
  for (size_t i = 1; i < wanted.parts.size(); ++i) {
    if (by_key_.contains({wanted.key_id, wanted.parts[i].idempotency_key}))
      return {Verdict::kRefused, 0, StatusCode::kAlreadyExists};
  }
  if (!keys_.MaySpeak(wanted.key_id, recorded_at_us)) return {Verdict::kRefused, 0, StatusCode::kPermissionDenied};
  v1::Submission submission;
  v1::Payload payload;
  Demand(submission.ParseFromString(first.bytes) && payload.ParseFromString(submission.payload()),
         "a submission that was admitted can be parsed");
  if (const StatusCode code = keys_.Judge(wanted.key_id, payload, size()); code != StatusCode::kOk)
    return {Verdict::kRefused, 0, code};
  return {};
}

void Oracle::Learn(const Wanted& wanted, size_t at, int64_t recorded_at_us, const std::string& bytes) {
  const std::string name = Name(size());
  const Wanted::Part& part = wanted.parts[at];
  v1::Entry entry;
  Demand(entry.ParseFromString(bytes), name + " is an Entry");
  Demand(entry.index() == size(), name + " says its own index");
  Demand(entry.submission() == part.bytes, name + " holds the submission as it was received");
  Demand(entry.submitter_key_id() == wanted.key_id.view(), name + " names the submitter's key");
  Demand(entry.type() == part.type, name + " says the payload's type");
  Demand(entry.batch_offset() == at && (entry.evidence() == v1::SIGNATURE_EVIDENCE_BATCH) == (at > 0),
         name + " says whose signature it stands under");
  Demand(entry.previous_leaf_hash() == (entries_.empty() ? Hash256{} : entries_.back().leaf_hash).view(),
         name + " chains to the entry before it");
  Demand(entry.recorded_at_us() == recorded_at_us,
         name + " was recorded at the clock's time, or the entry before's if that is later");
  v1::Submission submission;
  v1::Payload payload;
  if (at == 0) {
    Demand(submission.ParseFromString(part.bytes) && payload.ParseFromString(submission.payload()),
           name + "'s submission can be parsed");
  }
  Demand(by_key_.emplace(std::pair(wanted.key_id, part.idempotency_key), size()).second,
         name + " has an idempotency key of its own");
  keys_.Learn(wanted.key_id, payload, size());
  for (const Hash256& blob : part.referenced) blobs_.insert(blob);
  leaves_.push_back(bytes);
  entries_.push_back(
      {part, wanted.digest, wanted.key_id, crypto::Sha256(std::string(1, '\0') + bytes), recorded_at_us});
}

Hash256 Oracle::Root(uint64_t size) const { return crypto::ReferenceRoot(leaves_, 0, size); }

void Oracle::CheckSigners(const std::string& note, uint64_t size) const {
  const std::vector<crypto::PublicKey> signers = keys_.SignersAt(size);
  const Result<crypto::SignedNote> parsed = crypto::SignedNote::Parse(note);
  Demand(parsed.ok() && !signers.empty(), "a note that the journal signed is a signed note");
  Demand(parsed->signatures.size() == signers.size(), "a note of size " + std::to_string(size) + " has " +
                                                          std::to_string(signers.size()) + " signatures, not " +
                                                          std::to_string(parsed->signatures.size()));
  for (const crypto::PublicKey& signer : signers) {
    const auto key = crypto::VerifierKey::Create(origin_, signer);
    const Status verified = parsed->Verify(std::span(&*key, 1)).status();
    Demand(verified.ok(), "a note of size " + std::to_string(size) +
                              " is signed by every operator key in force: " + verified.ToString());
  }
}

crypto::Checkpoint Oracle::OpenCheckpoint(const std::string& note) const {
  const Result<crypto::SignedNote> parsed = crypto::SignedNote::Parse(note);
  Demand(parsed.ok(), "a checkpoint is a signed note: " + parsed.status().ToString());
  const Result<crypto::Checkpoint> checkpoint = crypto::Checkpoint::Parse(parsed->text);
  Demand(checkpoint.ok() && checkpoint->origin == origin_, "a checkpoint is one of this ledger");
  Demand(checkpoint->size.value <= size(),
         "a checkpoint of size " + std::to_string(checkpoint->size.value) + " covers durable entries only");
  CheckSigners(note, checkpoint->size.value);
  return *checkpoint;
}

std::string Oracle::SeePromises(const std::vector<journal::Committed>& told, uint64_t old_size) const {
  const bool is_new = told.front().index.value >= old_size;
  const uint64_t first = is_new ? old_size : told.front().index.value;
  const uint64_t end = is_new ? size() : first + told.size();
  std::string note, kept;
  for (const journal::Committed& one : told) {
    const std::string name = Name(one.index.value) + "'s promise";
    const Result<journal::Promise> promise = one.promise();
    Demand(promise.ok(), name + " is given: " + promise.status().ToString());
    Demand(promise->index == one.index && promise->leaf_hash == entries_[one.index.value].leaf_hash,
           name + " is of this entry");
    Demand(promise->path == crypto::ReferencePath(one.index.value - first, leaves_, first, end),
           name + " has the path of RFC 6962 in its commit");
    Demand(note.empty() || promise->note == note, "one commit has one note");
    if (!note.empty()) continue;
    note = promise->note;
    kept = promise->Serialize();
    // Signatures are what takes the time: those of every other commit are checked, and of what was sent again fewer.
    if ((size() + first) % (is_new ? 2 : 8) != 0) continue;
    const std::vector<crypto::PublicKey> signers = keys_.SignersAt(size());
    if (signers.size() > 1) CheckSigners(note, size());
    const auto key = crypto::VerifierKey::Create(origin_, signers.back());
    const Result<journal::PromisedCommit> commit = promise->Verify(*key);
    Demand(commit.ok(), name + " verifies: " + commit.status().ToString());
    Demand(commit->origin == origin_ && commit->first.value == first && commit->count == end - first &&
               commit->recorded_at_us == entries_[end - 1].recorded_at_us &&
               commit->root == crypto::ReferenceRoot(leaves_, first, end),
           name + " is of entries " + std::to_string(first) + " to " + std::to_string(end - 1) + " and their root");
  }
  return kept;
}

void Oracle::SeeCheckpoint(const std::string& note) {
  const crypto::Checkpoint checkpoint = OpenCheckpoint(note);
  const uint64_t at = checkpoint.size.value;
  const auto seen = checkpoints_.emplace(at, note);
  if (!seen.second && seen.first->second == note) return;
  Demand(checkpoint.root == Root(at), "the checkpoint of size " + std::to_string(at) + " has the entries' root");
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
    const Entry& entry = entries_[i];
    by_type[entry.part.type].push_back(EntryIndex{i});
    const auto found = journal.FindSubmission(entry.key_id, entry.part.idempotency_key);
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
  keys_.Compare(journal.keys());
  const uint64_t latest = OpenCheckpoint(journal.LatestCheckpoint()).size.value;
  Demand(latest >= checkpoint_size_max_, "the last checkpoint is not older than one given");
  // Whoever trusts the first key, or one that signed the last checkpoint, is led to all the others.
  std::vector<crypto::PublicKey> anchors = keys_.SignersAt(latest);
  anchors.push_back(keys_.SignersAt(1).front());
  const auto key = crypto::VerifierKey::Create(origin_, anchors[size() % anchors.size()]);
  const journal::VerifyReport report =
      journal::VerifyJournal(journal.storage(), {.checkpoint_key = *key, .threads = 1, .progress = {}});
  std::string failed;
  for (const journal::VerifyCheck& check : report.checks) {
    for (const std::string& failure : check.failures) failed += "\n  " + check.name + ": " + failure;
  }
  Demand(report.passed() && report.size.value == size() && report.root == head.root, "the full check passes" + failed);
  uint64_t repudiated = 0;
  for (uint64_t i = 0; i < size(); ++i) repudiated += keys_.IsRepudiated(entries_[i].key_id, i) ? 1 : 0;
  const bool names_them =
      std::any_of(report.taken_on_trust.begin(), report.taken_on_trust.end(), [&](const std::string& what) {
        return what.starts_with("Entries that a revocation repudiates") &&
               what.find("(" + std::to_string(repudiated) + "). They stay") != std::string::npos;
      });
  Demand(names_them == (repudiated > 0),
         "the full check says that " + std::to_string(repudiated) + " entries are repudiated");
}

}  // namespace ledgerline::sim
