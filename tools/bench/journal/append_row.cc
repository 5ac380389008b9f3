#include <algorithm>
#include <filesystem>
#include <thread>

#include "ledger/journal/submission.h"
#include "ledger/store/journal_directory.h"
#include "tools/bench/journal/bench_directory.h"
#include "tools/bench/journal/events.h"
#include "tools/bench/journal/failure.h"
#include "tools/bench/journal/hardware_limits.h"
#include "tools/bench/journal/postgres_peer.h"
#include "tools/bench/journal/raw_rocks.h"
#include "tools/bench/journal/rows.h"
#include "tools/bench/journal/stopwatch.h"
#include "tools/bench/journal/submitters.h"

namespace ledgerline::bench {
namespace {

struct Run {
  double seconds = 0;
  double cpu_us = 0;       // of the process, an event
  double mean_commit = 0;  // entries
};

Run RunJournal(const std::string& directory, const Packing& packing, size_t events,
               const std::vector<std::string>& requests, const Submitters& submitters, const crypto::Signer& signer) {
  SystemClock clock;
  const auto journal = Must(store::CreateJournal(directory, kOrigin, signer, clock));
  const uint64_t commits_before = journal->batches_committed();
  const Stopwatch watch;
  Run run;
  run.seconds = SubmitAll(
      *journal, packing, requests.size(), [&](size_t i) { return requests[i]; }, submitters);
  run.cpu_us = 1e6 * watch.CpuSeconds() / static_cast<double>(events);
  run.mean_commit = static_cast<double>(EntriesOf(packing, events)) /
                    static_cast<double>(journal->batches_committed() - commits_before);
  Must(journal->SignCheckpoint());
  return run;
}

// Everything that was sent is there, once, and the ledger verifies in full.
void CheckLedger(const std::string& directory, size_t entries) {
  const journal::VerifyReport report = store::VerifyDirectory(directory);
  if (!report.passed() || report.size != TreeSize{entries + 1} || report.checkpoint_size != report.size) {
    Die(DataLoss("the ledger does not verify: this run's time does not count"));
  }
}

std::vector<std::string> EntriesIn(const std::string& directory) {
  const auto journal = Must(store::OpenJournalReadOnly(directory));
  std::vector<std::string> entries;
  MustBeOk(journal->ForEachEntry(EntryIndex{1}, EntryIndex{journal->size().value}, [&](EntryIndex, std::string_view e) {
    entries.emplace_back(e);
    return Status::Ok();
  }));
  return entries;
}

std::string Describe(const Packing& packing, const Submitters& submitters) {
  return (packing.signed_batches ? "signed batches of " + std::to_string(packing.events)
                                 : std::string("single events, a signature each")) +
         ", " + std::to_string(submitters.count) +
         (submitters.threads < submitters.count ? " sessions on " + std::to_string(submitters.threads) + " threads"
                                                : " threads");
}

// The same events in PostgreSQL, fewer of them where it is slow; returns events/s. No connections: the guarded table.
double PostgresRate(const BenchOptions& options, const Packing& packing, size_t events, size_t connections,
                    PostgresPeer& postgres) {
  constexpr size_t kRowsMax = 300'000;
  const size_t wanted = packing.events == 1 ? options.events / 3 : std::min(events, kRowsMax);
  const size_t batches = std::max<size_t>(1, wanted / packing.events);
  std::vector<std::string> bodies;
  for (size_t i = 0; i < batches * packing.events; ++i) bodies.push_back(Event(i));
  return static_cast<double>(bodies.size()) / (connections == 0 ? postgres.AppendGuarded(bodies, packing.events)
                                                                : postgres.Append(bodies, packing.events, connections));
}

void OneLine(const BenchOptions& options, const Packing& packing, const Submitters& submitters, size_t events,
             const std::vector<std::string>& requests, const crypto::Signer& signer, PostgresPeer* postgres,
             Report& report) {
  const size_t cores = std::max(1u, std::thread::hardware_concurrency());
  const size_t text_bytes = journal::SubmissionText(kOrigin, "event 10000", "").size();
  Figure journal{"journal", "events/s", {}, {}};
  Figure raw{"raw RocksDB, same entries", "events/s", {}, {}};
  Figure of_raw{"of raw RocksDB", "", {}, {}};
  Figure limit{"Ed25519 verify, " + std::to_string(cores) + " cores", "/s", {}, {}};
  Figure of_limit{"of the verify rate", "", {}, {}};
  Figure chained{"PostgreSQL, one connection", "events/s", {}, {}}, of_chained{"times that", "", {}, {}};
  Figure several{"PostgreSQL, " + std::to_string(options.postgres_connections) + " connections", "events/s", {}, {}};
  Figure of_several{"times that", "", {}, {}};
  Figure guarded{"PostgreSQL, keys unique, chain made by the server", "events/s", {}, {}};
  Figure of_guarded{"times that", "", {}, {}};
  Figure commit{"entries in a commit, mean", "", {}, {}};
  Figure cpu{"processor time, journal", "us/event", {}, {}};
  const auto count = static_cast<double>(events);
  for (size_t repeat = 0; repeat < options.repeats; ++repeat) {
    const std::string directory = FreshDirectory(options.directory + "/append");
    const std::string ledger = directory + "/ledger";
    const Run run = RunJournal(ledger, packing, events, requests, submitters, signer);
    CheckLedger(ledger, EntriesOf(packing, events));
    double raw_seconds = 0;
    {
      const std::vector<std::string> entries = EntriesIn(ledger);
      RawRocks peer(directory + "/raw");
      raw_seconds = peer.Write(entries, std::max<size_t>(1, static_cast<size_t>(run.mean_commit + 0.5)));
      peer.Check(entries);
    }
    const double verify_rate = Ed25519VerifyRate(cores, text_bytes);
    const double rate = count / run.seconds;
    journal.samples.push_back(rate);
    raw.samples.push_back(count / raw_seconds);
    of_raw.samples.push_back(raw_seconds / run.seconds);
    limit.samples.push_back(verify_rate);
    // A batch takes one verification.
    of_limit.samples.push_back(rate / static_cast<double>(packing.events) / verify_rate);
    if (postgres != nullptr) {
      chained.samples.push_back(PostgresRate(options, packing, events, 1, *postgres));
      of_chained.samples.push_back(rate / chained.samples.back());
      several.samples.push_back(PostgresRate(options, packing, events, options.postgres_connections, *postgres));
      of_several.samples.push_back(rate / several.samples.back());
      guarded.samples.push_back(PostgresRate(options, packing, events, 0, *postgres));
      of_guarded.samples.push_back(rate / guarded.samples.back());
    }
    commit.samples.push_back(run.mean_commit);
    cpu.samples.push_back(run.cpu_us);
  }
  if (packing.events == 1) {
    of_limit.reach = AtLeast(0.8);
  } else {
    of_raw.reach = AtLeast(0.7);
    of_chained.reach = of_several.reach = of_guarded.reach = AtLeast(3);
  }
  std::vector<Figure> figures = {journal, raw, of_raw, limit, of_limit};
  if (postgres != nullptr)
    figures.insert(figures.end(), {chained, of_chained, several, of_several, guarded, of_guarded});
  figures.insert(figures.end(), {commit, cpu});
  report.Add("append", Describe(packing, submitters), std::move(figures));
}

}  // namespace

void AppendRow(const BenchOptions& options, const crypto::Signer& signer, Report& report) {
  Result<std::unique_ptr<PostgresPeer>> postgres =
      StartPostgres(options.postgres_bin, FreshDirectory(options.directory + "/postgres"));
  if (postgres.ok()) {
    report.Say("Beside: " + (*postgres)->version() +
               ", fsync on, a hash-chained table. Over one connection its rows become durable in the chain's order, as "
               "the journal's do; over several a crash may leave gaps in the chain.");
  } else {
    report.Say("LEFT OUT: PostgreSQL. " + postgres.status().message());
  }
  PostgresPeer* const peer = postgres.ok() ? postgres->get() : nullptr;
  const size_t cores = std::max(1u, std::thread::hardware_concurrency());
  for (const auto& [packing, times] : std::vector<std::pair<Packing, size_t>>{
           {{false, 1}, 1}, {{true, 1}, 1}, {{true, 100}, 10}, {{true, 1000}, 20}}) {
    const size_t events = options.events * times;
    const std::vector<std::string> requests = SignedRequests(packing, events, signer);
    OneLine(options, packing, {options.submitters, cores}, events, requests, signer, peer, report);
    if (options.threads_each) {
      OneLine(options, packing, {options.submitters, options.submitters}, events, requests, signer, peer, report);
    }
  }
}

}  // namespace ledgerline::bench
