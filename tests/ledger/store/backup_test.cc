// Backups: only what is new is written, every file is checked, no key is in them; and a ledger made from one is the
// same ledger. A run that is killed leaves what the next one completes.
#include "ledger/store/backup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <thread>

#include "ledger/store/journal_directory.h"
#include "ledger/store/restore.h"
#include "ledger/store/rocks_storage.h"
#include "tests/ledger/journal/journal_fixture.h"

namespace ledgerline::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string ReadAll(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}
void WriteAll(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

class BackupTest : public testing::Test {
 protected:
  void SetUp() override {
    top_ = testing::TempDir() + "backup." + std::to_string(::getpid());
    fs::remove_all(top_);
    fs::create_directories(top_);
    ledger_ = top_ + "/ledger";
    backup_ = top_ + "/backup";
    restored_ = top_ + "/restored";
  }
  void TearDown() override { fs::remove_all(top_); }

  // Appends to the ledger, which it makes first if it is not there; without syncs, as nothing is cut here.
  void Add(int ratings, const std::string& name, const std::string& directory) {
    const bool there = fs::exists(directory);
    const RocksStorageOptions options{.directory = directory, .sync_commits = false};
    auto storage = there ? OpenRocksStorage(options).value() : CreateRocksStorage(options).value();
    auto journal = there
                       ? journal::Journal::Open(std::move(storage), operator_, clock_).value()
                       : journal::Journal::Create(std::move(storage), journal::kTestOrigin, operator_, clock_).value();
    for (int i = 0; i < ratings; ++i)
      ASSERT_TRUE(journal->Submit(journal::RatingRequest(operator_, name + std::to_string(i))).ok());
    const std::string blob = "rows of " + name;
    ASSERT_TRUE(journal->Submit(journal::Request(operator_, name, journal::UsagePayload(blob), {blob})).ok());
    ASSERT_TRUE(journal->SignCheckpoint().ok());
    WriteAll(directory + "/operator.vkey", journal->checkpoint_key().ToString() + "\n");
    root_ = journal->root();
    size_ = journal->size();
  }
  std::vector<std::string> FilesOf(const std::string& directory) {
    std::vector<std::string> files;
    for (const auto& file : fs::recursive_directory_iterator(directory)) {
      if (file.is_regular_file()) files.push_back(file.path().string());
    }
    return files;
  }

  const crypto::KeySigner operator_ = journal::TestSigner('o');
  journal::TestClock clock_;
  std::string top_, ledger_, backup_, restored_;
  Hash256 root_;
  TreeSize size_;
};

TEST_F(BackupTest, ASecondBackupWritesOnlyWhatIsNew) {
  Add(600, "first", ledger_);
  const auto first = BackUp(ledger_, backup_);
  ASSERT_TRUE(first.ok()) << first.status().ToString();
  EXPECT_EQ(first->from, TreeSize{0});
  EXPECT_EQ(first->description.size, size_);
  EXPECT_EQ(first->description.root, root_);
  const auto nothing = BackUp(ledger_, backup_).value();
  EXPECT_EQ(nothing.bytes_written, 0u);
  EXPECT_EQ(nothing.files_checked, first->files_checked);
  Add(5, "second", ledger_);
  const auto second = BackUp(ledger_, backup_).value();
  EXPECT_EQ(second.from, first->description.size);
  EXPECT_EQ(second.description.size, size_);
  // The last bundle and its tile, which were partial; a blob, a checkpoint, the published one, the
  // description.
  EXPECT_EQ(second.files_written, 6u);
  EXPECT_LT(second.bytes_written, first->bytes_written / 3);
  for (const std::string& file : FilesOf(backup_)) EXPECT_FALSE(file.ends_with(".new")) << file;
  EXPECT_FALSE(fs::exists(backup_ + "/log/tile/0/002.p/90")) << "a partial tile of the backup before";
}

TEST_F(BackupTest, WhatIsRestoredIsTheSameLedgerAndIsMarked) {
  Add(300, "first", ledger_);
  ASSERT_TRUE(BackUp(ledger_, backup_).ok());
  Add(3, "second", ledger_);
  WriteAll(ledger_ + "/policy", "quorum none\n");
  ASSERT_TRUE(BackUp(ledger_, backup_).ok());
  fs::create_directory(restored_);
  const auto key = crypto::VerifierKey::Create(journal::kTestOrigin, operator_.public_key()).value();
  const auto report = RestoreBackup(backup_, restored_ + "/", {.checkpoint_key = key, .progress = {}});
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  EXPECT_FALSE(fs::exists(restored_ + ".restoring"));
  EXPECT_EQ(ReadAll(restored_ + "/policy"), "quorum none\n");
  EXPECT_EQ(ReadAll(restored_ + "/checkpoint"), ReadAll(ledger_ + "/checkpoint"));
  const auto before = OpenRocksStorageReadOnly({.directory = ledger_}).value();
  {
    // Entry by entry, and every other record but the runs that entries are stored in, and the idempotency keys, all of
    // which now have their records.
    const auto after = OpenRocksStorageReadOnly({.directory = restored_}).value();
    journal::EntryCursor a(*before, EntryIndex{0}), b(*after, EntryIndex{0});
    for (; a.Valid() && b.Valid(); a.Next(), b.Next()) ASSERT_EQ(a.bytes(), b.bytes());
    EXPECT_FALSE(a.Valid() || b.Valid());
    for (const char* prefix : {"b", "c", "l", "s", "t"}) {
      const std::string end = journal::keyspace::PrefixEnd(prefix);
      const auto x = before->Scan(prefix, end), y = after->Scan(prefix, end);
      for (; x->Valid() && y->Valid(); x->Next(), y->Next()) {
        ASSERT_EQ(x->key(), y->key());
        ASSERT_EQ(x->value(), y->value());
      }
      EXPECT_FALSE(x->Valid() || y->Valid()) << prefix;
    }
    EXPECT_EQ(journal::FoldedSize(*before, TreeSize{306}).value(), TreeSize{0});
    EXPECT_EQ(journal::FoldedSize(*after, TreeSize{306}).value(), TreeSize{306});
  }
  EXPECT_THAT(RestoredMark(restored_).value_or(""), HasSubstr("size 306, root " + root_.ToHex()));
  EXPECT_EQ(RestoredMark(ledger_), std::nullopt);
  ASSERT_TRUE(AcceptRestored(restored_).ok());
  ASSERT_TRUE(AcceptRestored(restored_).ok());
  EXPECT_EQ(RestoredMark(restored_), std::nullopt);
  Add(2, "third", restored_);
  EXPECT_TRUE(VerifyDirectory(restored_).passed());
  EXPECT_EQ(RestoreBackup(backup_, restored_).status().code(), StatusCode::kAlreadyExists);
  // Another operator's key as anchor: nothing is put in place.
  const auto other = crypto::VerifierKey::Create(journal::kTestOrigin, journal::TestSigner('x').public_key()).value();
  EXPECT_EQ(RestoreBackup(backup_, top_ + "/again", {.checkpoint_key = other, .progress = {}}).status().code(),
            StatusCode::kDataLoss);
  EXPECT_FALSE(fs::exists(top_ + "/again") || fs::exists(top_ + "/again.restoring"));
}

TEST_F(BackupTest, ADamagedFileIsNamedAndNothingIsRestored) {
  Add(300, "first", ledger_);
  WriteAll(ledger_ + "/policy", "quorum none\n");
  ASSERT_TRUE(BackUp(ledger_, backup_).ok());
  size_t files = 0;
  for (const std::string& file : FilesOf(backup_)) {
    ++files;
    const std::string bytes = ReadAll(file);
    for (const double place : {0.0, 0.3, 0.6, 0.999}) {
      std::string damaged = bytes;
      damaged[static_cast<size_t>(place * static_cast<double>(bytes.size()))] ^= 4;
      WriteAll(file, damaged);
      const Status status = CheckBackup(backup_).status();
      EXPECT_EQ(status.code(), StatusCode::kDataLoss) << file << " at " << place;
      EXPECT_THAT(status.message(), HasSubstr(file)) << place;
      EXPECT_EQ(RestoreBackup(backup_, restored_).status().code(), StatusCode::kDataLoss);
      EXPECT_FALSE(fs::exists(restored_) || fs::exists(restored_ + ".restoring"));
    }
    fs::remove(file);
    const Status missing = CheckBackup(backup_).status();
    EXPECT_FALSE(missing.ok()) << file;
    EXPECT_THAT(missing.message(), testing::AnyOf(HasSubstr(file), HasSubstr(backup_ + "/checkpoints"),
                                                  HasSubstr("there is no backup in '" + backup_)));
    WriteAll(file, bytes);
  }
  EXPECT_GE(files, 10u);
  EXPECT_TRUE(CheckBackup(backup_).ok());
}

TEST_F(BackupTest, OtherFilesOtherLedgersAndOtherHistoriesAreRefused) {
  Add(3, "first", ledger_);
  ASSERT_TRUE(BackUp(ledger_, backup_).ok());
  fs::create_directory(top_ + "/photos");
  WriteAll(top_ + "/photos/cat", "cat");
  EXPECT_THAT(BackUp(ledger_, top_ + "/photos").status().message(), HasSubstr("holds other files ('cat')"));
  // The same origin with another past; and a ledger that is older than its backup.
  Add(9, "another past", top_ + "/forged");
  EXPECT_THAT(BackUp(top_ + "/forged", backup_).status().message(), HasSubstr("is of another history: at size 5"));
  Add(1, "first", top_ + "/older");
  EXPECT_THAT(BackUp(top_ + "/older", backup_).status().message(), HasSubstr("it is older than its backup"));
  EXPECT_EQ(BackUp(top_ + "/older", backup_).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(CheckBackup(top_ + "/photos").status().code(), StatusCode::kNotFound);
}

TEST_F(BackupTest, WhileAnotherWrites) {
  Add(50, "first", ledger_);
  auto journal = OpenJournal(ledger_, operator_, clock_).value();
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      ASSERT_TRUE(journal->Submit(journal::RatingRequest(operator_, "while " + std::to_string(i))).ok());
      if (i % 8 == 0) {
        ASSERT_TRUE(journal->SignCheckpoint().ok());
      }
    }
  });
  uint64_t size = 0;
  for (int i = 0; i < 8; ++i) {
    const auto report = BackUp(ledger_, backup_);
    EXPECT_TRUE(report.ok()) << report.status().ToString();
    if (!report.ok()) break;
    EXPECT_GE(report->description.size.value, size);
    size = report->description.size.value;
  }
  stop = true;
  writer.join();
  journal.reset();
  EXPECT_TRUE(RestoreBackup(backup_, restored_).ok());
}

