

#include <algorithm>
#include <atomic>
#include <thread>

#include "crypto/checkpoint.h"
#include "ledger/journal/submission.h"
#include "ledger/store/journal_directory.h"
#include "tools/bench/journal/bench_directory.h"
#include "tools/bench/journal/events.h"
#include "tools/bench/journal/failure.h"
#include "tools/bench/journal/raw_rocks.h"
#include "tools/bench/journal/rows.h"
#include "tools/bench/journal/stopwatch.h"

namespace ledgerline::bench {
namespace {

constexpr auto kArrivalEvery = std::chrono::milliseconds(1);
constexpr auto kCheckpointEvery = std::chrono::seconds(1);

struct Latencies {
  std::vector<double> committed_ms;
  std::vector<double> proven_s;
};

// An event's way: all times by the steady clock.
struct Submitted {
  Steady::time_point scheduled;
  Steady::time_point answered;
  journal::Committed committed;
};

// A size that a checkpoint made provable, and since when.
struct Proven {
  TreeSize size;
  Steady::time_point at;
};

// Signs a checkpoint a second until it is told to stop, and then one more.
class Checkpointer {
 public:
  explicit Checkpointer(journal::Journal& journal) : journal_(journal), thread_([this] { Loop(); }) {}
  std::vector<Proven> Finish() {
    stopping_ = true;
    thread_.join();
    return std::move(proven_);
  }

 private:
  void Loop() {
    for (Steady::time_point next = Steady::now() + kCheckpointEvery;; next += kCheckpointEvery) {
      std::this_thread::sleep_until(next);
      const bool last = stopping_;
      const std::string note = Must(journal_.SignCheckpoint());
      const Steady::time_point now = Steady::now();
      proven_.push_back({Must(crypto::OpenCheckpoint(note, journal_.checkpoint_key())).size, now});
      if (last) return;
    }
  }
  journal::Journal& journal_;
  std::atomic<bool> stopping_{false};
  std::vector<Proven> proven_;
  std::thread thread_;
};

// Sends every request at its scheduled instant, whatever became of those before it.
Latencies RunJournal(const std::string& directory, const std::vector<std::string>& requests,
                     const crypto::Signer& signer) {
  SystemClock clock;
  const auto journal = Must(store::CreateJournal(directory, kOrigin, signer, clock));
  std::vector<Submitted> events(requests.size());
  std::atomic<size_t> finished{0};
  Checkpointer checkpointer(*journal);
  const Steady::time_point began = Steady::now() + std::chrono::milliseconds(50);
  for (size_t i = 0; i < requests.size(); ++i) {
    Submitted& event = events[i];
    event.scheduled = began + i * kArrivalEvery;
    std::this_thread::sleep_until(event.scheduled);
    MustBeOk(journal->SubmitAsync({requests[i], {}}, [&event, &finished](Result<journal::Committed> done) {
      event.committed = Must(std::move(done));
      event.answered = Steady::now();
      finished.fetch_add(1);
      finished.notify_one();
    }));
  }
  for (size_t done = finished; done < requests.size(); done = finished) finished.wait(done);
  const std::vector<Proven> proven = checkpointer.Finish();
  for (const Submitted& event : events) {
    Must(Must(event.committed.promise()).Verify(journal->checkpoint_key()));  // signed before the answer came
  }
  Latencies latencies;
  for (const Submitted& event : events) {
    latencies.committed_ms.push_back(1e3 * SecondsBetween(event.scheduled, event.answered));
    const auto by = std::find_if(proven.begin(), proven.end(),
                                 [&](const Proven& p) { return event.committed.index.value < p.size.value; });
    if (by == proven.end()) Die(Internal("entry " + std::to_string(event.committed.index.value) + " was never proven"));
    latencies.proven_s.push_back(SecondsBetween(event.scheduled, by->at));
  }
  return latencies;
}

// Synced writes of one entry's bytes at the same pace.
std::vector<double> RunRaw(const std::string& directory, const std::string& entry, size_t count) {
  RawRocks raw(directory);
  std::vector<double> written_ms;
  const Steady::time_point began = Steady::now() + std::chrono::milliseconds(50);
  for (size_t i = 0; i < count; ++i) {
    std::this_thread::sleep_until(began + i * kArrivalEvery);
    written_ms.push_back(1e3 * raw.WriteOne(entry));
  }
  raw.Check(std::vector<std::string>(count, entry));
  return written_ms;
}

}  // namespace

void LatencyRow(const BenchOptions& options, const crypto::Signer& signer, Report& report) {
  const std::vector<std::string> requests = SignedRequests({false, 1}, options.latency_seconds * 1000, signer);
  Figure committed50{"to COMMITTED, p50", "ms", {}, {}}, committed99{"to COMMITTED, p99", "ms", {}, {}};
  Figure write50{"one synced write, p50", "ms", {}, {}}, write99{"one synced write, p99", "ms", {}, {}};
  Figure times50{"times one synced write, p50", "", {}, Below(3)}, times99{"times one synced write, p99", "", {}, {}};
  Figure proven50{"to PROVEN, p50", "s", {}, {}}, proven99{"to PROVEN, p99", "s", {}, {}};
  Figure proven_most{"to PROVEN, the latest", "s", {}, Below(1.1)};
  for (size_t repeat = 0; repeat < options.repeats; ++repeat) {
    const std::string directory = FreshDirectory(options.directory + "/latency");
    const Latencies latencies = RunJournal(directory + "/ledger", requests, signer);
    const journal::VerifyReport verified = store::VerifyDirectory(directory + "/ledger");
    if (!verified.passed() || verified.size != TreeSize{requests.size() + 1}) {
      Die(DataLoss("the ledger does not verify: this run's time does not count"));
    }
    const auto journal = Must(store::OpenJournalReadOnly(directory + "/ledger"));
    const std::vector<double> raw =
        RunRaw(directory + "/raw", Must(journal->ReadEntry(EntryIndex{1})), requests.size() / 2);
    committed50.samples.push_back(Quantile(latencies.committed_ms, 0.5));
    committed99.samples.push_back(Quantile(latencies.committed_ms, 0.99));
    write50.samples.push_back(Quantile(raw, 0.5));
    write99.samples.push_back(Quantile(raw, 0.99));
    times50.samples.push_back(committed50.samples.back() / write50.samples.back());
    times99.samples.push_back(committed99.samples.back() / write99.samples.back());
    proven50.samples.push_back(Quantile(latencies.proven_s, 0.5));
    proven99.samples.push_back(Quantile(latencies.proven_s, 0.99));
    proven_most.samples.push_back(Quantile(latencies.proven_s, 1));
  }
  report.Add(
      "latency",
      "single signed events at 1,000/s, scheduled arrivals, " + std::to_string(options.latency_seconds) +
          " s; a checkpoint a second",
      {committed50, committed99, write50, write99, times50, times99, proven50, proven99, proven_most},
      {"From the scheduled arrival, admission and signature check included; one synced write is the call alone."});
}

}  // namespace ledgerline::bench
