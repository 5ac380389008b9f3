// RecentKeys: which entries the idempotency keys of the last entries stand for. The records of older ones are in the
// store, where submitters look them up on their own threads; these are in memory, and come into the store many at once
// and in the store's order (key_fold.h).
#ifndef LEDGERLINE_LEDGER_JOURNAL_RECENT_KEYS_H_
#define LEDGERLINE_LEDGER_JOURNAL_RECENT_KEYS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "ledger/journal/keyspace.h"
#include "schemas/ids.h"

namespace ledgerline::journal {

struct KeyedEntry {
  keyspace::SubmissionDigest digest;
  uint64_t index = 0;
};

// Two tables: the younger has the keys that no fold has taken yet, the older those of the last fold. Not thread-safe.
class RecentKeys {
 public:
  // Entries come in order, without a gap.
  void Insert(const keyspace::SubmissionDigest& digest, EntryIndex index);
  std::optional<EntryIndex> Find(const keyspace::SubmissionDigest& digest) const;

  // How many no fold has taken.
  size_t unfolded() const { return unfolded_.size(); }
  // Begins a fold: these go into the store. The fold before must be durable, as its keys are forgotten now.
  std::vector<KeyedEntry> TakeUnfolded();
  uint64_t folds_begun() const { return folds_begun_; }
  // Whether every key is still in here that was not in the store when so many folds were durable.
  bool Covers(uint64_t folds_durable) const { return folds_durable + 1 >= folds_begun_; }

 private:
  struct Slot {
    keyspace::SubmissionDigest digest;
    uint64_t index_plus_one = 0;  // 0: empty
  };
  using Table = std::vector<Slot>;  // a power of two, at most half full
  static const Slot* Probe(const Table& table, const keyspace::SubmissionDigest& digest);
  void Grow();

  Table young_, old_;
  std::vector<KeyedEntry> unfolded_;
  uint64_t folds_begun_ = 0;
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_RECENT_KEYS_H_
