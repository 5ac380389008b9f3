// The check of what can be derived from the entries: idempotency records and the index by type must be exactly those
// that the entries give, no fewer and no more.
#ifndef LEDGERLINE_LEDGER_JOURNAL_DERIVED_RECORDS_H_
#define LEDGERLINE_LEDGER_JOURNAL_DERIVED_RECORDS_H_

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/journal/storage.h"
#include "ledgerline/v1/payload.pb.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::journal {

// A multiset of (key, index) pairs as the product of (r - h) over a prime field, where h is a random linear function of
// the pair: two different multisets of n pairs agree with probability below n / 2^61 in each of two independent
// fingerprints (Schwartz-Zippel), whatever a forger wrote, since r and h are drawn anew in each run.
class PairFingerprint {
 public:
  PairFingerprint();  // draws
  // `key` is a keyspace::SubmissionKey.
  void Add(std::array<uint64_t, 2>& product, std::string_view key, uint64_t index) const;
  static constexpr std::array<uint64_t, 2> kEmpty{1, 1};

 private:
  struct Function {
    std::array<uint64_t, 4> factors;
    uint64_t root;
  };
  std::array<Function, 2> functions_;
};

// Not thread-safe.
class DerivedRecords {
 public:
  // Of each entry in order; of one that cannot be read, nothing.
  void Expect(EntryIndex index, v1::PayloadType type, std::string_view submission_key);
  // Takes one record of the store, under its whole key. Errors: kDataLoss (form).
  Status TakeSubmission(std::string_view key, std::string_view value);
  Status TakeType(std::string_view key, std::string_view value);

  // Whether the idempotency records are exactly the expected ones. If not, CompareSubmission says of each entry what is
  // wrong with it.
  bool submissions_agree() const { return expected_pairs_ == stored_pairs_; }
  uint64_t submissions_stored() const { return submissions_stored_; }
  // Names every entry that the index by type lacks, and every record of it that no entry gives.
  void CompareTypes(const std::function<void(std::string)>& fail) const;

 private:
  struct Surplus {
    v1::PayloadType type;
    EntryIndex index;
  };
  PairFingerprint fingerprint_;
  std::array<uint64_t, 2> expected_pairs_ = PairFingerprint::kEmpty;
  std::array<uint64_t, 2> stored_pairs_ = PairFingerprint::kEmpty;
  uint64_t submissions_stored_ = 0;
  std::vector<uint8_t> types_;  // of each entry; 0 once the index has it, or where the entry could not be read
  std::vector<Surplus> surplus_;
  uint64_t surplus_count_ = 0;
};

// What the store's idempotency record of an entry says; kOk if it names the entry. Errors: kDataLoss, those of storage.
Status CompareSubmission(const StorageReader& storage, EntryIndex index, std::string_view submission_key);

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_DERIVED_RECORDS_H_
