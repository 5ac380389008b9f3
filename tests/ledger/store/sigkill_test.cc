// Real SIGKILLs: a process with 16 submitters is killed at a random acknowledgement; all that it printed must be there.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <random>
#include <sstream>
#include <thread>

#include "ledger/store/journal_directory.h"
#include "tests/ledger/journal/journal_fixture.h"

namespace ledgerline::store {
namespace {

constexpr int kSubmitters = 16;
constexpr int kKills = 20;

// What the killed process does: submits without end and prints "index leaf-hash key" for every acknowledgement.
int RunWriter(const std::string& directory, const std::string& round) {
  const crypto::KeySigner signer = journal::TestSigner('o');
  SystemClock clock;
  auto journal = OpenJournal(directory, signer, clock);
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

// Starts this program again as the writer, kills it after `lines` acknowledgements, returns all that came through.
std::vector<std::string> WriteAndKill(const std::string& directory, int round, size_t lines) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const std::string name = std::to_string(round);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    ::execl("/proc/self/exe", "sigkill_test", "--writer", directory.c_str(), name.c_str(), nullptr);
    _exit(4);
  }
  ::close(ends[1]);
  std::string text;
  char buffer[4096];
  bool killed = false;
  ssize_t got;
  while ((got = ::read(ends[0], buffer, sizeof(buffer))) > 0) {
    text.append(buffer, static_cast<size_t>(got));
    if (!killed && static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) >= lines) {
      ::kill(child, SIGKILL);
      killed = true;
    }
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

TEST(SigkillTest, TwentyKillsLoseNothingThatWasAcknowledged) {
  const std::string directory = testing::TempDir() + "sigkill." + std::to_string(::getpid());
  std::filesystem::remove_all(directory);
  const crypto::KeySigner signer = journal::TestSigner('o');
  SystemClock clock;
  ASSERT_TRUE(CreateJournal(directory, journal::kTestOrigin, signer, clock).ok());
  std::mt19937_64 random(20261027);
  std::vector<std::string> acknowledged;
  for (int round = 0; round < kKills; ++round) {
    for (std::string& line : WriteAndKill(directory, round, 1 + random() % 150))
      acknowledged.push_back(std::move(line));
    const auto journal = OpenJournalReadOnly(directory);
    ASSERT_TRUE(journal.ok()) << journal.status().ToString();
    for (const std::string& line : acknowledged) {
      std::istringstream fields(line);
      uint64_t index = 0;
      std::string leaf_hash, key;
      fields >> index >> leaf_hash >> key;
      const Result<std::string> bytes = (*journal)->ReadEntry(EntryIndex{index});
      ASSERT_TRUE(bytes.ok()) << line;
      ASSERT_EQ(crypto::LeafHash(*bytes).ToHex(), leaf_hash) << line;
      ASSERT_EQ((*journal)->FindSubmission(journal::KeyId(signer.public_key()), key).value(), EntryIndex{index});
    }
    const journal::VerifyReport report = VerifyDirectory(directory);
    ASSERT_TRUE(report.passed()) << journal::FailedChecks(report);
  }
  EXPECT_GT(acknowledged.size(), 200u);
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace ledgerline::store

int main(int argc, char** argv) {
  if (argc == 4 && std::strcmp(argv[1], "--writer") == 0) return ledgerline::store::RunWriter(argv[2], argv[3]);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
