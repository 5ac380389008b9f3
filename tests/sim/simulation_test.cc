// Deterministic simulation of journal and sequencer. Each seed is one history of submitters, clock, faults and crashes
// over a store in memory; the oracle (oracle.h) recomputes everything from the entries alone.
//
//   simulation_test               200 seeds, from 1
//   simulation_test --seeds N     seeds 1 to N; LEDGERLINE_SIM_SEEDS=N does the same (`tools/check --long`: 10,000)
//   simulation_test --seed N      replays one seed and prints its steps
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>

#include "tests/sim/world.h"

namespace ledgerline::sim {
namespace {

// The trace hash, or nothing if a promise was broken.
std::optional<Hash256> RunSeed(uint64_t seed, bool print, Counts& counts) {
  World world(seed, print);
  try {
    world.Run();
  } catch (const std::exception& broken) {
    std::printf("seed %llu: BROKEN: %s\n  in the step after: %s\n  replay: simulation_test --seed %llu\n",
                static_cast<unsigned long long>(seed), broken.what(), world.last_step().c_str(),
                static_cast<unsigned long long>(seed));
    return std::nullopt;
  }
  for (const auto& [what, count] : world.counts()) counts[what] += count;
  return world.TraceHash();
}

int RunSeeds(uint64_t seeds) {
  Counts counts;
  uint64_t broken = 0;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    const std::optional<Hash256> first = RunSeed(seed, false, counts);
    if (!first) {
      if (++broken == 10) break;
      continue;
    }
    if (seed % 20 != 1) continue;
    Counts ignored;
    if (RunSeed(seed, false, ignored) != first) {
      std::printf("seed %llu: two runs differ: something in it is not decided by the seed\n",
                  static_cast<unsigned long long>(seed));
      ++broken;
    }
  }
  std::printf("simulation: seeds 1 to %llu, %llu broken\n", static_cast<unsigned long long>(seeds),
              static_cast<unsigned long long>(broken));
  for (const auto& [what, count] : counts)
    std::printf("  %9llu %s\n", static_cast<unsigned long long>(count), what.c_str());
  // A simulation in which none of this happens proves nothing.
  for (const char* needed :
       {"acknowledged new", "acknowledged again", "commits failed", "crashes", "reopenings",
        "failed commits that were there after all", "refused in their turn", "queue full",
        "signed batches acknowledged", "operator keys rotated", "operator keys revoked", "other keys rotated",
        "other keys revoked", "checkpoints of an overlap", "keys missing in an overlap", "entries repudiated",
        "promises", "promises that no token was there for"}) {
    if (seeds >= 100 && counts[needed] == 0) {
      std::printf("simulation: no \"%s\" in any seed\n", needed);
      return 1;
    }
  }
  return broken == 0 ? 0 : 1;
}

}  // namespace
}  // namespace ledgerline::sim

int main(int argc, char** argv) {
  using namespace ledgerline;
  const char* wished = std::getenv("LEDGERLINE_SIM_SEEDS");
  uint64_t seeds = wished != nullptr ? std::strtoull(wished, nullptr, 10) : 200;
  if (argc == 3 && std::strcmp(argv[1], "--seed") == 0) {
    sim::Counts counts;
    const auto hash = sim::RunSeed(std::strtoull(argv[2], nullptr, 10), true, counts);
    if (hash) std::printf("seed %s: trace %s\n", argv[2], hash->ToHex().c_str());
    return hash ? 0 : 1;
  }
  if (argc == 3 && std::strcmp(argv[1], "--seeds") == 0) {
    seeds = std::strtoull(argv[2], nullptr, 10);
  } else if (argc != 1) {
    std::fprintf(stderr, "usage: simulation_test [--seed N | --seeds N]\n");
    return 2;
  }
  if (seeds == 0) {
    std::fprintf(stderr, "simulation_test: the number of seeds must be at least 1\n");
    return 2;
  }
  return sim::RunSeeds(seeds);
}
