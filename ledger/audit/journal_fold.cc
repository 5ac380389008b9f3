#include "ledger/audit/journal_fold.h"

#include "ledger/journal/entry.h"

namespace ledgerline::audit {

Status FoldJournal(const journal::Journal& journal, royalty::LedgerFold& fold) {
  JournalBlobs blobs(journal);
  return journal.ForEachEntry(
      EntryIndex(fold.size().value), journal.size().NextIndex(),
      [&](EntryIndex index, std::string_view bytes) -> Status {
        v1::Entry entry;
        auto parsed = journal::ParseEntry(bytes);
        if (!parsed.ok() || !entry.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
          return DataLoss("entry " + std::to_string(index.value) + " cannot be read (" + parsed.status().message() +
                          "): run `ledgerline verify`");
        }
        return fold.Apply(index, entry, parsed->submission.payload, blobs);
      });
}

}  // namespace ledgerline::audit
