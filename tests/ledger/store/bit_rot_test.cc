// Bit rot: every byte of a small ledger's files, table and log alike, has one bit flipped, a byte at a time. Each time
// the ledger either says what is damaged, or has entries, root and state byte for byte as before. It never loses
// silently, crashes or hangs.
//
// LEDGERLINE_LONG=1 flips every byte; otherwise every kStride-th of each file, with the first and the last 32 of each.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "ledger/store/journal_directory.h"
#include "ledger/store/rocks_storage.h"
#include "tests/ledger/journal/journal_fixture.h"

namespace ledgerline::store {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kStride = 37;

class BitRotTest : public testing::Test {
 protected:
  void SetUp() override {
    whole_ = testing::TempDir() + "bit_rot." + std::to_string(::getpid());
    rotten_ = whole_ + ".rotten";
    fs::remove_all(whole_);
    fs::remove_all(rotten_);
  }
  void TearDown() override {
    fs::remove_all(whole_);
    fs::remove_all(rotten_);
  }

  // Ten entries, a blob and a checkpoint in a table; six entries, a blob and a checkpoint in the log; two entries
  // behind the last checkpoint.
  void MakeLedger() {
    auto storage = CreateRocksStorage({.directory = whole_}).value();
    journal::Storage& held = *storage;
    auto journal =
        journal::Journal::Create(std::move(storage), journal::kTestOrigin, operator_, clock_, {.fold_entries_min = 3})
            .value();
    const auto submit = [&](const std::string& key) {
      ASSERT_TRUE(journal->Submit(journal::RatingRequest(operator_, key)).ok());
    };
    const auto file = [&](const std::string& key, const std::string& blob) {
      ASSERT_TRUE(journal->Submit(journal::Request(operator_, key, journal::UsagePayload(blob), {blob})).ok());
    };
    for (int i = 0; i < 8; ++i) submit("table " + std::to_string(i));
    file("table file", "rows in a table");
    ASSERT_TRUE(journal->SignCheckpoint().ok());
    ASSERT_TRUE(FlushRocksStorage(held).ok());
    for (int i = 0; i < 3; ++i) submit("log " + std::to_string(i));
    file("log file", "rows in the log");
    ASSERT_TRUE(journal->SignCheckpoint().ok());
    submit("behind 1");
    submit("behind 2");
    key_.emplace(journal->checkpoint_key());
  }

  // Everything that the ledger in `directory` holds, if it opens and passes the full check; else what it says.
  struct Seen {
    bool passed = false;
    std::string content;
    std::string report;
  };
  Seen Look(const std::string& directory) {
    Seen seen;
    const auto storage = OpenRocksStorageReadOnly({.directory = directory});
    if (!storage.ok()) {
      seen.report = storage.status().message();
      return seen;
    }
    const journal::VerifyReport report =
        journal::VerifyJournal(**storage, {.checkpoint_key = key_, .threads = 1, .progress = {}});
    for (const journal::VerifyCheck& check : report.checks) {
      for (const std::string& failure : check.failures) seen.report += check.name + ": " + failure + "\n";
    }
    if (!report.passed()) return seen;
    seen.passed = true;
    const auto cursor = (*storage)->Scan("", "");
    for (; cursor->Valid(); cursor->Next())
      seen.content += std::string(cursor->key()) + "=" + std::string(cursor->value()) + ";";
    if (!cursor->status().ok()) seen.content = cursor->status().ToString();
    const auto published = (*storage)->PublishedCheckpoint();
    seen.content += published.ok() && *published ? **published : "no checkpoint";
    return seen;
  }
  // What is left after a process opened it for writing, which lets RocksDB rewrite its files. It may refuse.
  Seen LookAfterWriter(const std::string& directory) {
    const Status opened = OpenJournal(directory, operator_, clock_).status();
    if (!opened.ok()) return {false, "", opened.message()};
    return Look(directory);
  }

  std::string Copy() const {
    fs::remove_all(rotten_);
    fs::copy(whole_, rotten_, fs::copy_options::recursive);
    return rotten_;
  }
  static std::string ReadAll(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  static void WriteAll(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }

  const crypto::KeySigner operator_ = journal::TestSigner('o');
  journal::TestClock clock_;
  std::optional<crypto::VerifierKey> key_;
  std::string whole_, rotten_;
};

TEST_F(BitRotTest, EveryFlipIsReportedOrChangesNothing) {
  MakeLedger();
  const Seen before = Look(whole_);
  ASSERT_TRUE(before.passed) << before.report;
  ASSERT_EQ(LookAfterWriter(Copy()).content, before.content) << "without a flip";
  const bool all = std::getenv("LEDGERLINE_LONG") != nullptr;
  std::map<std::string, std::array<uint64_t, 3>> counts;  // by kind of file: flips, reported, harmless
  uint64_t broken = 0, flipped_so_far = 0;
  for (const auto& file : fs::recursive_directory_iterator(whole_)) {
    if (!file.is_regular_file()) continue;
    const std::string relative = fs::relative(file.path(), whole_);
    const std::string bytes = ReadAll(file.path());
    std::string kind = file.path().extension();
    if (kind.empty()) kind = file.path().filename().string().substr(0, file.path().filename().string().find('-'));
    for (uint64_t at = 0; at < bytes.size() && broken < 10; ++at) {
      if (!all && at % kStride != 0 && at >= 32 && at + 32 < bytes.size()) continue;
      std::string flipped = bytes;
      flipped[at] ^= static_cast<char>(1 << at % 8);
      const bool by_writer = all || ++flipped_so_far % 8 == 0;
      for (const bool writer : {false, true}) {
        if (writer && !by_writer) continue;
        const std::string directory = writer ? Copy() : whole_;
        WriteAll(fs::path(directory) / relative, flipped);
        const Seen after = writer ? LookAfterWriter(directory) : Look(directory);
        auto& [flips, reported, harmless] = counts[kind + (writer ? ", opened for writing" : "")];
        ++flips;
        ++(after.passed ? harmless : reported);
        if (!after.passed && after.report.empty())
          ADD_FAILURE() << relative << " byte " << at << ": damage without a name";
        if (after.passed && after.content != before.content) {
          ADD_FAILURE() << relative << " byte " << at << ", bit " << at % 8 << ": passes with other content";
          ++broken;
        }
      }
      WriteAll(file.path(), bytes);
    }
  }
  for (const auto& [kind, count] : counts) {
    std::printf("  %-32s %6llu flips: %6llu reported, %6llu without effect\n", kind.c_str(),
                static_cast<unsigned long long>(count[0]), static_cast<unsigned long long>(count[1]),
                static_cast<unsigned long long>(count[2]));
  }
  for (const char* kind : {".sst", ".log", "checkpoint"}) EXPECT_GT(counts[kind][1], 0u) << kind;
  EXPECT_EQ(Look(whole_).content, before.content) << "the test put everything back";
}

}  // namespace
}  // namespace ledgerline::store
