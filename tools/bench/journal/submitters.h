// Submitters: whoever sends requests to the journal and waits for each answer before the next request.
#ifndef LEDGERLINE_TOOLS_BENCH_JOURNAL_SUBMITTERS_H_
#define LEDGERLINE_TOOLS_BENCH_JOURNAL_SUBMITTERS_H_

#include <cstddef>
#include <functional>
#include <string>

#include "ledger/journal/journal.h"
#include "tools/bench/journal/events.h"

namespace ledgerline::bench {

// Makes or looks up request number i; called from several threads.
using RequestSource = std::function<std::string(size_t request)>;

// How many send, and on how many threads. With a thread for each they block in Submit; with fewer threads they are
// sessions, as a server runs them: each has one request on its way, and its next one is prepared on its thread when the
// sequencer says that the last is durable.
struct Submitters {
  size_t count = 256;
  size_t threads = 2;
};

// Sends requests 0 to `requests` - 1, submitter t of n those numbered t, t + n, ... Returns when all are durable, with
// the seconds that it took. Ends the program if one is refused or was there already.
double SubmitAll(journal::Journal& journal, const Packing& packing, size_t requests, const RequestSource& source,
                 const Submitters& submitters);

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_JOURNAL_SUBMITTERS_H_
