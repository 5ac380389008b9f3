// EntryPipeline: entries read in order on the caller's thread, checked against themselves on every core, and handed
// back in order. What comes out does not depend on the number of threads.
#ifndef LEDGERLINE_LEDGER_JOURNAL_ENTRY_PIPELINE_H_
#define LEDGERLINE_LEDGER_JOURNAL_ENTRY_PIPELINE_H_

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ledger/journal/checked_entry.h"
#include "ledger/journal/entry_runs.h"

namespace ledgerline::journal {

inline constexpr size_t kChunkEntriesMax = 1024;
// A chunk is closed once it has so many bytes; an entry has at most 65,535.
inline constexpr size_t kChunkBytesFull = size_t{1} << 20;

// Used from one thread. It keeps at most three chunks for each thread in memory.
class EntryPipeline {
 public:
  // Borrows the cursor, which nobody else may move. `threads`, at least 1, counts the caller's, which works while it
  // would wait.
  EntryPipeline(EntryCursor& cursor, size_t threads);
  ~EntryPipeline();
  EntryPipeline(const EntryPipeline&) = delete;
  EntryPipeline& operator=(const EntryPipeline&) = delete;

  // The next entries, in the order in which the cursor has them; empty at the end.
  std::vector<CheckedEntry> Next();

 private:
  struct Chunk {
    std::string bytes;                                  // of all its entries, one after the other
    std::vector<std::pair<EntryIndex, size_t>> places;  // of each: where it is stored, where it ends in `bytes`
    std::vector<CheckedEntry> checked;
    bool done = false;  // guarded by mutex_
  };
  void Work();
  std::shared_ptr<Chunk> Read();
  static void Check(Chunk& chunk);
  void Finish(Chunk& chunk);

  EntryCursor& cursor_;
  const size_t window_;
  std::deque<std::shared_ptr<Chunk>> ordered_;  // the caller's: read and not yet handed back
  std::vector<std::string> spare_;              // buffers of chunks that were handed back

  std::mutex mutex_;
  std::condition_variable waiting_changed_;
  std::condition_variable done_changed_;
  std::deque<std::shared_ptr<Chunk>> waiting_;  // nobody works on them yet
  bool stopping_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace ledgerline::journal

#endif  // LEDGERLINE_LEDGER_JOURNAL_ENTRY_PIPELINE_H_
