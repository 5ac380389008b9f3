#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "crypto/merkle.h"
#include "ledger/store/journal_directory.h"
#include "tools/bench/journal/failure.h"
#include "tools/bench/journal/large_ledger.h"
#include "tools/bench/journal/rows.h"
#include "tools/bench/journal/stopwatch.h"
#include "tools/bench/journal/submitters.h"

namespace ledgerline::bench {
namespace {

// Starts the process that appends, waits until it has acknowledged `size`, kills it with SIGKILL while it goes on;
// returns the last size that it acknowledged.
TreeSize AppendAndKill(const std::string& program, const std::string& ledger, TreeSize size) {
  int ends[2];
  if (pipe(ends) != 0) Die(Internal("no pipe"));
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    execl(program.c_str(), program.c_str(), "--append-until-killed", ledger.c_str(), nullptr);
    _exit(127);
  }
  close(ends[1]);
  FILE* const lines = fdopen(ends[0], "r");
  unsigned long long acknowledged = 0;
  bool killed = false;
  for (unsigned long long line = 0; std::fscanf(lines, "%llu", &line) == 1;) {
    acknowledged = line;
    if (acknowledged >= size.value && !killed) {
      kill(pid, SIGKILL);
      killed = true;
    }
  }
  std::fclose(lines);
  if (pid < 0 || waitpid(pid, nullptr, 0) != pid || !killed) Die(Internal("the process to be killed ended by itself"));
  return TreeSize{acknowledged};
}

double LogBytes(const std::string& ledger) {
  double bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(ledger + "/db")) {
    if (file.path().extension() == ".log") bytes += static_cast<double>(file.file_size());
  }
  return bytes;
}

}  // namespace

void AppendUntilKilled(const std::string& ledger, const crypto::Signer& signer) {
  SystemClock clock;
  const auto journal = Must(store::OpenJournal(ledger, signer, clock));
  const uint64_t first = journal->size().value;  // above every event's number so far
  for (size_t batch = 0;; ++batch) {
    const std::string request = SignedRequest(kLargePacking, first + batch * kLargePacking.events, signer);
    Must(journal->SubmitBatch({request, {}}));
    std::printf("%llu\n", static_cast<unsigned long long>(journal->size().value));
    std::fflush(stdout);
  }
}

void OpenRow(const BenchOptions& options, const crypto::Signer& signer, Report& report) {
  const std::string ledger = LargeLedger(options, kLargePacking, options.large, signer);
  Figure open{"open after the crash", "s", {}, Below(2)}, log{"write-ahead log to replay", "MB", {}, {}};
  SystemClock clock;
  TreeSize size;
  for (size_t repeat = 0; repeat < options.large_repeats; ++repeat) {
    const journal::Journal::Head before = Must(store::OpenJournalReadOnly(ledger))->head();
    const TreeSize acknowledged =
        AppendAndKill(options.program, ledger, TreeSize{before.size.value + options.crash_entries});
    log.samples.push_back(LogBytes(ledger) / 1e6);
    const Stopwatch watch;
    const auto journal = Must(store::OpenJournal(ledger, signer, clock));
    open.samples.push_back(watch.Seconds());
    const journal::Journal::Head head = journal->head();
    if (head.size < acknowledged) Die(DataLoss("acknowledged entries are lost"));
    MustBeOk(crypto::VerifyConsistency(before.size, head.size, before.root, head.root,
                                       Must(journal->ConsistencyProof(before.size, head.size))));
    Must(journal->SignCheckpoint());
    size = head.size;
  }
  report.Add("open", "a ledger of " + std::to_string(size.value) + " entries, its writer killed while it wrote",
             {open, log}, {"What was acknowledged is there, and the tree extends the one before."});
}

}  // namespace ledgerline::bench
