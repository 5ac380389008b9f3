// A stretch of the log, as one core of a full verify reads and checks it: its entries against themselves, and the
// lowest tiles over them. What an entry says of the one before it is for whoever has the stretches in their order.
#ifndef LEDGERLINE_LEDGER_JOURNAL_ENTRY_STRETCH_H_
#define LEDGERLINE_LEDGER_JOURNAL_ENTRY_STRETCH_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "crypto/tile.h"
#include "ledger/journal/checked_entry.h"
#include "ledger/journal/derived_records.h"
#include "ledger/journal/storage.h"
#include "schemas/hash.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::journal {

// Whole tiles, so that a stretch computes their roots. Where stretches begin does not depend on who reads them.
inline constexpr uint64_t kStretchEntries = 8 * uint64_t{crypto::kTileWidth};
// A stretch stops early once it holds so many bytes of submissions that may change keys, the only bytes of entries that
// it keeps: a log of nothing but large enrolments takes no more memory than another.
inline constexpr size_t kStretchBytesKept = size_t{1} << 20;

struct StretchTile {
  std::vector<Hash256> hashes;  // empty: it is missing or not whole
  std::optional<Hash256> root;  // of a full one
};

struct EntryStretch {
  EntryIndex from, to;
  std::optional<EntryIndex> stopped_at;                            // the entries from there on were left out
  std::vector<CheckedEntry> entries;                               // in the store's order; what is missing is not there
  Status entries_status;                                           // those of EntryCursor
  PairFingerprint::Product submissions = PairFingerprint::kEmpty;  // of each well-formed entry, the first of its index
  std::vector<StretchTile> tiles;  // of level 0 from `from` on; none if that is not a stretch's beginning
  uint64_t tile_records = 0;       // read for them
  Status tiles_status;
};

// Reads and checks entries [from, to) of a tree of `size`. Thread-safe.
EntryStretch ReadStretch(const StorageReader& storage, EntryIndex from, EntryIndex to, TreeSize size,
                         const PairFingerprint& fingerprint);

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_ENTRY_STRETCH_H_
