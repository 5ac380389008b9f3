#include "ledger/journal/blob_check.h"

#include <memory>
#include <set>

#include "crypto/sha256.h"
#include "ledger/journal/keyspace.h"
#include "ledger/journal/verify_findings.h"

namespace ledgerline::journal {

void BlobCheck::Compare(const StorageReader& storage) {
  const std::string prefix(1, keyspace::kBlob);
  const std::unique_ptr<Cursor> cursor = storage.ScanOnce(prefix, keyspace::PrefixEnd(prefix));
  std::set<Hash256> stored;
  uint64_t count = 0, bytes = 0;
  for (; cursor->Valid(); cursor->Next()) {
    const Result<Hash256> hash = Hash256::FromBytes(cursor->key().substr(1));
    if (!hash.ok()) {
      Fail(check, "a blob is stored under a malformed key");
      continue;
    }
    ++count;
    bytes += cursor->value().size();
    stored.insert(*hash);
    if (crypto::Sha256(cursor->value()) != *hash)
      Fail(check, "blob " + hash->ToHex() + " has other content than its name says");
    if (!referenced_.contains(*hash)) Fail(check, "blob " + hash->ToHex() + " is referenced by no entry");
  }
  FailUnlessOk(check, cursor->status(), "read the blobs");
  for (const auto& [hash, index] : referenced_) {
    if (!stored.contains(hash))
      Fail(check, "blob " + hash.ToHex() + ", which " + EntryName(index) + " references, is missing");
  }
  check.covered =
      CountOf(count, "blob", "blobs") + ", " + CountOf(bytes, "byte", "bytes") + ", each hashed and referenced";
}

}  // namespace ledgerline::journal
