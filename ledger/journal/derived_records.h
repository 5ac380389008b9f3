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
  using Product = std::array<uint64_t, 2>;
  static constexpr Product kEmpty{1, 1};
  PairFingerprint();  // draws
  // `hash` is what a keyspace::SubmissionKey has of its SHA-256: of more than 16 bytes the first 16 count.
  void Add(Product& product, std::string_view hash, uint64_t index) const;
  // Of two multisets together.
  static Product Join(const Product& a, const Product& b);

 private:
  struct Function {
    std::array<uint64_t, 4> factors;
    uint64_t root;
  };
  std::array<Function, 2> functions_;
};

// The idempotency records in one range of the store. Ranges can be read at once, and joined in any order.
struct StoredSubmissions {
  PairFingerprint::Product product = PairFingerprint::kEmpty;
  uint64_t count = 0;
  uint64_t malformed_count = 0;
  std::vector<Status> malformed;  // the first kMalformedKept of them: kDataLoss
  Status status;                  // those of storage

  static constexpr size_t kMalformedKept = 20;
  void Take(const PairFingerprint& fingerprint, std::string_view key, std::string_view value);
};
// The ranges that all keys of idempotency records fall into: their bounds in order, each the end of one and the
// beginning of the next.
std::vector<std::string> SubmissionRanges();
StoredSubmissions ReadSubmissions(const StorageReader& storage, const PairFingerprint& fingerprint,
                                  std::string_view begin, std::string_view end);

// The index by type. Not thread-safe.
class DerivedTypes {
 public:
  // Of each entry in order; of one that cannot be read, nothing.
  void Expect(EntryIndex index, v1::PayloadType type);
  // Takes one record of the store, under its whole key. Errors: kDataLoss (form).
  Status Take(std::string_view key, std::string_view value);
  // Names every entry that the index by type lacks, and every record of it that no entry gives.
  void Compare(const std::function<void(std::string)>& fail) const;

 private:
  struct Surplus {
    v1::PayloadType type;
    EntryIndex index;
  };
  std::vector<uint8_t> types_;  // of each entry; 0 once the index has it, or where the entry could not be read
  std::vector<Surplus> surplus_;
  uint64_t surplus_count_ = 0;
};

// What the store's idempotency record of an entry says; kOk if it names the entry. Errors: kDataLoss, those of storage.
Status CompareSubmission(const StorageReader& storage, EntryIndex index, std::string_view submission_key);

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_DERIVED_RECORDS_H_
