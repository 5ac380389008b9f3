// RecentKeys: which entries the idempotency keys of the last commits stand for. Submitters look their keys up in the
// store on their own threads; what was committed since then is in here, so that the sequencer need not look again.
#ifndef LEDGERLINE_LEDGER_JOURNAL_RECENT_KEYS_H_
#define LEDGERLINE_LEDGER_JOURNAL_RECENT_KEYS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "schemas/ids.h"

namespace ledgerline::journal {

// Two tables of fixed size: when the younger one is half full, the older one is forgotten. Not thread-safe.
class RecentKeys {
 public:
  // `key` is a keyspace::SubmissionKey; `commit` the number of the commit that it is placed in.
  void Insert(std::string_view key, EntryIndex index, uint64_t commit);
  std::optional<EntryIndex> Find(std::string_view key) const;
  // Whether every key of a commit with a number above `commit` is still in here.
  bool Covers(uint64_t commit) const { return commit >= forgotten_; }

 private:
  struct Slot {
    std::array<uint64_t, 2> key{};
    uint64_t index_plus_one = 0;  // 0: empty
  };
  struct Table {
    std::vector<Slot> slots;
    size_t used = 0;
    uint64_t last_commit = 0;
  };
  static const Slot* Probe(const Table& table, const std::array<uint64_t, 2>& key);
  Table young_, old_;
  uint64_t forgotten_ = 0;  // keys of this commit and earlier ones may be gone
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_RECENT_KEYS_H_
