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
  std::string keep;                             // where the large ledgers stay; empty: in `directory`
  size_t repeats = 5;
  size_t events = 60'000;  // with a signature each; signed batches of 100 and 1,000 send 10 and 20 times as many
  size_t submitters = 256;
  bool threads_each = false;  // also with a thread for every submitter
  std::string postgres_bin = "/usr/lib/postgresql/15/bin";
  size_t postgres_connections = 4;
  size_t latency_seconds = 10;
  size_t large = 1'000'000;        // entries of the large ledger of signed batches of 1,000
  size_t large_signed = 200'000;   // entries of the one whose events have a signature each
  size_t large_repeats = 3;        // of what takes a large ledger from end to end, or opens it
  size_t crash_entries = 100'000;  // written and acknowledged before the process is killed
  std::string program;             // this program, for the process that is killed
};

// "append": durable events/s of many submitters, each with a signature of its own and in signed batches of 1, 100 and
// 1,000. Beside: raw RocksDB with the same entries; OpenSSL's verify rate; PostgreSQL with a hash-chained table.
void AppendRow(const BenchOptions& options, const crypto::Signer& signer, Report& report);
// "latency": single signed events at 1,000/s from scheduled arrivals, to COMMITTED, and to PROVEN by a checkpoint a
// second. Beside: one synced write of raw RocksDB at the same pace.
void LatencyRow(const BenchOptions& options, const crypto::Signer& signer, Report& report);
// "disk": bytes of a closed ledger for each event, in signed batches of 100. Beside: the event's own bytes.
void DiskRow(const BenchOptions& options, const crypto::Signer& signer, Report& report);
// "proof": inclusion proofs of random entries of the large ledger. Beside: a point read of a random entry's record.
void ProofRow(const BenchOptions& options, const crypto::Signer& signer, Report& report);
// "verify": the full verify of the large ledger, and of one with a signature for each event. Beside: SHA-256 and
// Ed25519.
void VerifyRow(const BenchOptions& options, const crypto::Signer& signer, Report& report);
// "open": the large ledger after the process that wrote to it was killed. Adds to the large ledger: the last row.
void OpenRow(const BenchOptions& options, const crypto::Signer& signer, Report& report);
// What the killed process does: appends to the ledger in signed batches of 1,000 without end; writes the size that is
// durable to standard output, a line after each batch.
[[noreturn]] void AppendUntilKilled(const std::string& ledger, const crypto::Signer& signer);

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_JOURNAL_ROWS_H_
