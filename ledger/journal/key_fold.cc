#include "ledger/journal/key_fold.h"

#include <algorithm>
#include <array>
#include <string>

#include "ledger/journal/entry.h"
#include "ledger/journal/entry_runs.h"
#include "ledger/journal/field_reader.h"

namespace ledgerline::journal {
namespace {

// The short way, for what EncodeEntry wrote around a plain submission.
bool ReadPlainKey(std::string_view entry, Hash256& key_id, std::string_view& idempotency_key) {
  FieldReader fields(entry);
  uint64_t number = 0, evidence = 0;
  Hash256 previous;
  std::string_view submission, origin;
  if (!fields.Number(1, number) || !fields.Number(2, number) || !fields.Hash(3, previous) ||
      !fields.Number(4, number) || !fields.Bytes(5, submission) || !fields.Hash(6, key_id) ||
      !fields.Number(7, evidence) || !fields.Number(8, number) || !fields.at_end()) {
    return false;
  }
  FieldReader said(submission);
  std::string_view rest;
  if (evidence == v1::SIGNATURE_EVIDENCE_BATCH)
    return said.Bytes(1, idempotency_key) && said.Bytes(2, rest) && said.at_end() && !idempotency_key.empty();
  return said.Bytes(1, origin) && said.Bytes(2, idempotency_key) && said.Bytes(3, rest) && said.Bytes(4, rest) &&
         said.Bytes(5, rest) && said.at_end() && !idempotency_key.empty();
}

}  // namespace

Result<keyspace::SubmissionDigest> DigestOfEntry(std::string_view bytes) {
  Hash256 key_id;
  std::string_view idempotency_key;
  if (ReadPlainKey(bytes, key_id, idempotency_key)) return keyspace::DigestOf(key_id, idempotency_key);
  ASSIGN_OR_RETURN(const ParsedEntry entry, ParseEntry(bytes));
  return keyspace::DigestOf(entry.submission.key_id, entry.submission.submission.idempotency_key());
}

Result<TreeSize> FoldedSize(const StorageReader& storage, TreeSize size) {
  ASSIGN_OR_RETURN(const std::optional<std::string> mark, storage.Get(keyspace::FoldedKey()));
  if (!mark) return TreeSize{0};
  if (mark->size() != 8)
    return DataLoss("the mark of folded keys has " + std::to_string(mark->size()) + " bytes, needs 8");
  const TreeSize folded{keyspace::ReadBigEndian64(*mark)};
  if (folded <= size) return folded;
  return DataLoss("the mark of folded keys is " + std::to_string(folded.value) + ", of " + std::to_string(size.value) +
                  " entries");
}

Result<RecentKeys> ReadUnfoldedKeys(const StorageReader& storage, TreeSize size) {
  ASSIGN_OR_RETURN(const TreeSize folded, FoldedSize(storage, size));
  RecentKeys keys;
  EntryCursor cursor(storage, EntryIndex{folded.value}, EntryIndex{size.value});
  for (uint64_t i = folded.value; i < size.value; ++i, cursor.Next()) {
    const std::string name = "entry " + std::to_string(i);
    if (!cursor.Valid() || cursor.index().value != i) {
      RETURN_IF_ERROR(cursor.status());
      return DataLoss(name + " is missing");
    }
    const Result<keyspace::SubmissionDigest> digest = DigestOfEntry(cursor.bytes());
    if (!digest.ok()) return DataLoss(name + ": " + digest.status().message());
    keys.Insert(*digest, EntryIndex{i});
  }
  return keys;
}

void PutFold(std::vector<KeyedEntry> keys, Batch& batch) {
  const uint64_t folded = keys.back().index + 1;
  std::sort(keys.begin(), keys.end(), [](const KeyedEntry& a, const KeyedEntry& b) { return a.digest < b.digest; });
  for (const KeyedEntry& key : keys) {
    std::array<char, keyspace::kSubmissionKeyBytes> name;
    std::array<char, 8> value;
    name[0] = keyspace::kSubmission;
    keyspace::WriteBigEndian64(name.data() + 1, key.digest.high);
    keyspace::WriteBigEndian64(name.data() + 9, key.digest.low);
    keyspace::WriteBigEndian64(value.data(), key.index);
    batch.Put({name.data(), name.size()}, {value.data(), value.size()});
  }
  std::string mark;
  keyspace::AppendBigEndian64(mark, folded);
  batch.Put(keyspace::FoldedKey(), mark);
}

Result<std::optional<EntryIndex>> FindFoldedKey(const StorageReader& storage,
                                                const keyspace::SubmissionDigest& digest) {
  ASSIGN_OR_RETURN(const std::optional<std::string> stored, storage.Get(keyspace::SubmissionKey(digest)));
  if (!stored) return std::optional<EntryIndex>();
  ASSIGN_OR_RETURN(const keyspace::SubmissionRecord record, keyspace::SubmissionRecord::Parse(*stored));
  return std::optional<EntryIndex>(record.index);
}

}  // namespace ledgerline::journal
