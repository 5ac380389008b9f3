// The large ledgers: built once, and kept for the rows and the runs that need them if a directory is given.
#ifndef LEDGERLINE_TOOLS_BENCH_JOURNAL_LARGE_LEDGER_H_
#define LEDGERLINE_TOOLS_BENCH_JOURNAL_LARGE_LEDGER_H_

#include <string>

#include "crypto/signer.h"
#include "tools/bench/journal/events.h"
#include "tools/bench/journal/rows.h"

namespace ledgerline::bench {

inline constexpr Packing kLargePacking = {true, 1000};
inline constexpr Packing kLargeSignedPacking = {false, 1};

// The directory of a ledger of at least `entries` entries beside genesis, checkpointed and whole. One that was built
// before is taken as it is; one that was left half built is built anew.
std::string LargeLedger(const BenchOptions& options, const Packing& packing, size_t entries,
                        const crypto::Signer& signer);

}  // namespace ledgerline::bench

#endif  // LEDGERLINE_TOOLS_BENCH_JOURNAL_LARGE_LEDGER_H_