TEST_F(BackupTest, NoKeyAndNothingPrivateIsInIt) {
  Add(3, "first", ledger_);
  fs::create_directories(ledger_ + "/keys");
  fs::create_directories(ledger_ + "/private/keys");
  fs::create_directories(ledger_ + "/private/records");
  WriteAll(ledger_ + "/keys/operator.key", "SECRET-OPERATOR");
  WriteAll(ledger_ + "/private/keys/ann", "SECRET-SEAL");
  for (const char* record : {"ann", "bob"}) {
    WriteAll(ledger_ + "/private/records/" + record, std::string("SEALED-") + record);
    fs::permissions(ledger_ + "/private/records/" + record, fs::perms::owner_read | fs::perms::owner_write);
  }
  ASSERT_TRUE(BackUp(ledger_, backup_).ok());
  const std::string copy = top_ + "/sealed";
  EXPECT_EQ(CopySealedRecords(ledger_, copy).value(), 2u);
  EXPECT_EQ(CopySealedRecords(ledger_, copy).value(), 0u);
  for (const std::string& file : FilesOf(backup_)) {
    EXPECT_THAT(ReadAll(file), testing::Not(testing::AnyOf(HasSubstr("SECRET"), HasSubstr("SEALED")))) << file;
  }
  for (const std::string& file : FilesOf(copy)) EXPECT_THAT(ReadAll(file), testing::Not(HasSubstr("SECRET"))) << file;
  EXPECT_EQ(ReadAll(copy + "/ann"), "SEALED-ann");
  fs::remove(ledger_ + "/private/records/ann");  // erased
  EXPECT_EQ(CopySealedRecords(ledger_, copy).value(), 0u);
  EXPECT_FALSE(fs::exists(copy + "/ann")) << "an erased record goes from the copy";
  EXPECT_TRUE(fs::exists(copy + "/bob"));
}

