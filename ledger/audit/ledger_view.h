// LedgerView: what the checks of meaning read of a ledger, be it a journal or a copy of its files.
#ifndef LEDGERLINE_LEDGER_AUDIT_LEDGER_VIEW_H_
#define LEDGERLINE_LEDGER_AUDIT_LEDGER_VIEW_H_

#include <string>
#include <vector>

#include "ledger/journal/journal.h"
#include "ledger/rights/blob_reader.h"
#include "ledgerline/v1/payload.pb.h"
#include "schemas/hash.h"
#include "schemas/ids.h"
#include "schemas/status.h"

namespace ledgerline::audit {

class LedgerView : public rights::BlobReader {
 public:
  // Ascending. Errors of all: kNotFound, kDataLoss, kUnavailable.
  virtual Result<std::vector<EntryIndex>> EntriesOfType(v1::PayloadType type) = 0;
  virtual Result<std::string> ReadEntry(EntryIndex index) = 0;
  virtual Result<Hash256> RootAt(TreeSize size) = 0;
};

// Borrows the journal.
class JournalView : public LedgerView {
 public:
  explicit JournalView(const journal::Journal& journal) : journal_(journal) {}
  Result<std::string> ReadBlob(const Hash256& hash) override { return journal_.ReadBlob(hash); }
  Result<std::vector<EntryIndex>> EntriesOfType(v1::PayloadType type) override { return journal_.EntriesOfType(type); }
  Result<std::string> ReadEntry(EntryIndex index) override { return journal_.ReadEntry(index); }
  Result<Hash256> RootAt(TreeSize size) override { return journal_.RootAt(size); }

 private:
  const journal::Journal& journal_;
};

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_LEDGER_VIEW_H_
