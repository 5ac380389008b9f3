#include "tests/sim/world.h"

#include <algorithm>
#include <cstdio>

#include "crypto/sha256.h"
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