TEST_F(BackupTest, RepairMakesAnewWhatIsDerivedAndNeverAnEntry) {
  Add(300, "first", ledger_);
  const std::string published = ReadAll(ledger_ + "/checkpoint");
  const std::string first_idempotency =
      journal::keyspace::SubmissionKey(journal::KeyId(operator_.public_key()), "first0");
  const auto damage = [&](const std::string& key, const std::string& value) {
    journal::Overwrite(*OpenRocksStorage({.directory = ledger_}).value(), key, value);
  };
  // An entry is never made up: not changed, not left out. This one was submitted alone and is a run of its own.
  const std::string key = journal::keyspace::EntryRunKey(EntryIndex{137});
  const auto stored = OpenRocksStorageReadOnly({.directory = ledger_}).value()->Get(key);
  ASSERT_TRUE(stored.ok() && *stored) << stored.status().ToString();
  const std::string run = **stored;
  const auto entries = journal::ParseRun(run);
  ASSERT_TRUE(entries.ok() && entries->size() == 1) << entries.status().ToString();
  const std::string entry(entries->front());
  damage(key, journal::EncodeRun({journal::AlterRating(entry, operator_, 5)}));
  EXPECT_THAT(RepairDerived(ledger_).message(), HasSubstr("entry 138 does not follow the entry before it"));
  damage(key, "not a run");
  EXPECT_EQ(RepairDerived(ledger_).code(), StatusCode::kDataLoss);
  damage(key, run);
  EXPECT_FALSE(fs::exists(ledger_ + "/db.damaged") || fs::exists(ledger_ + "/repair.new"));
  const std::pair<std::string, std::string> derived[] = {
      {journal::keyspace::TileKey(0, 1), "not a tile"},
      {first_idempotency, journal::keyspace::SubmissionRecord{EntryIndex{7}}.Encode()},
      {journal::keyspace::TypeRunKey(v1::PAYLOAD_TYPE_CONSENT_GRANT, EntryIndex{4}),
       journal::keyspace::EncodeTypeRun(1)},
      {journal::keyspace::StateKey(), "nonsense"},
      {"zzz", "of no kind"},
  };
  for (const auto& [key, value] : derived) {
    damage(key, value);
    EXPECT_FALSE(VerifyDirectory(ledger_).passed());
    ASSERT_EQ(RepairDerived(ledger_).ToString(), "ok");
    EXPECT_TRUE(VerifyDirectory(ledger_).passed());
    EXPECT_EQ(OpenJournalReadOnly(ledger_).value()->root(), root_);
    EXPECT_EQ(RepairDerived(ledger_).code(), StatusCode::kFailedPrecondition) << "the database before is the only copy";
    fs::remove_all(ledger_ + "/db.damaged");
  }
  for (const std::string& rotten : {std::string(), std::string("nonsense"), published.substr(0, 40)}) {
    WriteAll(ledger_ + "/checkpoint", rotten);
    EXPECT_FALSE(VerifyDirectory(ledger_).passed());
    ASSERT_EQ(RepairDerived(ledger_).ToString(), "ok");
    EXPECT_EQ(ReadAll(ledger_ + "/checkpoint"), published);
    fs::remove_all(ledger_ + "/db.damaged");
  }
  damage(journal::keyspace::BlobKey(Hash256{}), "not this");
  EXPECT_THAT(RepairDerived(ledger_).message(), HasSubstr("has other content"));
}

