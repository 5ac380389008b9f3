// The world around one journal: a scheduler that, from one seed, decides who does what next and what fails.
//
// Submitters send, send again, send other bytes under the same key, forge, and vanish; keys are enrolled, rotated with
// an overlap and revoked, those that sign checkpoints too; the clock jumps and goes back; commits fail and are
// afterwards there or not; the disk fills up; the token that signs is away; the machine crashes. Nothing else is random
// and nothing runs at the same time, so a seed is a run, and its trace hash says that it was the same one.
#ifndef LEDGERLINE_TESTS_SIM_WORLD_H_
#define LEDGERLINE_TESTS_SIM_WORLD_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "ledger/journal/journal.h"
#include "schemas/time.h"
#include "tests/sim/disk.h"
#include "tests/sim/oracle.h"

namespace ledgerline::sim {

class SimulatedClock : public Clock {
 public:
  Instant Now() override { return now; }
  Instant now{1'790'000'000'000'000};
};

// The operator's key on a token, which may be away.
class Token : public crypto::Signer {
 public:
  Token(const crypto::KeySigner& key, const bool& away) : key_(key), away_(away) {}
  crypto::PublicKey public_key() const override { return key_.public_key(); }
  Result<crypto::Signature> Sign(std::string_view message) const override {
    if (away_) return Unavailable("the token is away");
    return key_.Sign(message);
  }

 private:
  const crypto::KeySigner& key_;
  const bool& away_;
};

// What happened in a run, for the totals that the test prints.
using Counts = std::map<std::string, uint64_t>;

class World {
 public:
  // `print`: say every step on standard error, for the replay of one seed.
  World(uint64_t seed, bool print);
  ~World();

  // Runs to the end; throws Violation. After it every submitter that did not vanish has its answer.
  void Run();

  Hash256 TraceHash() const;
  const std::string& last_step() const { return last_step_; }
  const Counts& counts() const { return counts_; }

 private:
  // What one submitter once asked for.
  struct Attempt {
    Wanted wanted;
    size_t submitter = 0;
    std::optional<uint64_t> index;  // acknowledged
    bool refused = false;           // for good
    std::string promise;            // the last one that it was given, of its first entry
  };
  struct Queued {
    size_t attempt = 0;
    Wanted wanted;
    int answers = 0;
    std::optional<Result<std::vector<journal::Committed>>> result;  // one for each part
  };
  using Batch = std::vector<std::shared_ptr<Queued>>;

  uint64_t Draw(uint64_t below) { return random_() % below; }
  bool Chance(uint64_t percent) { return Draw(100) < percent; }
  void Trace(const std::string& step);

  void Create();
  void Step();
  // In sending_actions.cc.
  void SendNew(size_t submitter);
  void SendAgain();
  void SendConflict(size_t submitter);
  void SendBad(size_t submitter);
  void SendBatch(size_t submitter);
  void Send(size_t attempt);
  journal::SubmissionRequest RandomRequest(size_t submitter, const std::string& key);
  // What an operator's or a service's key may say.
  journal::SubmissionRequest RequestUnder(const crypto::KeySigner& speaker, size_t submitter, const std::string& key);
  // In key_actions.cc.
  void EnrolKey();
  void RotateKey();
  void RevokeKey();
  const crypto::KeySigner& SignerOf(const Hash256& key_id) const;
  const crypto::KeySigner& AnyOperatorKey();
  const crypto::KeySigner* AnyKeyOf(v1::KeyRole role);
  const crypto::KeySigner& AnyKnownKey();
  journal::OperatorSigners OperatorSigners() const;
  void OpenWithoutAKey();
  const Token& TokenOf(const Hash256& key_id) const;
  void CheckPromisesKept() const;
  void CountKeys();
  // In commit_judgement.cc.
  size_t DueNow() const;
  void Commit();
  void JudgeBatch(const Batch& batch, bool commit_failed, bool read_failed);
  void JudgeAnswer(Queued& queued, const Oracle::Verdict& verdict, int64_t recorded_at_us);
  void LearnWhatIsThere(uint64_t size);

  void SignCheckpoint();
  void MoveClock();
  void ArmFault();
  void Crash();
  void Close();
  void Open();
  void Read();
  void Finish();

  template <typename Request>
  void NewAttempt(size_t submitter, Request request) {
    attempts_.push_back({Wanted::From(std::move(request)), submitter, std::nullopt, false, ""});
  }
  std::string NextName() { return "s" + std::to_string(++names_); }

  std::mt19937_64 random_;
  bool print_;
  std::string trace_;
  std::string last_step_;
  Counts counts_;

  Disk disk_;
  SimulatedClock clock_;
  std::vector<crypto::KeySigner> pool_;  // every key that there will ever be, enrolled or not yet; never grows
  const crypto::KeySigner& operator_;    // of genesis
  bool token_away_ = false;
  std::map<Hash256, Token> tokens_;  // of every key of the pool
  std::set<Hash256> offered_;        // keys that sign checkpoints, or will if their rotation becomes durable
  journal::JournalOptions options_;
  std::unique_ptr<journal::Journal> journal_;
  Oracle oracle_;
  bool stopped_ = false;  // after a failed commit the journal refuses everything
  // One part of what the failed commit held, and its time.
  struct InDoubt {
    Wanted wanted;
    size_t part;
    int64_t recorded_at_us;
  };
  std::vector<InDoubt> in_doubt_;
  size_t refused_for_reads_ = 0;  // as many of those may have been refused instead, as a read failed
  std::vector<Attempt> attempts_;
  std::vector<bool> vanished_;  // by submitter
  std::deque<std::shared_ptr<Queued>> queue_;
  std::vector<uint32_t> weights_;  // of the steps, drawn anew for each seed
  uint64_t names_ = 0;
};

}  // namespace ledgerline::sim

#endif  // LEDGERLINE_TESTS_SIM_WORLD_H_
