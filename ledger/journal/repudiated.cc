#include "ledger/journal/repudiated.h"

#include <algorithm>
#include <cstdint>

#include "ledger/journal/entry.h"
#include "ledger/journal/entry_runs.h"
#include "ledger/journal/verify_findings.h"

namespace ledgerline::journal {

std::string NameRepudiated(const StorageReader& storage, const KeyRegistry& keys) {
  uint64_t begin = UINT64_MAX, end = 0;
  for (const auto& [id, key] : keys.keys()) {
    if (!key.revoked || key.revoked->effective_size.value >= key.revoked->entry.value) continue;
    begin = std::min(begin, key.revoked->effective_size.value);
    end = std::max(end, key.revoked->entry.value);
  }
  if (begin >= end) return "";
  constexpr uint64_t kNamedMax = 50;
  uint64_t count = 0;
  std::string named;
  for (EntryCursor cursor(storage, EntryIndex{begin}, EntryIndex{end}); cursor.Valid(); cursor.Next()) {
    const Result<ParsedEntry> entry = ParseEntry(cursor.bytes());
    if (!entry.ok()) continue;  // said by the entry check
    const EnrolledKey* key = keys.FindOrNull(entry->submission.key_id);
    if (key == nullptr || !key->Repudiates(entry->index)) continue;
    if (++count > kNamedMax) continue;
    named += "\n" + EntryName(entry->index) + ", a " + PayloadTypeName(entry->type) + " of " + SpeakerName(*key) +
             ", by " + EntryName(key->revoked->entry) + " (" + KeyRevocationReasonName(key->revoked->reason) + ")";
  }
  if (count == 0) return "";
  if (count > kNamedMax) named += "\n... and " + std::to_string(count - kNamedMax) + " more";
  return "Entries that a revocation repudiates, signed with a key when it may have been in other hands (" +
         std::to_string(count) + "). They stay in the log; no new permit rests on them:" + named;
}

}  // namespace ledgerline::journal