// Runs this program again as `--backup` or `--restore` and kills it after some milliseconds. Returns whether it had
// come to its end before.
bool RunAndKill(const char* what, const std::string& from, const std::string& to, int ms) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    ::execl("/proc/self/exe", "backup_test", what, from.c_str(), to.c_str(), nullptr);
    _exit(4);
  }
  ::close(ends[1]);
  pollfd ended{ends[0], POLLIN, 0};  // hangs up when the child ends
  const bool in_time = ::poll(&ended, 1, ms) > 0;
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(ends[0]);
  EXPECT_TRUE(!in_time || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
  return in_time;
}

TEST_F(BackupTest, AKilledBackupIsTheOneBeforeAndTheNextRunGoesOn) {
  std::mt19937_64 random(20261124);
  int killed = 0;
  for (int round = 0; round < 24; ++round) {
    Add(40, "round " + std::to_string(round) + " ", ledger_);
    const auto before = CheckBackup(backup_);
    if (!RunAndKill("--backup", ledger_, backup_, static_cast<int>(random() % 80))) ++killed;
    const auto after = CheckBackup(backup_);
    if (after.ok()) {
      EXPECT_TRUE(after->description.size == size_ ||
                  (before.ok() && after->description.size == before->description.size));
    } else {
      EXPECT_FALSE(before.ok()) << "a backup that was whole was broken: " << after.status().ToString();
      EXPECT_EQ(after.status().code(), StatusCode::kNotFound) << after.status().ToString();
    }
    if (round % 4 != 3) continue;
    const auto completed = BackUp(ledger_, backup_);
    ASSERT_TRUE(completed.ok()) << completed.status().ToString();
    EXPECT_EQ(completed->description.root, root_);
    for (const std::string& file : FilesOf(backup_)) EXPECT_FALSE(file.ends_with(".new")) << file;
  }
  EXPECT_GT(killed, 5);
}

