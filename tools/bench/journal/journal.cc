// Durable entries per second of the journal, beside raw synced RocksDB batches of the same bytes in the same run.
//
// Every run writes pre-signed 300-byte events from 1, 16 and 256 submitter threads into a new ledger and is followed by
// a full verify, or its time does not count. Then the very entries that the journal wrote go into an empty RocksDB, in
// synced batches of the journal's mean batch size: that is the peer, and the ratio is journal to raw. It is done once
// with signatures checked beforehand (the journal alone) and once with each event's own Ed25519 signature checked on
// the way in, for which OpenSSL's verify rate on all cores is the limit.
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <thread>

#include "crypto/ed25519.h"
#include "crypto/signer.h"
#include "ledger/journal/keyspace.h"
#include "ledger/journal/submission.h"
#include "ledger/store/journal_directory.h"

namespace ledgerline {
namespace {

using Steady = std::chrono::steady_clock;

constexpr char kOrigin[] = "ledger.example/bench";
constexpr size_t kEventBytes = 300;

double SecondsSince(Steady::time_point start) { return std::chrono::duration<double>(Steady::now() - start).count(); }

// Processor time of this process so far, all threads.
double CpuSeconds() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

[[noreturn]] void Die(const Status& status) {
  std::fprintf(stderr, "bench: %s\n", status.ToString().c_str());
  std::exit(1);
}

template <typename T>
T Must(Result<T> result) {
  if (!result.ok()) Die(result.status());
  return std::move(*result);
}

void MustBeOk(const rocksdb::Status& status) {
  if (!status.ok()) Die(Internal(status.ToString()));
}

// A rating's payload of exactly 300 bytes.
std::string Event(size_t number) {
  v1::Payload payload;
  payload.mutable_rating()->set_score(3);
  std::string id = std::to_string(number);
  payload.mutable_rating()->set_recording_id(id);
  while (payload.ByteSizeLong() < kEventBytes) {
    id.append(kEventBytes - payload.ByteSizeLong(), 'r');
    payload.mutable_rating()->set_recording_id(id);
    while (payload.ByteSizeLong() > kEventBytes) {
      id.pop_back();
      payload.mutable_rating()->set_recording_id(id);
    }
  }
  return payload.SerializeAsString();
}

std::vector<std::string> SignedEvents(size_t count, const crypto::Signer& signer) {
  std::vector<std::string> events;
  for (size_t i = 0; i < count; ++i) {
    events.push_back(Must(journal::SignSubmission(kOrigin, "event " + std::to_string(i), Event(i), signer)));
  }
  return events;
}

struct Run {
  double journal_per_second = 0;
  double raw_per_second = 0;
  double mean_batch = 0;
  double journal_cpu_us = 0;  // processor time an entry
  double raw_cpu_us = 0;
};

// One submitter on a thread of its own: submitter t of n sends events t, t + n, t + 2n, ...
void SubmitBlocking(journal::Journal& journal, const std::vector<std::string>& events, size_t t, size_t n) {
  for (size_t i = t; i < events.size(); i += n) {
    const Result<journal::Committed> committed = journal.Submit({events[i], {}});
    if (!committed.ok()) Die(committed.status());
  }
}

// Many submitters on one thread, as a server runs them: each has one submission on its way, and its next one is
// prepared on this thread when the sequencer says that the last is durable.
class Sessions {
 public:
  // Submitters worker, worker + workers, ... below `submitters`.
  Sessions(journal::Journal& journal, const std::vector<std::string>& events, size_t worker, size_t workers,
           size_t submitters)
      : journal_(journal), events_(events), submitters_(submitters) {
    for (size_t t = worker; t < submitters; t += workers) ready_.push_back(t);  // its first event has its own number
  }

  void Run() {
    std::vector<size_t> now;
    size_t on_their_way = 0;
    while (true) {
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !ready_.empty() || on_their_way == 0; });
        on_their_way -= finished_;
        finished_ = 0;
        now.swap(ready_);
      }
      for (const size_t event : now) {
        if (event >= events_.size()) continue;
        ++on_their_way;
        const Status status =
            journal_.SubmitAsync({events_[event], {}}, [this, event](Result<journal::Committed> result) {
              if (!result.ok()) Die(result.status());
              const std::lock_guard lock(mutex_);
              ++finished_;
              ready_.push_back(event + submitters_);
              if (ready_.size() == 1) changed_.notify_one();
            });
        if (!status.ok()) Die(status);
      }
      now.clear();
      if (on_their_way == 0) return;
    }
  }

 private:
  journal::Journal& journal_;
  const std::vector<std::string>& events_;
  const size_t submitters_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<size_t> ready_;  // the next event of each submitter that waits for nothing
  size_t finished_ = 0;
};

