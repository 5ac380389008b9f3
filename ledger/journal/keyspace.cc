#include "ledger/journal/keyspace.h"

#include <algorithm>
#include <cstring>

#include "crypto/sha256.h"

namespace ledgerline::journal::keyspace {
namespace {

constexpr char kStateVersion = 2;
constexpr size_t kStateBytes = 1 + 8 + 32 + 32 + 8;
constexpr size_t kSubmissionRecordBytes = 8;
constexpr size_t kTypeKeyBytes = 1 + 2 + 8;
constexpr size_t kTypeRunBytes = 4;
constexpr uint64_t kTypeRunMax = uint64_t{1} << 20;  // far above the entries of a commit

std::string Numbered(char prefix, uint64_t number) {
  std::string key(1, prefix);
  AppendBigEndian64(key, number);
  return key;
}

}  // namespace

void WriteBigEndian64(char* out, uint64_t value) {
  for (size_t i = 0; i < 8; ++i) out[i] = static_cast<char>(value >> (56 - 8 * i));
}

void AppendBigEndian64(std::string& out, uint64_t value) {
  char bytes[8];
  WriteBigEndian64(bytes, value);
  out.append(bytes, sizeof(bytes));
}

uint64_t ReadBigEndian64(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < 8; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

std::string BlobKey(const Hash256& hash) { return std::string(1, kBlob).append(hash.view()); }
std::string CheckpointKey(TreeSize size) { return Numbered(kCheckpoint, size.value); }
std::string EntryRunKey(EntryIndex last) { return Numbered(kEntry, last.value); }
std::string FoldedKey() { return std::string(1, kFolded); }
std::string LatestCheckpointKey() { return std::string(1, kLatestCheckpoint); }
std::string StateKey() { return std::string(1, kState); }

Hash256 SubmissionHash(const Hash256& key_id, std::string_view idempotency_key) {
  // One block of SHA-256 for the usual key, and no memory of its own.
  constexpr size_t kStackBytes = 128;
  if (idempotency_key.size() > kStackBytes - Hash256::kSize)
    return crypto::Sha256(std::string(key_id.view()).append(idempotency_key));
  char named[kStackBytes];
  std::memcpy(named, key_id.bytes.data(), Hash256::kSize);
  std::copy(idempotency_key.begin(), idempotency_key.end(), named + Hash256::kSize);
  return crypto::Sha256({named, Hash256::kSize + idempotency_key.size()});
}

SubmissionDigest DigestOf(const Hash256& submission_hash) {
  return {ReadBigEndian64(submission_hash.view()), ReadBigEndian64(submission_hash.view().substr(8))};
}

SubmissionDigest DigestOf(const Hash256& key_id, std::string_view idempotency_key) {
  return DigestOf(SubmissionHash(key_id, idempotency_key));
}

std::string SubmissionKey(const SubmissionDigest& digest) {
  std::string key(1, kSubmission);
  AppendBigEndian64(key, digest.high);
  AppendBigEndian64(key, digest.low);
  return key;
}

std::string SubmissionKey(const Hash256& key_id, std::string_view idempotency_key) {
  return SubmissionKey(DigestOf(key_id, idempotency_key));
}

std::string TileKey(uint8_t level, uint64_t index) {
  std::string key(1, kTile);
  key.push_back(static_cast<char>(level));
  AppendBigEndian64(key, index);
  return key;
}

std::string TypeRunKey(v1::PayloadType type, EntryIndex last) {
  std::string key(1, kType);
  key.push_back(static_cast<char>(static_cast<unsigned>(type) >> 8));
  key.push_back(static_cast<char>(static_cast<unsigned>(type) & 0xff));
  AppendBigEndian64(key, last.value);
  return key;
}

std::string EncodeTypeRun(uint32_t count) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(count >> shift));
  return bytes;
}

Result<TypeRun> TypeRun::Parse(std::string_view key, std::string_view value) {
  TypeRun run;
  const auto byte = [](char c) { return unsigned{static_cast<uint8_t>(c)}; };
  if (key.size() == kTypeKeyBytes && value.size() == kTypeRunBytes) {
    run.type = static_cast<v1::PayloadType>(byte(key[1]) << 8 | byte(key[2]));
    const uint64_t last = ReadBigEndian64(key.substr(3));
    for (const char c : value) run.count = run.count << 8 | byte(c);
    if (run.count >= 1 && run.count <= kTypeRunMax && run.count - 1 <= last) {
      run.first = EntryIndex{last - (run.count - 1)};
      return run;
    }
  }
  return DataLoss("the record of the index by type under key " + HexEncode(key) + " is not whole");
}

std::string PrefixEnd(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<uint8_t>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<uint8_t>(end.back()) + 1);
  return end;
}

std::string SubmissionRecord::Encode() const {
  std::string bytes;
  AppendBigEndian64(bytes, index.value);
  return bytes;
}

Result<SubmissionRecord> SubmissionRecord::Parse(std::string_view bytes) {
  if (bytes.size() != kSubmissionRecordBytes) {
    return DataLoss("idempotency record has " + std::to_string(bytes.size()) + " bytes, needs 8");
  }
  return SubmissionRecord{EntryIndex{ReadBigEndian64(bytes)}};
}

std::string StateRecord::Encode() const {
  std::string bytes(1, kStateVersion);
  AppendBigEndian64(bytes, size.value);
  bytes.append(root.view()).append(last_leaf_hash.view());
  AppendBigEndian64(bytes, static_cast<uint64_t>(last_recorded_at_us));
  return bytes;
}

Result<StateRecord> StateRecord::Parse(std::string_view bytes) {
  if (bytes.size() != kStateBytes) {
    return DataLoss("state record has " + std::to_string(bytes.size()) + " bytes, needs 81");
  }
  if (bytes[0] != kStateVersion) {
    return DataLoss("state record has version " + std::to_string(static_cast<uint8_t>(bytes[0])) +
                    ", this program reads version 2: `ledgerline fsck DIR --repair` writes the store anew");
  }
  StateRecord state;
  state.size = TreeSize{ReadBigEndian64(bytes.substr(1))};
  ASSIGN_OR_RETURN(state.root, Hash256::FromBytes(bytes.substr(9, 32)));
  ASSIGN_OR_RETURN(state.last_leaf_hash, Hash256::FromBytes(bytes.substr(41, 32)));
  state.last_recorded_at_us = static_cast<int64_t>(ReadBigEndian64(bytes.substr(73)));
  return state;
}

}  // namespace ledgerline::journal::keyspace