TEST_F(BackupTest, AKilledRestoreLeavesNoHalfLedgerAndTheNextRunCompletes) {
  Add(400, "first", ledger_);
  ASSERT_TRUE(BackUp(ledger_, backup_).ok());
  std::mt19937_64 random(20261125);
  int killed = 0;
  for (int round = 0; round < 16; ++round) {
    if (!RunAndKill("--restore", backup_, restored_, static_cast<int>(random() % 160))) ++killed;
    if (!fs::exists(restored_)) {
      if (round % 4 != 3) continue;  // the next kill finds what this one left
      const auto completed = RestoreBackup(backup_, restored_);
      ASSERT_TRUE(completed.ok()) << completed.status().ToString();
    }
    EXPECT_TRUE(VerifyDirectory(restored_).passed());
    EXPECT_EQ(OpenJournalReadOnly(restored_).value()->root(), root_);
    EXPECT_NE(RestoredMark(restored_), std::nullopt);
    fs::remove_all(restored_);
  }
  EXPECT_GT(killed, 3);
}

}  // namespace
}  // namespace ledgerline::store

int main(int argc, char** argv) {
  using namespace ledgerline::store;
  if (argc == 4 && std::strcmp(argv[1], "--backup") == 0) return BackUp(argv[2], argv[3]).ok() ? 0 : 1;
  if (argc == 4 && std::strcmp(argv[1], "--restore") == 0) return RestoreBackup(argv[2], argv[3]).ok() ? 0 : 1;
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
