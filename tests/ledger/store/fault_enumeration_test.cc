// Every single file operation of a ledger's short life fails once, in every way that a file system can fail. After each
// the ledger opens, passes the full check, has lost nothing that was acknowledged, and the same submissions sent again
// under the same keys lead to exactly the bytes that a life without faults leads to.
//
// LEDGERLINE_LONG=1 does all of them; otherwise every 13th (under sanitizers every 41st), beginning at another one for
// each fault.
#include <gtest/gtest.h>
#include <rocksdb/env.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "tests/ledger/store/fault_file_system.h"
#include "tests/ledger/store/fault_workload.h"
#include "tests/under_sanitizers.h"

namespace ledgerline::store {
namespace {

constexpr int kRestartsMax = 3;

struct Operations {
  uint64_t changes = 0;
  uint64_t reads = 0;
};

struct NamedFault {
  Fault fault;
  const char* name;
};
constexpr NamedFault kFaults[] = {
    {Fault::kError, "error"},
    {Fault::kNoSpace, "no space left"},
    {Fault::kShortWrite, "short write"},
    {Fault::kTornWrite, "torn write and power cut"},
    {Fault::kCutBefore, "power cut before"},
    {Fault::kCutAfter, "power cut after, unsynced data lost"},
    {Fault::kFirstLost, "power cut, earliest unsynced change lost"},
    {Fault::kLastKept, "power cut, only the latest unsynced change kept"},
};

class FaultEnumerationTest : public testing::Test {
 protected:
  void SetUp() override { directory_ = testing::TempDir() + "fault_enumeration." + std::to_string(::getpid()); }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  // The whole life, with whatever lies in wait. Returns what is wrong; empty: nothing. `met`: whether the fault came.
  std::string Live(const std::function<void(FaultFileSystem&)>& arm, bool* met = nullptr,
                   Operations* operations = nullptr) {
    std::filesystem::remove_all(directory_);
    const auto files = std::make_shared<FaultFileSystem>();
    const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(files);
    FaultWorkload life(directory_, env.get());
    arm(*files);
    int restarts = 0;
    bool seen = false;
    std::string where = "open";
    const auto restart = [&](const Status& status) -> std::string {
      seen = seen || files->met();
      life.Close();
      files->Restart();
      if (!seen) return where + " fails without a fault: " + status.ToString();
      if (++restarts > kRestartsMax) return where + " still fails: " + status.ToString();
      return "";
    };
    for (size_t step = 0; step < life.steps().size();) {
      if (!life.is_open()) {
        if (const Status opened = life.Open(); !opened.ok()) {
          if (const std::string wrong = restart(opened); !wrong.empty()) return wrong;
          continue;
        }
        if (restarts > 0) {
          const std::string wrong = life.WhatIsWrong();
          if (files->met()) seen = true;
          if (!wrong.empty()) return "after the fault in " + where + ": " + wrong;
        }
      }
      where = life.steps()[step].name;
      const Status status = life.steps()[step].run();
      if (status.ok()) {
        ++step;
      } else if (const std::string wrong = restart(status); !wrong.empty()) {
        return wrong;
      }
    }
    if (operations != nullptr) *operations = {files->changes(), files->reads()};
    seen = seen || files->met();
    // Whatever is not synced now was never promised: the power goes once more.
    files->Cut();
    life.Close();
    files->Restart();
    if (met != nullptr) *met = seen;
    where = "the end";
    if (const Status opened = life.Open(); !opened.ok()) return "at the end: " + opened.ToString();
    if (const std::string wrong = life.WhatIsWrong(); !wrong.empty()) return "at the end: " + wrong;
    const std::string end = life.Fingerprint();
    life.Close();
    if (expected_.empty()) expected_ = end;
    return end == expected_ ? "" : "at the end: " + end + "\n instead of: " + expected_;
  }

  static bool All() { return std::getenv("LEDGERLINE_LONG") != nullptr; }

  // Fails operations first, first + stride, ... of `count`, each in a life of its own; at most `slack` of them may not
  // come.
  void Enumerate(const std::string& name, uint64_t count, uint64_t first, uint64_t stride, uint64_t slack,
                 const std::function<void(FaultFileSystem&, uint64_t)>& arm) {
    uint64_t lives = 0, met = 0, broken = 0;
    for (uint64_t n = first; n <= count; n += stride) {
      bool came = false;
      const std::string wrong = Live([&](FaultFileSystem& files) { arm(files, n); }, &came);
      ++lives;
      met += came ? 1 : 0;
      if (wrong.empty()) continue;
      ++broken;
      ADD_FAILURE() << name << " at operation " << n << ": " << wrong;
      if (broken == 5) break;
    }
    std::printf("  %-50s %4llu of %llu operations failed, %llu lives broken\n", name.c_str(),
                static_cast<unsigned long long>(met), static_cast<unsigned long long>(count),
                static_cast<unsigned long long>(broken));
    EXPECT_GE(met + slack, lives) << "every fault must meet its operation";
  }

  std::string directory_;
  std::string expected_;  // where a life without faults leads to
};

TEST_F(FaultEnumerationTest, EveryOperationFailsOnceInEveryWay) {
  Operations once, twice;
  ASSERT_EQ(Live([](FaultFileSystem&) {}, nullptr, &once), "");
  ASSERT_EQ(Live([](FaultFileSystem&) {}, nullptr, &twice), "");
  ASSERT_EQ(once.changes, twice.changes) << "two runs must count the same";
  std::printf("  one life: %llu changes, %llu reads of files and directories\n",
              static_cast<unsigned long long>(once.changes), static_cast<unsigned long long>(once.reads));
  const uint64_t stride = All() ? 1 : kUnderSanitizers ? 41 : 13;
  uint64_t first = 1;
  for (const NamedFault& fault : kFaults) {
    Enumerate(fault.name, once.changes, All() ? 1 : first, stride, 0,
              [&](FaultFileSystem& files, uint64_t n) { files.FailChange(n, fault.fault); });
    first += 2;
  }
  // RocksDB's own threads sometimes look at a table once more or once less.
  Enumerate("read error", once.reads, 1, stride, 1, [](FaultFileSystem& files, uint64_t n) { files.FailRead(n); });
}

}  // namespace
}  // namespace ledgerline::store
