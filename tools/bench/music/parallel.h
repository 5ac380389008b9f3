// InParallel: independent pieces of work on a few threads; which thread does which decides nothing.
#ifndef LEDGERLINE_TOOLS_BENCH_MUSIC_PARALLEL_H_
#define LEDGERLINE_TOOLS_BENCH_MUSIC_PARALLEL_H_

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "schemas/status.h"

namespace ledgerline::bench {

// Calls `work(i)` once for each i below `count`. The error of the lowest i that failed, if any; after an error no new
// work is begun.
template <typename Work>
Status InParallel(size_t count, int jobs, const Work& work) {
  std::vector<Status> results(count);
  std::atomic<size_t> next{0};
  std::atomic<bool> failed{false};
  const auto run = [&] {
    for (size_t i = next++; i < count && !failed; i = next++) {
      results[i] = work(i);
      if (!results[i].ok()) failed = true;
    }
  };
  std::vector<std::thread> threads;
  for (int job = 1; job < std::max(jobs, 1); ++job) threads.emplace_back(run);
  run();
  for (std::thread& thread : threads) thread.join();
  for (const Status& result : results) RETURN_IF_ERROR(result);
  return Status::Ok();
}

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_MUSIC_PARALLEL_H_
