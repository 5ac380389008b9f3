// The keys under which the journal keeps its bytes in storage. The table is in docs/formats/store.md.
#ifndef LEDGERLINE_LEDGER_JOURNAL_KEYSPACE_H_
#define LEDGERLINE_LEDGER_JOURNAL_KEYSPACE_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledgerline/v1/payload.pb.h"
#include "schemas/hash.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::journal::keyspace {

// One byte that says what a key is for.
inline constexpr char kBlob = 'b';
inline constexpr char kCheckpoint = 'c';
inline constexpr char kEntry = 'e';
inline constexpr char kFolded = 'f';
inline constexpr char kSubmission = 'k';
inline constexpr char kLatestCheckpoint = 'l';
inline constexpr char kState = 's';
inline constexpr char kTile = 't';
inline constexpr char kType = 'y';

std::string BlobKey(const Hash256& hash);  // 'b' hash                    -> content
std::string CheckpointKey(TreeSize size);  // 'c' u64be size              -> signed note
// 'e' u64be index of the run's LAST entry -> a run of entries (entry_runs.h). By the last one, since then the first
// record at or after an entry's own index is the run that holds it.
std::string EntryRunKey(EntryIndex last);
// 'k' and the first 16 bytes of SHA-256(key id, idempotency key) -> SubmissionRecord. The key id comes first and is a
// hash itself, so nobody can aim at another submitter's records; what the record stands for is compared byte by byte.
inline constexpr size_t kSubmissionKeyBytes = 17;
Hash256 SubmissionHash(const Hash256& key_id, std::string_view idempotency_key);  // the whole of it
std::string SubmissionKey(const Hash256& key_id, std::string_view idempotency_key);
// What is hashed in that key, as two big-endian numbers.
struct SubmissionDigest {
  uint64_t high = 0, low = 0;
  friend auto operator<=>(const SubmissionDigest&, const SubmissionDigest&) = default;
};
SubmissionDigest DigestOf(const Hash256& submission_hash);
SubmissionDigest DigestOf(const Hash256& key_id, std::string_view idempotency_key);
std::string SubmissionKey(const SubmissionDigest& digest);
// 'f' -> u64be: every entry below this index has its record under 'k', and no other has (key_fold.h).
std::string FoldedKey();
std::string LatestCheckpointKey();                   // 'l'                         -> u64be size of the last checkpoint
std::string StateKey();                              // 's'                         -> StateRecord
std::string TileKey(uint8_t level, uint64_t index);  // 't' u8 level u64be index  -> hashes, 1 to 256 of them
// 'y' u16be type u64be index of the last -> u32be: so many entries up to this one are of that type.
std::string TypeRunKey(v1::PayloadType type, EntryIndex last);
std::string EncodeTypeRun(uint32_t count);

// The first key after all keys that start with `prefix`.
std::string PrefixEnd(std::string_view prefix);

// Big-endian numbers at a place in a key or value that is long enough.
uint64_t ReadBigEndian64(std::string_view bytes);
void WriteBigEndian64(char* out, uint64_t value);
void AppendBigEndian64(std::string& out, uint64_t value);

// The entry that an idempotency key stands for. Whether a submission repeats it or conflicts with it, its bytes tell.
struct SubmissionRecord {
  EntryIndex index;
  std::string Encode() const;
  static Result<SubmissionRecord> Parse(std::string_view bytes);  // Errors: kDataLoss
};

// Consecutive entries of one type, as one record of the index has them.
struct TypeRun {
  v1::PayloadType type = v1::PAYLOAD_TYPE_UNSPECIFIED;
  EntryIndex first;
  uint64_t count = 0;
  static Result<TypeRun> Parse(std::string_view key, std::string_view value);  // Errors: kDataLoss
};

// What the last batch left behind. Everything in it can be recomputed from entries; opening and verify do so.
struct StateRecord {
  TreeSize size;
  Hash256 root;
  Hash256 last_leaf_hash;
  int64_t last_recorded_at_us = 0;
  std::string Encode() const;
  static Result<StateRecord> Parse(std::string_view bytes);  // Errors: kDataLoss
};

}  // namespace ledgerline::journal::keyspace

#endif  // LEDGERLINE_LEDGER_JOURNAL_KEYSPACE_H_
