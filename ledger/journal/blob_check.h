// The part of a full verify that is about blobs: each has the content that its name says, every one that an entry
// references is there, and there is no other.
#ifndef LEDGERLINE_LEDGER_JOURNAL_BLOB_CHECK_H_
#define LEDGERLINE_LEDGER_JOURNAL_BLOB_CHECK_H_

#include <cstdint>
#include <map>
#include <string>

#include "ledger/journal/storage.h"
#include "ledger/journal/verify.h"
#include "schemas/hash.h"
#include "schemas/ids.h"

namespace ledgerline::journal {

// Not thread-safe.
class BlobCheck {
 public:
  void Expect(const Hash256& blob, EntryIndex referenced_by) { referenced_.emplace(blob, referenced_by); }
  // When every entry was seen.
  void Compare(const StorageReader& storage);

  VerifyCheck check{"blobs", "", 0, {}};

 private:
  std::map<Hash256, EntryIndex> referenced_;
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_BLOB_CHECK_H_
