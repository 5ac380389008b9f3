// The oracle: what a journal must look like, by a model so simple that it can be read in one sitting.
//
// An ordered list of accepted submissions; a map from (key, idempotency key) to the place in it; the keys that the
// entries name (key_model.h); every checkpoint that anybody was given. It reads the leaf bytes back and computes chain,
// leaf hashes and roots itself (RFC 6962 section 2.1 by recursion), and takes no word of the journal for anything.
#ifndef LEDGERLINE_TESTS_SIM_ORACLE_H_
#define LEDGERLINE_TESTS_SIM_ORACLE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "crypto/checkpoint.h"
#include "ledger/journal/journal.h"
#include "tests/sim/key_model.h"
#include "tests/sim/violation.h"

namespace ledgerline::sim {

// What its submitter wants recorded: one entry, or those of a signed batch, the header first.
struct Wanted {
  struct Part {
    std::string bytes;  // as the entry must hold them
    std::string idempotency_key;
    v1::PayloadType type = v1::PAYLOAD_TYPE_UNSPECIFIED;
    std::vector<Hash256> referenced;
  };
  std::string bytes;  // as sent: the submission, or the signed batch
  std::vector<std::string> blobs;
  Hash256 digest;
  Hash256 key_id;
  std::vector<Part> parts;
  bool is_batch = false;

  static Wanted From(journal::SubmissionRequest request);
  static Wanted From(journal::BatchRequest request);
};

class Oracle {
 public:
  struct Entry {
    Wanted::Part part;
    Hash256 digest;  // of what was sent
    Hash256 key_id;
    Hash256 leaf_hash;
    int64_t recorded_at_us = 0;
  };
  // What a submission may be told when its turn comes, if nothing fails.
  struct Verdict {
    enum Kind { kNew, kRepeat, kRefused } kind = kNew;
    size_t index = 0;                   // kRepeat: of the first entry
    StatusCode code = StatusCode::kOk;  // kRefused
  };

  explicit Oracle(std::string origin) : origin_(std::move(origin)), keys_(origin_) {}

  const std::vector<Entry>& entries() const { return entries_; }
  uint64_t size() const { return entries_.size(); }
  bool HasBlob(const Hash256& hash) const { return blobs_.contains(hash); }
  const KeyModel& keys() const { return keys_; }
  const Key* FindKey(const Hash256& id) const { return keys_.Find(id); }

  Verdict Judge(const Wanted& wanted, int64_t recorded_at_us) const;
  // The time that an entry gets now.
  int64_t TimeAt(int64_t now_us) const {
    return entries_.empty() ? now_us : std::max(now_us, entries_.back().recorded_at_us);
  }
  // Takes in the entry that must be the next one, for one part of `wanted`: checks every field of `bytes`.
  void Learn(const Wanted& wanted, size_t part, int64_t recorded_at_us, const std::string& bytes);

  // A checkpoint that somebody was given: signed by every operator key in force at its size and by no other, of this
  // origin, the root of exactly the entries so far.
  void SeeCheckpoint(const std::string& note);
  uint64_t checkpoint_size_max() const { return checkpoint_size_max_; }

  // The promises that the entries of one submission came with, the first of them `index`, when the journal had just
  // grown from `old_size` to the size of now: signed by every operator key of now, of exactly the commit that the
  // entries became durable with, or of the submission alone if they were there before.
  // Returns that of the first, as its submitter keeps it.
  std::string SeePromises(const std::vector<journal::Committed>& told, uint64_t old_size) const;

  // Everything that the journal holds, against the model: entries, head, indices, blobs, proofs between the
  // checkpoints that were given, the full verify.
  void CompareAll(const journal::Journal& journal) const;
  // One of each, at these places.
  void CompareProofs(const journal::Journal& journal, uint64_t index, uint64_t old_size, uint64_t new_size) const;

 private:
  Hash256 Root(uint64_t size) const;
  crypto::Checkpoint OpenCheckpoint(const std::string& note) const;
  // `note` is signed by exactly the operator keys of this size.
  void CheckSigners(const std::string& note, uint64_t size) const;

  std::string origin_;
  std::vector<Entry> entries_;
  std::map<std::pair<Hash256, std::string>, size_t> by_key_;
  KeyModel keys_;
  std::set<Hash256> blobs_;
  std::map<uint64_t, std::string> checkpoints_;
  uint64_t checkpoint_size_max_ = 0;
  std::vector<std::string> leaves_;
};

}  // namespace ledgerline::sim

#endif  // LEDGERLINE_TESTS_SIM_ORACLE_H_
