#include "tests/sim/world.h"

#include <algorithm>
#include <cstdio>

#include "crypto/sha256.h"
#include "ledger/journal/signed_batch.h"
#include "tests/ledger/journal/journal_fixture.h"

namespace ledgerline::sim {
namespace {

using journal::Committed;
using journal::Journal;
using journal::SubmissionRequest;

enum Action : size_t {
  kSendNew,
  kSendAgain,
  kSendConflict,
  kSendBad,
  kSendBatch,
  kEnrol,
  kRotate,
  kRevoke,
  kVanish,
  kCommit,
  kSign,
  kClock,
  kFault,
  kCrash,
  kClose,
  kRead,
  kActions
};
constexpr uint32_t kWeightMax[kActions] = {30, 12, 6, 8, 12, 4, 5, 5, 1, 30, 10, 8, 6, 3, 2, 8};

constexpr int64_t kHourUs = 3'600'000'000;

std::vector<crypto::KeySigner> MakePool() {
  std::vector<crypto::KeySigner> pool;
  for (char fill = 'a'; fill < 'o'; ++fill) pool.push_back(journal::TestSigner(fill));
  return pool;
}

std::string CodeOf(const Status& status) { return std::string(StatusCodeName(status.code())); }

}  // namespace

World::World(uint64_t seed, bool print)
    : random_(seed), print_(print), pool_(MakePool()), operator_(pool_.front()), oracle_(journal::kTestOrigin) {
  for (const uint32_t most : kWeightMax) weights_.push_back(1 + static_cast<uint32_t>(Draw(most)));
  // One fault-free run in eight; and in every run, some of the steps do not happen at all.
  for (const size_t rare :
       {kSendConflict, kSendBad, kEnrol, kRotate, kRevoke, kVanish, kClock, kFault, kCrash, kClose}) {
    if (Chance(20)) weights_[rare] = 0;
  }
  options_.own_thread = false;
  options_.queued_submissions_max = 1 + Draw(20);
  options_.batch_entries_max = 1 + Draw(12);
  options_.fold_entries_min = 1 + Draw(60);
  for (const crypto::KeySigner& key : pool_) tokens_.emplace(journal::KeyId(key.public_key()), Token(key, token_away_));
  offered_.insert(journal::KeyId(operator_.public_key()));
  vanished_.resize(1 + Draw(6));
}

World::~World() {
  disk_.Crash();  // whatever the journal still wants to do, it is over
}

void World::Trace(const std::string& step) {
  last_step_ = step;
  trace_ += step + "\n";
  if (print_) std::fprintf(stderr, "  %s\n", step.c_str());
}

Hash256 World::TraceHash() const { return crypto::Sha256(trace_); }

void World::Run() {
  Create();
  const uint64_t steps = 34 + Draw(68);
  // Now and then a tree that outgrows its first tile.
  if (Chance(4)) {
    options_.queued_submissions_max = options_.batch_entries_max = 64;
    Close();
    Open();
    const uint64_t many = 230 + Draw(40);
    while (oracle_.size() < many) {
      for (int i = 0; i < 32; ++i) SendNew(0);
      Commit();
    }
  }
  for (uint64_t i = 0; i < steps; ++i) Step();
  Finish();
}

void World::Create() {
  const int64_t now = clock_.now.us;
  auto created = Journal::Create(std::make_unique<DiskStorage>(disk_), journal::kTestOrigin,
                                 TokenOf(journal::KeyId(operator_.public_key())), clock_, options_);
  Demand(created.ok(), "a journal can be made: " + created.status().ToString());
  journal_ = std::move(*created);
  const Result<std::string> genesis = journal_->ReadEntry(EntryIndex{0});
  Demand(genesis.ok(), "entry 0 is there");
  v1::Entry entry;
  Demand(entry.ParseFromString(*genesis), "entry 0 is an Entry");
  oracle_.Learn(Wanted::From(SubmissionRequest{entry.submission(), {}}), 0, now, *genesis);
  oracle_.SeeCheckpoint(journal_->LatestCheckpoint());
  Trace("create");
}

void World::Step() {
  uint64_t total = 0;
  for (const uint32_t weight : weights_) total += weight;
  uint64_t drawn = Draw(total);
  size_t action = 0;
  while (drawn >= weights_[action]) drawn -= weights_[action++];
  const size_t submitter = Draw(vanished_.size());
  if (token_away_ && Chance(10)) token_away_ = false;
  // A journal that has stopped is opened again before long.
  if (stopped_ && Chance(40)) action = kClose;
  switch (static_cast<Action>(action)) {
    case kSendNew:
      return SendNew(submitter);
    case kSendAgain:
      return SendAgain();
    case kSendConflict:
      return SendConflict(submitter);
    case kSendBad:
      return SendBad(submitter);
    case kSendBatch:
      return SendBatch(submitter);
    case kEnrol:
      return EnrolKey();
    case kRotate:
      return RotateKey();
    case kRevoke:
      return RevokeKey();
    case kVanish:
      vanished_[submitter] = true;
      ++counts_["submitters vanished"];
      return Trace("submitter " + std::to_string(submitter) + " vanishes");
    case kCommit:
      return Commit();
    case kSign:
      return SignCheckpoint();
    case kClock:
      return MoveClock();
    case kFault:
      return ArmFault();
    case kCrash:
      return Crash();
    case kClose:
      Close();
      return Open();
    case kRead:
      return Read();
    case kActions:
      return;
  }
}

// Something that the journal takes: a rating or a file of the operator's or a service's, or a consent in a party's own
// name.
SubmissionRequest World::RandomRequest(size_t submitter, const std::string& key) {
  if (const crypto::KeySigner* party = Chance(20) ? AnyKeyOf(v1::KEY_ROLE_PARTY) : nullptr)
    return journal::Request(*party, key, journal::ConsentPayload("party-" + NextName()));
  const crypto::KeySigner* service = Chance(20) ? AnyKeyOf(v1::KEY_ROLE_SERVICE) : nullptr;
  return RequestUnder(service != nullptr ? *service : AnyOperatorKey(), submitter, key);
}

SubmissionRequest World::RequestUnder(const crypto::KeySigner& speaker, size_t submitter, const std::string& key) {
  if (Chance(15)) {
    const std::string blob = "rows of " + std::to_string(Draw(4));  // few, so that some are there already
    std::vector<std::string> blobs;
    if (!oracle_.HasBlob(crypto::Sha256(blob)) || Chance(50)) blobs.push_back(blob);
    return journal::Request(speaker, key, journal::UsagePayload(blob), std::move(blobs));
  }
  return journal::Request(speaker, key, journal::RatingPayload("recording-" + NextName(), 1 + submitter % 5));
}

void World::SendNew(size_t submitter) {
  if (vanished_[submitter]) return;
  const std::string key = NextName();
  NewAttempt(submitter, RandomRequest(submitter, key));
  Send(attempts_.size() - 1);
}

// The same bytes once more, whether or not an answer came to the first.
void World::SendAgain() {
  if (attempts_.empty()) return;
  const size_t attempt = Draw(attempts_.size());
  if (vanished_[attempts_[attempt].submitter]) return;
  ++counts_["repeats sent"];
  Send(attempt);
}

// Other bytes under the key of an earlier attempt.
void World::SendConflict(size_t submitter) {
  if (attempts_.empty() || vanished_[submitter]) return;
  const Wanted& earlier = attempts_[Draw(attempts_.size())].wanted;
  const Key* speaker = oracle_.FindKey(earlier.key_id);
  if (speaker->role != v1::KEY_ROLE_OPERATOR && speaker->role != v1::KEY_ROLE_SERVICE) return;
  const std::string& taken = earlier.parts[Draw(earlier.parts.size())].idempotency_key;
  ++counts_["conflicts sent"];
  NewAttempt(submitter, RequestUnder(SignerOf(earlier.key_id), submitter, taken));
  Send(attempts_.size() - 1);
}

// Some items under one signature; now and then one of them under a key that is taken, or with a file.
void World::SendBatch(size_t submitter) {
  if (vanished_[submitter]) return;
  std::vector<journal::ItemContent> items;
  std::vector<std::string> blobs;
  const std::string header = NextName();
  for (uint64_t i = 0, count = 1 + Draw(5); i < count; ++i) {
    std::string key = NextName();
    if (!attempts_.empty() && Chance(5)) {
      const Wanted& earlier = attempts_[Draw(attempts_.size())].wanted;
      const std::string& taken = earlier.parts[Draw(earlier.parts.size())].idempotency_key;
      const bool twice = std::any_of(items.begin(), items.end(),
                                     [&](const journal::ItemContent& item) { return item.idempotency_key == taken; });
      if (!twice) key = taken;
    }
    if (blobs.empty() && Chance(10)) {
      blobs.push_back("rows of " + std::to_string(Draw(4)));
      items.push_back({key, journal::UsagePayload(blobs[0])});
    } else {
      items.push_back({key, journal::RatingPayload("recording-" + key)});
    }
  }
  const crypto::KeySigner* service = Chance(30) ? AnyKeyOf(v1::KEY_ROLE_SERVICE) : nullptr;
  const Result<std::string> batch =
      journal::SignBatch(journal::kTestOrigin, header, items, service != nullptr ? *service : AnyOperatorKey());
  Demand(batch.ok(), "a batch can be signed: " + batch.status().ToString());
  ++counts_["batches sent"];
  NewAttempt(submitter, journal::BatchRequest{*batch, std::move(blobs)});
  Send(attempts_.size() - 1);
}

// What admission refuses, each for one reason.
void World::SendBad(size_t submitter) {
  const std::string key = NextName();
  const std::string payload = journal::RatingPayload("recording-" + key);
  SubmissionRequest request = journal::Request(operator_, key, payload);
  StatusCode expected = StatusCode::kPermissionDenied;
  std::string what;
  switch (Draw(9)) {
    case 0: {
      what = "false signature";
      v1::Submission submission;
      Demand(submission.ParseFromString(request.submission), "our own submission parses");
      (*submission.mutable_signature())[Draw(64)] ^= static_cast<char>(1 << Draw(8));
      request.submission = submission.SerializeAsString();
      break;
    }
    case 1:
      what = "unknown key";
      request = journal::Request(journal::TestSigner('?'), key, payload);
      break;
    case 2:
      what = "missing blob";
      expected = StatusCode::kFailedPrecondition;
      request = journal::Request(operator_, key, journal::UsagePayload("never sent " + key));
      break;
    case 3:
      what = "blob that nobody asked for";
      expected = StatusCode::kInvalidArgument;
      request.blobs = {"surprise"};
      break;
    case 4:
      what = "another ledger's origin";
      expected = StatusCode::kInvalidArgument;
      request.submission = *journal::SignSubmission("elsewhere.example/log", key, payload, operator_);
      break;
    case 5:
      what = "no submission at all";
      expected = StatusCode::kInvalidArgument;
      request.submission = "\xff\xff" + key;
      break;
    case 6: {
      what = "a second genesis";
      expected = StatusCode::kFailedPrecondition;
      v1::Payload genesis;
      genesis.mutable_genesis()->set_origin(journal::kTestOrigin);
      genesis.mutable_genesis()->set_operator_public_key(operator_.public_key().ToBytes());
      genesis.mutable_genesis()->set_format_version(1);
      request = journal::Request(operator_, key, genesis.SerializeAsString());
      break;
    }
    case 7: {
      const crypto::KeySigner* party = AnyKeyOf(v1::KEY_ROLE_PARTY);
      if (party == nullptr) return;
      what = "a rating under a party's key";
      request = journal::Request(*party, key, payload);
      break;
    }
    default:
      what = "too large";
      expected = StatusCode::kOutOfRange;
      request = journal::Request(operator_, key, journal::RatingPayload(std::string(66'000, 'x')));
  }
  const uint64_t reads_failed = disk_.reads_failed;
  const Status status = journal_->SubmitAsync(std::move(request), [](Result<Committed>) {
    throw Violation("a submission that must be refused at once was queued");
  });
  Trace("submitter " + std::to_string(submitter) + " sends " + what + ": " + CodeOf(status));
  ++counts_["bad submissions"];
  if ((disk_.dead() || disk_.reads_failed > reads_failed) && status.code() == StatusCode::kUnavailable) return;
  Demand(status.code() == expected,
         what + " is refused as " + std::string(StatusCodeName(expected)) + ", not as " + status.ToString());
}

void World::Send(size_t attempt) {
  const Wanted& wanted = attempts_[attempt].wanted;
  auto queued = std::make_shared<Queued>();
  queued->attempt = attempt;
  queued->wanted = wanted;
  const uint64_t reads_failed = disk_.reads_failed;
  const auto answer = [queued](Result<std::vector<Committed>> result) {
    ++queued->answers;
    queued->result = std::move(result);
  };
  Status status;
  if (wanted.is_batch) {
    status = journal_->SubmitBatchAsync({wanted.bytes, wanted.blobs}, [answer](Result<journal::CommittedBatch> result) {
      if (!result.ok()) return answer(result.status());
      std::vector<Committed> all = {result->header};
      all.insert(all.end(), result->items.begin(), result->items.end());
      answer(std::move(all));
    });
  } else {
    status = journal_->SubmitAsync({wanted.bytes, wanted.blobs}, [answer](Result<Committed> result) {
      if (!result.ok()) return answer(result.status());
      answer(std::vector<Committed>{*result});
    });
  }
  Trace("submitter " + std::to_string(attempts_[attempt].submitter) + " sends attempt " + std::to_string(attempt) +
        ", " + wanted.digest.Short() + ": " + CodeOf(status));
  ++counts_["submissions"];
  Demand(queued->answers == 0, "nobody is answered before a commit");
  const bool full = queue_.size() >= options_.queued_submissions_max;
  if (status.ok()) {
    Demand(!stopped_ && !full, "a journal that has stopped, or whose queue is full, takes nothing");
    queue_.push_back(std::move(queued));
  } else if (status.code() == StatusCode::kUnavailable) {
    Demand(stopped_ || disk_.reads_failed > reads_failed, "an open journal refuses nothing good: " + status.ToString());
  } else if (status.code() == StatusCode::kResourceExhausted) {
    Demand(full, "the queue is full at its bound and not before");
    ++counts_["queue full"];
  } else {
    // A repeat that leaves its blobs out because they were there, in an attempt that the medium lost.
    bool blob_gone = false;
    for (const Wanted::Part& part : wanted.parts) {
      for (const Hash256& hash : part.referenced) blob_gone |= wanted.blobs.empty() && !oracle_.HasBlob(hash);
    }
    blob_gone &= status.code() == StatusCode::kFailedPrecondition;
    Demand(blob_gone, "a good submission is not refused: " + status.ToString());
    attempts_[attempt].refused = true;
  }
}

// A batch that fills up to its bound in entries; the first always goes, however large.
size_t World::DueNow() const {
  size_t due = 0, entries = 0;
  for (const auto& queued : queue_) {
    entries += queued->wanted.parts.size();
    if (due > 0 && entries > options_.batch_entries_max) break;
    ++due;
  }
  return due;
}

void World::Commit() {
  const size_t due = DueNow();
  const uint64_t commits_failed = disk_.commits_failed;
  const uint64_t reads_failed = disk_.reads_failed;
  const Result<size_t> answered = journal_->CommitQueued();
  Demand(answered.ok() && *answered == due, "one batch is answered whole");
  Batch batch;
  for (size_t i = 0; i < due; ++i) {
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
    Demand(batch.back()->answers == 1, "every submission is answered exactly once");
  }
  for (const auto& queued : queue_) Demand(queued->answers == 0, "what still waits has no answer");
  if (due == 0) return;
  if (disk_.failing_read > 0) disk_.failing_read = 0;  // the oracle's own reads come next
  JudgeBatch(batch, disk_.commits_failed > commits_failed, disk_.reads_failed > reads_failed);
  ++counts_["batches"];
  Trace("commit of " + std::to_string(due) + ", size " + std::to_string(oracle_.size()) +
        (stopped_ ? ", stopped" : ""));
}

void World::JudgeBatch(const Batch& batch, bool commit_failed, bool read_failed) {
  if (stopped_) {
    for (const auto& queued : batch)
      Demand(queued->result->status().code() == StatusCode::kUnavailable, "a journal that has stopped answers so");
    return;
  }
  if (!commit_failed) {
    const uint64_t old_size = oracle_.size();
    for (const auto& queued : batch) {
      if (read_failed && queued->result->status().code() == StatusCode::kUnavailable) continue;
      const int64_t recorded_at_us = oracle_.TimeAt(clock_.now.us);
      const Oracle::Verdict verdict = oracle_.Judge(queued->wanted, recorded_at_us);
      JudgeAnswer(*queued, verdict, recorded_at_us);
    }
    Demand(journal_->size().value == oracle_.size(), "the size is the number of entries");
    for (const auto& queued : batch) {
      if (!queued->result->ok()) continue;
      if (token_away_) {
        const StatusCode code = (*queued->result)->front().promise().status().code();
        Demand(code == StatusCode::kUnavailable, "without its token the operator promises nothing");
        ++counts_["promises that no token was there for"];
        continue;
      }
      attempts_[queued->attempt].promise = oracle_.SeePromises(**queued->result, old_size);
      ++counts_["promises"];
    }
    return;
  }
  // The commit failed. Nobody may have been told "committed" of what was new in it, and nothing may follow.
  stopped_ = true;
  ++counts_["commits failed"];
  Oracle would_be = oracle_;
  for (const auto& queued : batch) {
    const int64_t recorded_at_us = would_be.TimeAt(clock_.now.us);
    const Oracle::Verdict verdict = would_be.Judge(queued->wanted, recorded_at_us);
    const bool was_there = verdict.kind == Oracle::Verdict::kRepeat && verdict.index < oracle_.size();
    if (queued->result->ok()) Demand(was_there, "nothing is acknowledged whose commit failed");
    if (verdict.kind != Oracle::Verdict::kNew) continue;
    if (read_failed) refused_for_reads_ = std::max(refused_for_reads_, queued->wanted.parts.size());
    for (size_t part = 0; part < queued->wanted.parts.size(); ++part) {
      in_doubt_.push_back({queued->wanted, part, recorded_at_us});
      // A stand-in for the entry, so that the next one is judged as if this one were there.
      v1::Entry entry;
      entry.set_index(would_be.size());
      entry.set_submission(queued->wanted.parts[part].bytes);
      entry.set_submitter_key_id(queued->wanted.key_id.ToBytes());
      entry.set_type(queued->wanted.parts[part].type);
      entry.set_batch_offset(static_cast<uint32_t>(part));
      entry.set_evidence(part > 0 ? v1::SIGNATURE_EVIDENCE_BATCH : v1::SIGNATURE_EVIDENCE_SUBMISSION);
      entry.set_previous_leaf_hash(would_be.entries().back().leaf_hash.ToBytes());
      entry.set_recorded_at_us(recorded_at_us);
      would_be.Learn(queued->wanted, part, recorded_at_us, entry.SerializeAsString());
    }
  }
}

void World::JudgeAnswer(Queued& queued, const Oracle::Verdict& verdict, int64_t recorded_at_us) {
  Attempt& attempt = attempts_[queued.attempt];
  const Result<std::vector<Committed>>& result = *queued.result;
  const size_t parts = queued.wanted.parts.size();
  const std::string name = "attempt " + std::to_string(queued.attempt);
  if (verdict.kind == Oracle::Verdict::kRefused) {
    Demand(result.status().code() == verdict.code, name + " is refused as " +
                                                       std::string(StatusCodeName(verdict.code)) + ", not as " +
                                                       result.status().ToString());
    ++counts_["refused in their turn"];
    // Time may yet come; a conflict stays one.
    if (verdict.code == StatusCode::kAlreadyExists) attempt.refused = true;
    return;
  }
  Demand(result.ok(), name + " is accepted: " + result.status().ToString());
  Demand(result->size() == parts, name + " has an answer for each of its entries");
  const bool is_new = verdict.kind == Oracle::Verdict::kNew;
  const uint64_t index = is_new ? oracle_.size() : verdict.index;
  for (size_t part = 0; part < parts; ++part) {
    if (is_new) {
      const Result<std::string> bytes = journal_->ReadEntry(EntryIndex{oracle_.size()});
      Demand(bytes.ok(), "what was acknowledged is there: " + bytes.status().ToString());
      oracle_.Learn(queued.wanted, part, recorded_at_us, *bytes);
    }
    const Oracle::Entry& entry = oracle_.entries()[index + part];
    const Committed& told = (*result)[part];
    Demand(told.index.value == index + part && told.leaf_hash == entry.leaf_hash &&
               told.recorded_at_us == entry.recorded_at_us,
           name + " is told index, leaf hash and time of entry " + std::to_string(index + part));
    Demand(told.already_existed == !is_new, name + " hears whether it was there");
  }
  Demand(!attempt.index || *attempt.index == index, name + " has the index that it had before");
  attempt.index = index;
  ++counts_[is_new ? "acknowledged new" : "acknowledged again"];
  if (queued.wanted.is_batch) ++counts_["signed batches acknowledged"];
}

void World::SignCheckpoint() {
  const uint64_t commits_failed = disk_.commits_failed;
  const uint64_t publishes_failed = disk_.publishes_failed;
  const Result<std::string> note = journal_->SignCheckpoint();
  Trace("sign: " + (note.ok() ? crypto::Sha256(*note).Short() : CodeOf(note.status())));
  if (note.ok()) {
    oracle_.SeeCheckpoint(*note);
    Demand(*note == journal_->LatestCheckpoint(), "the last checkpoint is the one that was just signed");
    if (!stopped_) Demand(disk_.published() == *note, "a checkpoint that was given out is the published one");
    ++counts_["checkpoints"];
    if (oracle_.keys().SignersAt(oracle_.size()).size() > 1) ++counts_["checkpoints of an overlap"];
    return;
  }
  const bool failed = disk_.commits_failed > commits_failed || disk_.publishes_failed > publishes_failed;
  if (token_away_) ++counts_["checkpoints that no token was there for"];
  Demand(stopped_ || failed || (token_away_ && note.status().code() == StatusCode::kUnavailable),
         "an open journal signs: " + note.status().ToString());
  if (disk_.commits_failed > commits_failed) stopped_ = true;
}

void World::MoveClock() {
  const int64_t by = Chance(30) ? -static_cast<int64_t>(Draw(3 * kHourUs)) : static_cast<int64_t>(Draw(2 * kHourUs));
  clock_.now.us += by;
  ++counts_[by < 0 ? "clock went back" : "clock jumped"];
  Trace("clock " + std::to_string(by));
}

void World::ArmFault() {
  switch (Draw(7)) {
    case 6:
      token_away_ = true;
      break;
    case 0:
      disk_.next_commit = WriteFault::kError;
      break;
    case 1:
      disk_.next_commit = WriteFault::kCrash;
      break;
    case 2:
      disk_.full = true;
      break;
    case 3:
      disk_.next_publish = Chance(50) ? WriteFault::kError : WriteFault::kFull;
      break;
    case 4:
      disk_.failing_read = 1 + Draw(6);
      break;
    default:
      disk_.next_commit = WriteFault::kFull;
  }
  Trace("a fault lies in wait");
}

void World::Crash() {
  disk_.Crash();
  ++counts_["crashes"];
  Trace("crash");
  Close();
  Open();
}

// Ends the process; what is queued is committed first, unless the machine is gone.
void World::Close() {
  if (!disk_.dead()) {
    while (!queue_.empty()) Commit();
  }
  // The destructor may yet try to write what is queued; nobody may be told that it was.
  disk_.Crash();
  journal_.reset();
  for (const auto& queued : queue_) Demand(!queued->result || !queued->result->ok(), "a dead machine commits nothing");
  queue_.clear();
}

void World::Open() {
  Demand(!disk_.wrote_after_failure, "no batch follows one that failed");
  disk_.Restart(random_);
  if (Chance(10)) (Chance(50) ? disk_.next_commit : disk_.next_publish) = WriteFault::kError;
  const uint64_t faults = disk_.faults_injected;
  auto opened = Journal::Open(std::make_unique<DiskStorage>(disk_), OperatorSigners(), clock_, options_);
  if (!opened.ok()) {
    Demand(disk_.faults_injected > faults && opened.status().code() == StatusCode::kUnavailable,
           "what was written opens again: " + opened.status().ToString());
    disk_.Restart(random_);
    opened = Journal::Open(std::make_unique<DiskStorage>(disk_), OperatorSigners(), clock_, options_);
    Demand(opened.ok(), "what was written opens again: " + opened.status().ToString());
  }
  disk_.next_commit = disk_.next_publish = WriteFault::kNone;
  journal_ = std::move(*opened);
  stopped_ = false;
  const uint64_t size = journal_->size().value;
  LearnWhatIsThere(size);
  oracle_.CompareAll(*journal_);
  if (Chance(20)) OpenWithoutAKey();
  ++counts_["reopenings"];
  Trace("open, size " + std::to_string(size));
}

// A commit that failed is there as a whole, in its order, or not at all.
void World::LearnWhatIsThere(uint64_t size) {
  const std::string sizes = "size " + std::to_string(size) + " after " + std::to_string(oracle_.size()) + " and " +
                            std::to_string(in_doubt_.size()) + " in doubt";
  const uint64_t found = size - oracle_.size();
  const uint64_t least = in_doubt_.size() - refused_for_reads_;
  Demand(size == oracle_.size() || (found >= least && found <= in_doubt_.size()),
         "a batch is there as a whole or not at all: " + sizes);
  size_t candidate = 0;
  while (oracle_.size() < size) {
    const Result<std::string> bytes = journal_->ReadEntry(EntryIndex{oracle_.size()});
    v1::Entry entry;
    Demand(bytes.ok() && entry.ParseFromString(*bytes), "every entry below the size is there");
    while (candidate < in_doubt_.size() &&
           in_doubt_[candidate].wanted.parts[in_doubt_[candidate].part].bytes != entry.submission())
      ++candidate;
    Demand(candidate < in_doubt_.size(), "nothing is there that nobody asked for: " + sizes);
    const InDoubt& there = in_doubt_[candidate];
    oracle_.Learn(there.wanted, there.part, there.recorded_at_us, *bytes);
    ++candidate;
  }
  if (found > 0) ++counts_["failed commits that were there after all"];
  in_doubt_.clear();
  refused_for_reads_ = 0;
}

void World::Read() {
  if (disk_.failing_read > 0) return;
  const uint64_t size = oracle_.size();
  const uint64_t new_size = 1 + Draw(size);
  const uint64_t index = Draw(new_size);
  const uint64_t old_size = 1 + Draw(new_size);
  if (disk_.dead()) return;
  oracle_.CompareProofs(*journal_, index, old_size, new_size);
  const Status beyond = journal_->ReadEntry(EntryIndex{size}).status();
  Demand(beyond.code() == StatusCode::kNotFound, "there is no entry beyond the size");
  ++counts_["proofs compared"];
  Trace("proofs of " + std::to_string(index) + ", " + std::to_string(old_size) + ", " + std::to_string(new_size));
}

// Everything is mended; whoever is still there retries until it has an answer, and then nothing may be left open.
void World::Finish() {
  token_away_ = false;
  Close();
  Open();
  for (size_t i = 0; i < attempts_.size(); ++i) {
    if (vanished_[attempts_[i].submitter] || attempts_[i].refused) continue;
    Send(i);
    if (queue_.size() >= options_.queued_submissions_max) Commit();
    while (!queue_.empty() && i + 1 == attempts_.size()) Commit();
  }
  while (!queue_.empty()) Commit();
  SignCheckpoint();
  for (size_t i = 0; i < attempts_.size(); ++i) {
    const Attempt& attempt = attempts_[i];
    if (!attempt.index) continue;
    Demand(oracle_.entries()[*attempt.index].digest == attempt.wanted.digest,
           "attempt " + std::to_string(i) + " is the entry that it was told");
  }
  oracle_.CompareAll(*journal_);
  CheckPromisesKept();
  counts_["entries"] += oracle_.size();
  CountKeys();
  counts_["faults injected"] += disk_.faults_injected;
  Trace("end, size " + std::to_string(oracle_.size()) + ", root " + journal_->root().ToHex());
  disk_.Crash();
  journal_.reset();
}

}  // namespace ledgerline::sim
