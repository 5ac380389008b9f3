// The journal as the folds read it: its blobs, and its entries one after the other.
#ifndef LEDGERLINE_LEDGER_AUDIT_JOURNAL_FOLD_H_
#define LEDGERLINE_LEDGER_AUDIT_JOURNAL_FOLD_H_

#include <string>

#include "ledger/journal/journal.h"
#include "ledger/rights/blob_reader.h"
#include "ledger/royalty/ledger_fold.h"

namespace ledgerline::audit {

// Borrows the journal.
class JournalBlobs : public rights::BlobReader {
 public:
  explicit JournalBlobs(const journal::Journal& journal) : journal_(journal) {}
  Result<std::string> ReadBlob(const Hash256& hash) override { return journal_.ReadBlob(hash); }

 private:
  const journal::Journal& journal_;
};

// Applies the entries from fold.size() to the end of the journal as it is now.
// Errors: kDataLoss (an entry or a blob is missing or cannot be read), kUnavailable.
Status FoldJournal(const journal::Journal& journal, royalty::LedgerFold& fold);

}  // namespace ledgerline::audit

#endif  // LEDGERLINE_LEDGER_AUDIT_JOURNAL_FOLD_H_
