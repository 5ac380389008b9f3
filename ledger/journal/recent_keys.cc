#include "ledger/journal/recent_keys.h"

#include <algorithm>
#include <utility>

#include "ledger/journal/keyspace.h"

namespace ledgerline::journal {
namespace {

constexpr size_t kSlots = size_t{1} << 15;

std::array<uint64_t, 2> Parts(std::string_view key) {
  return {keyspace::ReadBigEndian64(key.substr(1)), keyspace::ReadBigEndian64(key.substr(9))};
}

}  // namespace

// The slot with the key, or the empty one where it would go; null in a table that was never used.
const RecentKeys::Slot* RecentKeys::Probe(const Table& table, const std::array<uint64_t, 2>& key) {
  if (table.slots.empty()) return nullptr;
  size_t at = key[0] % kSlots;  // a hash already
  while (table.slots[at].index_plus_one != 0 && table.slots[at].key != key) at = (at + 1) % kSlots;
  return &table.slots[at];
}

void RecentKeys::Insert(std::string_view key, EntryIndex index, uint64_t commit) {
  if (young_.slots.empty() || young_.used >= kSlots / 2) {
    forgotten_ = std::max(forgotten_, old_.last_commit);
    std::swap(young_, old_);
    young_.slots.assign(kSlots, Slot{});
    young_.used = 0;
  }
  const std::array<uint64_t, 2> parts = Parts(key);
  Slot* slot = const_cast<Slot*>(Probe(young_, parts));
  if (slot->index_plus_one == 0) ++young_.used;
  *slot = {parts, index.value + 1};
  young_.last_commit = commit;
}

std::optional<EntryIndex> RecentKeys::Find(std::string_view key) const {
  const std::array<uint64_t, 2> parts = Parts(key);
  for (const Table* table : {&young_, &old_}) {
    const Slot* slot = Probe(*table, parts);
    if (slot != nullptr && slot->index_plus_one != 0) return EntryIndex{slot->index_plus_one - 1};
  }
  return std::nullopt;
}

}  // namespace ledgerline::journal
