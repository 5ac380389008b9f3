// The oracle: what a journal must look like, by a model so simple that it can be read in one sitting.
//
// An ordered list of accepted submissions; a map from (key, idempotency key) to the place in it; the keys that the
// entries enrolled; every checkpoint that anybody was given. It reads the leaf bytes back and computes chain, leaf
// hashes and roots itself (RFC 6962 section 2.1 by recursion), and takes no word of the journal for anything.
#ifndef LEDGERLINE_TESTS_SIM_ORACLE_H_
#define LEDGERLINE_TESTS_SIM_ORACLE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "ledger/journal/journal.h"

namespace ledgerline::sim {

// The journal broke a promise. The message says which.
class Violation : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
inline void Demand(bool holds, const std::string& promise) {
  if (!holds) throw Violation(promise);
}

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

struct Key {
  bool is_party = false;
  int64_t valid_from_us = 0;
  int64_t valid_to_us = 0;
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

  Oracle(std::string origin, crypto::PublicKey operator_key)
      : origin_(std::move(origin)), operator_key_(operator_key) {}

  const std::vector<Entry>& entries() const { return entries_; }
  uint64_t size() const { return entries_.size(); }
  bool HasBlob(const Hash256& hash) const { return blobs_.contains(hash); }
  const Key* FindKey(const Hash256& id) const;

  Verdict Judge(const Wanted& wanted, int64_t recorded_at_us) const;
  // The time that an entry gets now.
  int64_t TimeAt(int64_t now_us) const {
    return entries_.empty() ? now_us : std::max(now_us, entries_.back().recorded_at_us);
  }
  // Takes in the entry that must be the next one, for one part of `wanted`: checks every field of `bytes`.
  void Learn(const Wanted& wanted, size_t part, int64_t recorded_at_us, const std::string& bytes);

  // A checkpoint that somebody was given: signed, of this origin, the root of exactly the entries so far.
  void SeeCheckpoint(const std::string& note);
  uint64_t checkpoint_size_max() const { return checkpoint_size_max_; }

  // Everything that the journal holds, against the model: entries, head, indices, blobs, proofs between the
  // checkpoints that were given, the full verify.
  void CompareAll(const journal::Journal& journal) const;
  // One of each, at these places.
  void CompareProofs(const journal::Journal& journal, uint64_t index, uint64_t old_size, uint64_t new_size) const;

 private:
  Hash256 Root(uint64_t size) const;

  std::string origin_;
  crypto::PublicKey operator_key_;
  std::vector<Entry> entries_;
  std::map<std::pair<Hash256, std::string>, size_t> by_key_;
  std::map<Hash256, Key> keys_;
  std::set<Hash256> blobs_;
  std::map<uint64_t, std::string> checkpoints_;
  uint64_t checkpoint_size_max_ = 0;
  std::vector<std::string> leaves_;
};

}  // namespace ledgerline::sim

#endif  // LEDGERLINE_TESTS_SIM_ORACLE_H_