// The journal's own run; leaves the ledger in `directory`. Submitters share `threads_max` threads if there are more.
void RunJournal(const std::string& directory, const std::vector<std::string>& events, size_t submitters,
                size_t threads_max, bool check_signatures, const crypto::Signer& signer, Run& run) {
  SystemClock clock;
  journal::JournalOptions options;
  options.check_signatures = check_signatures;
  const auto journal = Must(store::CreateJournal(directory, kOrigin, signer, clock, options));
  const uint64_t batches_before = journal->batches_committed();
  const size_t workers = std::min(submitters, threads_max);
  std::barrier start(static_cast<ptrdiff_t>(workers) + 1);
  std::vector<std::thread> threads;
  for (size_t w = 0; w < workers; ++w) {
    threads.emplace_back([&, w] {
      start.arrive_and_wait();
      if (workers == submitters) {
        SubmitBlocking(*journal, events, w, submitters);
      } else {
        Sessions(*journal, events, w, workers, submitters).Run();
      }
    });
  }
  start.arrive_and_wait();
  const Steady::time_point began = Steady::now();
  const double cpu_began = CpuSeconds();
  for (std::thread& thread : threads) thread.join();
  run.journal_cpu_us = 1e6 * (CpuSeconds() - cpu_began) / static_cast<double>(events.size());
  run.journal_per_second = static_cast<double>(events.size()) / SecondsSince(began);
  run.mean_batch =
      static_cast<double>(events.size()) / static_cast<double>(journal->batches_committed() - batches_before);
  Must(journal->SignCheckpoint());
}

// The peer: the same keys and entry bytes, in synced batches of the same size.
void RunRaw(const std::string& ledger, const std::string& directory, Run& run) {
  const auto journal = Must(store::OpenJournalReadOnly(ledger));
  std::vector<std::string> entries;
  const EntryIndex end{journal->size().value};
  const Status read = journal->ForEachEntry(EntryIndex{1}, end, [&](EntryIndex, std::string_view bytes) {
    entries.emplace_back(bytes);
    return Status::Ok();
  });
  if (!read.ok()) Die(read);
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kNoCompression;
  rocksdb::DB* raw = nullptr;
  MustBeOk(rocksdb::DB::Open(options, directory, &raw));
  const std::unique_ptr<rocksdb::DB> db(raw);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const size_t batch_size = std::max<size_t>(1, static_cast<size_t>(run.mean_batch + 0.5));
  const double cpu_began = CpuSeconds();
  const Steady::time_point began = Steady::now();
  for (size_t at = 0; at < entries.size();) {
    rocksdb::WriteBatch batch;
    for (size_t n = 0; n < batch_size && at < entries.size(); ++n, ++at) {
      MustBeOk(batch.Put(journal::keyspace::EntryKey(EntryIndex{at + 1}), entries[at]));
    }
    MustBeOk(db->Write(synced, &batch));
  }
  run.raw_cpu_us = 1e6 * (CpuSeconds() - cpu_began) / static_cast<double>(entries.size());
  run.raw_per_second = static_cast<double>(entries.size()) / SecondsSince(began);
}

// Entries and peer must hold what was asked for, and the ledger must verify in full.
void CheckAnswer(const std::string& directory, size_t events) {
  const journal::VerifyReport report = store::VerifyDirectory(directory);
  if (!report.passed() || report.size != TreeSize{events + 1} || report.checkpoint_size != report.size) {
    Die(DataLoss("the ledger does not verify: this run's time does not count"));
  }
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::string Spread(const std::vector<double>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  char text[64];
  std::snprintf(text, sizeof(text), "%.0f-%.0f", *low, *high);
  return text;
}

// Ed25519 verifications per second on `threads` threads.
double VerifyRate(size_t threads, const crypto::PrivateKey& key) {
  constexpr int kEach = 4000;
  const std::string message = journal::SubmissionText(kOrigin, "key", "payload");
  const crypto::Signature signature = Must(key.Sign(message));
  std::atomic<int> good{0};
  const Steady::time_point began = Steady::now();
  std::vector<std::thread> running;
  for (size_t t = 0; t < threads; ++t) {
    running.emplace_back([&] {
      int mine = 0;
      for (int i = 0; i < kEach; ++i) mine += crypto::Verify(key.public_key(), message, signature) ? 1 : 0;
      good += mine;
    });
  }
  for (std::thread& thread : running) thread.join();
  const double seconds = SecondsSince(began);
  if (good != static_cast<int>(threads) * kEach) Die(Internal("a true signature was refused"));
  return static_cast<double>(good) / seconds;
}

}  // namespace
}  // namespace ledgerline

