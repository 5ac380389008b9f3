#include "ledger/journal/recent_keys.h"

#include <algorithm>
#include <utility>

namespace ledgerline::journal {
namespace {

constexpr size_t kSlotsMin = size_t{1} << 10;

}  // namespace

// The slot with the key, or the empty one where it would go; null in a table that was never used.
const RecentKeys::Slot* RecentKeys::Probe(const Table& table, const keyspace::SubmissionDigest& digest) {
  if (table.empty()) return nullptr;
  const size_t mask = table.size() - 1;
  size_t at = digest.low & mask;  // a hash already
  while (table[at].index_plus_one != 0 && table[at].digest != digest) at = (at + 1) & mask;
  return &table[at];
}

void RecentKeys::Grow() {
  young_.assign(std::max(kSlotsMin, 2 * young_.size()), Slot{});
  for (const KeyedEntry& key : unfolded_) *const_cast<Slot*>(Probe(young_, key.digest)) = {key.digest, key.index + 1};
}

void RecentKeys::Insert(const keyspace::SubmissionDigest& digest, EntryIndex index) {
  if (2 * (unfolded_.size() + 1) > young_.size()) Grow();
  *const_cast<Slot*>(Probe(young_, digest)) = {digest, index.value + 1};
  unfolded_.push_back({digest, index.value});
}

std::optional<EntryIndex> RecentKeys::Find(const keyspace::SubmissionDigest& digest) const {
  for (const Table* table : {&young_, &old_}) {
    const Slot* slot = Probe(*table, digest);
    if (slot != nullptr && slot->index_plus_one != 0) return EntryIndex{slot->index_plus_one - 1};
  }
  return std::nullopt;
}

std::vector<KeyedEntry> RecentKeys::TakeUnfolded() {
  ++folds_begun_;
  std::swap(young_, old_);
  young_.assign(old_.size(), Slot{});
  std::vector<KeyedEntry> taken = std::move(unfolded_);
  unfolded_.clear();
  unfolded_.reserve(taken.size());
  return taken;
}

}  // namespace ledgerline::journal
