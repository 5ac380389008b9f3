#include "tools/bench/journal/large_ledger.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "ledger/store/journal_directory.h"
#include "tools/bench/journal/bench_directory.h"
#include "tools/bench/journal/failure.h"
#include "tools/bench/journal/stopwatch.h"
#include "tools/bench/journal/submitters.h"

namespace ledgerline::bench {

std::string LargeLedger(const BenchOptions& options, const Packing& packing, size_t entries,
                        const crypto::Signer& signer) {
  const std::string name = (packing.signed_batches ? "/batches-of-" + std::to_string(packing.events) : "/single") +
                           "-" + std::to_string(entries);
  const std::string home = (options.keep.empty() ? options.directory + "/large" : options.keep) + name;
  const std::string ledger = home + "/ledger", built = home + "/built";
  if (std::filesystem::exists(built)) return ledger;
  FreshDirectory(home);
  std::fprintf(stderr, "building %s ...\n", ledger.c_str());
  const size_t header = packing.signed_batches ? 1 : 0;
  const size_t requests = (entries + packing.events + header - 1) / (packing.events + header);
  SystemClock clock;
  {
    const auto journal = Must(store::CreateJournal(ledger, kOrigin, signer, clock));
    const RequestSource source = [&](size_t i) { return SignedRequest(packing, i * packing.events, signer); };
    const double seconds = SubmitAll(*journal, packing, requests, source, {16, std::thread::hardware_concurrency()});
    Must(journal->SignCheckpoint());
    std::fprintf(stderr, "built in %.1f s, the signing of its events included\n", seconds);
  }
  std::ofstream(built) << entries << '\n';
  return ledger;
}

}  // namespace ledgerline::bench
