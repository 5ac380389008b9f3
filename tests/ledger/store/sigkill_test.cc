// Real SIGKILLs: a process with 16 submitters is killed at a random instant; all that it printed must be there.
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <random>
#include <sstream>
#include <thread>

#include "ledger/store/journal_directory.h"
#include "tests/ledger/journal/journal_fixture.h"
#include "tests/under_sanitizers.h"

namespace ledgerline::store {
namespace {

constexpr int kSubmitters = 16;
constexpr int kKillsOfOneLedger = 25;
constexpr int kLedgers = kUnderSanitizers ? 4 : 40;

// What the killed process does: submits without end and prints "index leaf-hash key" for every acknowledgement.
int RunWriter(const std::string& directory, const std::string& round) {
  const crypto::KeySigner signer = journal::TestSigner('o');
  SystemClock clock;
  auto journal = OpenJournal(directory, signer, clock, {.fold_entries_min = 50});
  if (!journal.ok()) {
    std::fprintf(stderr, "%s\n", journal.status().ToString().c_str());
    return 1;
  }
  std::vector<std::thread> threads;
  for (int t = 0; t < kSubmitters; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0;; ++i) {
        const std::string key = round + "/" + std::to_string(t) + "/" + std::to_string(i);
        const auto committed = (*journal)->Submit(journal::RatingRequest(signer, key));
        if (!committed.ok()) _exit(2);
        const std::string line =
            std::to_string(committed->index.value) + " " + committed->leaf_hash.ToHex() + " " + key + "\n";
        // One write below PIPE_BUF: lines of several threads do not mix (POSIX.1-2017, write).
        if (::write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) _exit(3);
        if (t == 0 && !(*journal)->SignCheckpoint().ok()) _exit(5);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return 2;
}

// When the writer is killed: after so many acknowledgements, or after so much time, whatever it is doing then.
struct KillAt {
  size_t lines = 0;
  int ms = 0;
};

// Starts this program again as the writer, kills it, returns all acknowledgements that came through.
std::vector<std::string> WriteAndKill(const std::string& directory, const std::string& round, const KillAt& instant) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    ::execl("/proc/self/exe", "sigkill_test", "--writer", directory.c_str(), round.c_str(), nullptr);
    _exit(4);
  }
  ::close(ends[1]);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(instant.ms);
  std::string text;
  char buffer[4096];
  bool killed = false;
  while (true) {
    if (!killed) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      pollfd ready{ends[0], POLLIN, 0};
      const bool in_time =
          ::poll(&ready, 1, instant.lines > 0 ? -1 : std::max<int>(0, static_cast<int>(left.count()))) > 0;
      const auto lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
      if (instant.lines > 0 ? lines >= instant.lines : !in_time) {
        ::kill(child, SIGKILL);
        killed = true;
      }
    }
    const ssize_t got = ::read(ends[0], buffer, sizeof(buffer));
    if (got <= 0) break;
    text.append(buffer, static_cast<size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the writer ended by itself: " << status;
  std::vector<std::string> acknowledged;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) acknowledged.push_back(line);
  if (!text.empty() && text.back() != '\n') acknowledged.pop_back();
  return acknowledged;
}

// The acknowledged entries that are not there, or are not what was acknowledged.
std::string Lost(const journal::Journal& journal, const Hash256& key_id, const std::vector<std::string>& acknowledged) {
  std::string lost;
  for (const std::string& line : acknowledged) {
    std::istringstream fields(line);
    uint64_t index = 0;
    std::string leaf_hash, key;
    fields >> index >> leaf_hash >> key;
    const Result<std::string> bytes = journal.ReadEntry(EntryIndex{index});
    const auto found = journal.FindSubmission(key_id, key);
    if (!bytes.ok() || crypto::LeafHash(*bytes).ToHex() != leaf_hash || !found.ok() || *found != EntryIndex{index})
      lost += line + "\n";
  }
  return lost;
}

TEST(SigkillTest, AThousandKillsLoseNothingThatWasAcknowledged) {
  const std::string directory = testing::TempDir() + "sigkill." + std::to_string(::getpid());
  const crypto::KeySigner signer = journal::TestSigner('o');
  SystemClock clock;
  std::mt19937_64 random(20261027);
  size_t kills = 0, total = 0, before_any = 0;
  for (int ledger = 0; ledger < kLedgers; ++ledger) {
    std::filesystem::remove_all(directory);
    ASSERT_TRUE(CreateJournal(directory, journal::kTestOrigin, signer, clock).ok());
    std::vector<std::string> acknowledged;
    for (int round = 0; round < kKillsOfOneLedger; ++round) {
      KillAt instant;
      if (random() % 2 == 0)
        instant.lines = 1 + random() % 60;
      else
        instant.ms = static_cast<int>(random() % 25);
      const std::vector<std::string> lines = WriteAndKill(directory, std::to_string(round), instant);
      ++kills;
      total += lines.size();
      before_any += lines.empty() ? 1 : 0;
      acknowledged.insert(acknowledged.end(), lines.begin(), lines.end());
      const auto journal = OpenJournalReadOnly(directory);
      ASSERT_TRUE(journal.ok()) << journal.status().ToString();
      // What an earlier kill left was looked at then, and is looked at again at the end.
      ASSERT_EQ(Lost(**journal, journal::KeyId(signer.public_key()), lines), "");
    }
    const auto journal = OpenJournal(directory, signer, clock, {.fold_entries_min = 50});
    ASSERT_TRUE(journal.ok()) << journal.status().ToString();
    ASSERT_EQ(Lost(**journal, journal::KeyId(signer.public_key()), acknowledged), "");
    const journal::VerifyReport report = VerifyJournal((*journal)->storage());
    ASSERT_TRUE(report.passed()) << journal::FailedChecks(report);
  }
  std::printf("  %zu kills under %d submitters, %zu before anything was acknowledged; %zu acknowledged, none lost\n",
              kills, kSubmitters, before_any, total);
  EXPECT_GT(total, kills) << "too little was acknowledged for this to say anything";
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace ledgerline::store

int main(int argc, char** argv) {
  if (argc == 4 && std::strcmp(argv[1], "--writer") == 0) return ledgerline::store::RunWriter(argv[2], argv[3]);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
