// EntryPipeline: the stretches of a log, read and checked on every core, and handed out in their order. What comes out
// does not depend on the number of threads.
#ifndef LEDGERLINE_LEDGER_JOURNAL_ENTRY_PIPELINE_H_
#define LEDGERLINE_LEDGER_JOURNAL_ENTRY_PIPELINE_H_

#include <deque>
#include <memory>
#include <optional>

#include "ledger/journal/entry_stretch.h"
#include "ledger/journal/work_crew.h"

namespace ledgerline::journal {

// Used from one thread. It keeps at most three stretches for each thread of the crew in memory.
class EntryPipeline {
 public:
  // Borrows all three; entries beyond `size` are left alone. The crew must be done or gone before the others.
  EntryPipeline(const StorageReader& storage, TreeSize size, const PairFingerprint& fingerprint, WorkCrew& crew);

  // The next stretch; nothing at the end.
  std::optional<EntryStretch> Next();

 private:
  struct Job {
    EntryStretch stretch;
    WorkCrew::Handle handle;
  };
  void Start();
  const StorageReader& storage_;
  const TreeSize size_;
  const PairFingerprint& fingerprint_;
  WorkCrew& crew_;
  const size_t window_;
  uint64_t started_ = 0;                 // entries whose stretches have been handed to the crew
  EntryIndex next_;                      // of the next one that is handed out
  std::optional<EntryIndex> rest_from_;  // the last one stopped there
  std::deque<std::shared_ptr<Job>> ordered_;
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_ENTRY_PIPELINE_H_
