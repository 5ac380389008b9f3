// The end of RocksDB's write-ahead log, where RocksDB itself is at a loss: after a power cut it refuses what nobody was
// promised, and after a flipped bit in the last block it drops what was acknowledged and says nothing.
//
// A disk may keep a later page of a write that was never synced and lose an earlier one, which then reads as zeros.
// RocksDB tolerates a last record that ends too early, and refuses one with a hole in it as if it had rotted. The
// journal syncs one batch before it writes the next, so at most the last record of the newest log can be unfinished,
// and nobody was ever told that it was committed.
//
// RocksDB takes a record of the last block that reaches beyond the end of the log for a write that was cut short, even
// in kTolerateCorruptedTailRecords. A flipped bit in a record's length looks just so, and everything behind it is gone.
// A record whose type says that its log is used again (types 5 to 8) it takes for one of the log's earlier life, and
// stops there without a word; our logs are not used again.
#ifndef LEDGERLINE_LEDGER_STORE_LOG_TAIL_H_
#define LEDGERLINE_LEDGER_STORE_LOG_TAIL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schemas/status.h"

namespace rocksdb {
class Env;
}

namespace ledgerline::store {

// Where an unfinished write begins in the bytes of a log. Nothing if the log is whole, or damaged in any other way: the
// first record that is not whole must have a hole, a disk page (4,096 bytes) or its part in that record that is all
// zeros, and no further record may begin behind it.
// Format: RocksDB's wiki, "Write Ahead Log File Format": blocks of 32 KiB; u32le masked CRC-32C, u16le length, u8 type.
std::optional<uint64_t> FindUnfinishedWrite(std::string_view log);

// Whether the log ends where a write was cut short, if it does not end whole: no further record may begin behind that
// place, no length but the stored one may fit the record's checksum, and no record may be of a log that is used again.
// Only reads headers, but there. `hole_may_end_it`, for a manifest: eight zeros where a header must stand are the page
// of an unsynced write that a power cut lost, while a later page of it was kept. RocksDB reads nothing behind them; in
// a log of entries that would be a loss without a word, of a manifest's changes nothing was said before its sync, and
// the tree shows what it lacks. No single flipped bit makes eight zeros. Errors: kDataLoss (names the byte).
Status CheckLogEnd(std::string_view log, bool hole_may_end_it = false);

// CheckLogEnd for every log of the database in `path`, its manifests included. Errors: kDataLoss (names log and byte),
// kUnavailable.
Status CheckLogEnds(rocksdb::Env* env, const std::string& path);

// Cuts the newest log of the database in `path` back to where an unfinished write begins, or leaves it as it is.
// `cut`: false only looks. Returns whether there is one. Errors: kUnavailable (the log cannot be read or cut).
Result<bool> CutUnfinishedWrite(rocksdb::Env* env, const std::string& path, bool cut);

}  // namespace ledgerline::store

#endif  // LEDGERLINE_LEDGER_STORE_LOG_TAIL_H_