int main(int argc, char** argv) {
  using namespace ledgerline;
  CLI::App app("Durable entries per second of the journal, beside raw synced RocksDB batches of the same bytes");
  std::string directory = "bench_journal.tmp";
  size_t repeats = 5;
  size_t events_max = 60'000;
  app.add_option("--dir", directory, "where to write; on the disk that is to be measured. Removed afterwards")
      ->capture_default_str();
  app.add_option("--repeats", repeats, "runs of each line")->capture_default_str()->check(CLI::Range(1, 99));
  app.add_option("--events", events_max, "events with 256 submitters; fewer with fewer")
      ->capture_default_str()
      ->check(CLI::Range(1000, 1'000'000));
  std::vector<size_t> submitter_counts = {1, 16, 256};
  app.add_option("--submitters", submitter_counts, "numbers of submitter threads")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  const crypto::PrivateKey key = Must(crypto::PrivateKey::FromSeed(std::string(32, 'b')));
  const crypto::KeySigner signer(key);
  const size_t cores = std::max(1u, std::thread::hardware_concurrency());
  const double one_core = VerifyRate(1, key);
  const double all_cores = VerifyRate(cores, key);
  std::printf("OpenSSL Ed25519 verify: %.0f/s on one core, %.0f/s on %zu\n", one_core, all_cores, cores);
  std::printf("%zu-byte events, %zu repeats, medians and (least-most) entries/s; every ledger verified in full\n\n",
              kEventBytes, repeats);
  std::printf("%-16s %10s %7s %8s %8s %15s %8s %15s %6s %15s\n", "signatures", "submitters", "threads", "in batch",
              "journal", "", "raw", "", "ratio", "us CPU/entry");
  const std::vector<std::string> all_events = SignedEvents(events_max, signer);
  for (const bool check_signatures : {false, true}) {
    // Each number of submitters on threads of their own, and 256 of them also as a server runs them: as sessions on one
    // thread a core.
    std::vector<std::pair<size_t, size_t>> lines;
    for (const size_t submitters : submitter_counts) {
      lines.emplace_back(submitters, submitters);
      if (submitters > 16) lines.emplace_back(submitters, cores);
    }
    for (const auto& [submitters, threads] : lines) {
      const size_t count = submitters >= 100 ? events_max : submitters >= 10 ? events_max / 6 : events_max / 60;
      const std::vector<std::string> events(all_events.begin(), all_events.begin() + static_cast<ptrdiff_t>(count));
      std::vector<double> journal_rates, raw_rates, ratios, batches, journal_cpu, raw_cpu;
      for (size_t repeat = 0; repeat < repeats; ++repeat) {
        std::filesystem::remove_all(directory);
        std::filesystem::create_directories(directory);
        Run run;
        RunJournal(directory + "/ledger", events, submitters, threads, check_signatures, signer, run);
        RunRaw(directory + "/ledger", directory + "/raw", run);
        CheckAnswer(directory + "/ledger", events.size());
        journal_rates.push_back(run.journal_per_second);
        raw_rates.push_back(run.raw_per_second);
        ratios.push_back(run.journal_per_second / run.raw_per_second);
        batches.push_back(run.mean_batch);
        journal_cpu.push_back(run.journal_cpu_us);
        raw_cpu.push_back(run.raw_cpu_us);
      }
      std::printf("%-16s %10zu %7zu %8.1f %8.0f %15s %8.0f %15s %6.2f %7.1f %7.1f\n",
                  check_signatures ? "checked on entry" : "checked before", submitters, threads, Median(batches),
                  Median(journal_rates), ("(" + Spread(journal_rates) + ")").c_str(), Median(raw_rates),
                  ("(" + Spread(raw_rates) + ")").c_str(), Median(ratios), Median(journal_cpu), Median(raw_cpu));
      std::fflush(stdout);
    }
  }
  std::filesystem::remove_all(directory);
  return 0;
}
