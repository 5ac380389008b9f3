// The rows of the benchmark: each checks its answer, measures, and measures its peer and its limit in the same run.
#ifndef LEDGERLINE_TOOLS_BENCH_JOURNAL_ROWS_H_
#define LEDGERLINE_TOOLS_BENCH_JOURNAL_ROWS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "crypto/signer.h"
#include "tools/bench/journal/report.h"

namespace ledgerline::bench {

struct BenchOptions {
  std::string directory = "bench_journal.tmp";  // on the disk that is measured; removed afterwards
  size_t repeats = 5;
  size_t events = 60'000;  // with a signature each; signed batches of 100 and 1,000 send 10 and 20 times as many
  size_t submitters = 256;
  bool threads_each = false;  // also with a thread for every submitter
};

// "append": durable events/s of many submitters, each with a signature of its own and in signed batches of 1, 100 and
// 1,000. Beside: raw RocksDB with the same entries; OpenSSL's verify rate.
void AppendRow(const BenchOptions& options, const crypto::Signer& signer, Report& report);

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_JOURNAL_ROWS_H_
