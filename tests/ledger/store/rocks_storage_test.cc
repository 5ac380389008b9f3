#include "ledger/store/rocks_storage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "ledger/store/journal_directory.h"
#include "tests/ledger/journal/journal_fixture.h"

namespace ledgerline::store {
namespace {

using testing::HasSubstr;

class RocksStorageTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "rocks_storage." + std::to_string(::getpid());
    std::filesystem::remove_all(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  void Put(journal::Storage& storage, const std::string& key, const std::string& value) {
    journal::Overwrite(storage, key, value);
  }
  void MakeJournal(int entries) {
    // Without syncs, as nothing is cut here.
    auto storage = CreateRocksStorage({.directory = directory_, .sync_commits = false}).value();
    auto journal = journal::Journal::Create(std::move(storage), journal::kTestOrigin, operator_, clock_).value();
    for (int i = 0; i < entries; ++i) {
      ASSERT_TRUE(journal->Submit(journal::RatingRequest(operator_, std::to_string(i))).ok());
    }
    ASSERT_TRUE(journal->SignCheckpoint().ok());
  }

  const crypto::KeySigner operator_ = journal::TestSigner('o');
  journal::TestClock clock_;
  std::string directory_;
};

TEST_F(RocksStorageTest, BatchesScansSnapshotsAndTheCheckpointFile) {
  auto storage = CreateRocksStorage({.directory = directory_}).value();
  EXPECT_EQ(storage->Get("a").value(), std::nullopt);
  EXPECT_EQ(storage->PublishedCheckpoint().value(), std::nullopt);
  for (const char* key : {"a", "b", "ba", "c"}) Put(*storage, key, std::string("value of ") + key);
  const std::unique_ptr<journal::StorageReader> before = storage->Snapshot();
  Put(*storage, "b", "changed");
  EXPECT_EQ(before->Get("b").value(), "value of b");
  EXPECT_EQ(storage->Get("b").value(), "changed");
  std::string keys;
  const auto cursor = storage->Scan("b", "c");
  for (; cursor->Valid(); cursor->Next()) keys += std::string(cursor->key()) + " ";
  EXPECT_TRUE(cursor->status().ok());
  EXPECT_EQ(keys, "b ba ");
  ASSERT_TRUE(storage->PublishCheckpoint("first").ok());
  ASSERT_TRUE(storage->PublishCheckpoint("second").ok());
  EXPECT_EQ(storage->PublishedCheckpoint().value(), "second");
  std::ifstream file(directory_ + "/checkpoint");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "second");
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/checkpoint.new"));
}

TEST_F(RocksStorageTest, OpeningWhatIsThereAndWhatIsNot) {
  EXPECT_EQ(OpenRocksStorage({.directory = directory_}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(OpenJournalReadOnly(directory_).status().code(), StatusCode::kNotFound);
  MakeJournal(3);
  EXPECT_EQ(CreateRocksStorage({.directory = directory_}).status().code(), StatusCode::kAlreadyExists);
  auto writer = OpenJournal(directory_, operator_, clock_).value();
  const Status second = OpenJournal(directory_, operator_, clock_).status();
  EXPECT_EQ(second.code(), StatusCode::kUnavailable);
  EXPECT_THAT(second.message(), HasSubstr("in use by another process that writes"));
  writer.reset();
  auto reader = OpenJournalReadOnly(directory_).value();
  EXPECT_EQ(reader->size(), TreeSize{4});
  EXPECT_EQ(reader->Submit(journal::RatingRequest(operator_, "x")).status().code(), StatusCode::kFailedPrecondition);
  auto beside = OpenJournalReadOnly(directory_);
  EXPECT_TRUE(beside.ok()) << "readers take no lock";
}

TEST_F(RocksStorageTest, ADatabaseThatIsNotWholeIsRefusedAndFailsVerify) {
  MakeJournal(2000);
  const auto damage = [&](const std::function<void(const std::filesystem::path&)>& change,
                          const std::string& extension) {
    const std::string copy = directory_ + ".damaged";
    std::filesystem::remove_all(copy);
    std::filesystem::copy(directory_, copy, std::filesystem::copy_options::recursive);
    for (const auto& file : std::filesystem::directory_iterator(copy + "/db")) {
      if (file.path().extension() == extension || file.path().filename() == extension) change(file.path());
    }
    const Status status = OpenJournal(copy, operator_, clock_).status();
    EXPECT_EQ(status.code(), StatusCode::kDataLoss) << status.ToString();
    EXPECT_FALSE(VerifyDirectory(copy).passed());
    std::filesystem::remove_all(copy);
    return status.message();
  };
  const auto halve = [](const std::filesystem::path& path) {
    std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  };
  // A log that is cut short looks like a torn tail to RocksDB. The signed checkpoint says that it was longer.
  EXPECT_THAT(damage(halve, ".log"), HasSubstr("behind the"));
  EXPECT_THAT(damage([](const std::filesystem::path& path) { std::filesystem::remove(path); }, ".log"),
              testing::Not(testing::IsEmpty()));
  EXPECT_THAT(damage([](const std::filesystem::path& path) { std::filesystem::remove(path); }, "CURRENT"),
              HasSubstr("no CURRENT file"));
  // A flipped bit in the middle of the log: RocksDB's default would open and drop what follows.
  EXPECT_THAT(damage(
                  [](const std::filesystem::path& path) {
                    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
                    file.seekg(static_cast<std::streamoff>(std::filesystem::file_size(path) / 2));
                    const int byte = file.get();
                    file.seekp(-1, std::ios::cur);
                    file.put(static_cast<char>(byte ^ 1));
                  },
                  ".log"),
              testing::Not(testing::IsEmpty()));
}

// What no checkpoint covers is lost silently by RocksDB's default recovery; ours refuses to open.
TEST_F(RocksStorageTest, AFlippedBitAfterTheLastCheckpointIsRefusedToo) {
  MakeJournal(200);
  {
    auto storage = OpenRocksStorage({.directory = directory_, .sync_commits = false}).value();
    auto journal = journal::Journal::Open(std::move(storage), operator_, clock_).value();
    for (int i = 0; i < 500; ++i) {
      ASSERT_TRUE(journal->Submit(journal::RatingRequest(operator_, "later " + std::to_string(i))).ok());
    }
  }
  std::filesystem::path log;
  for (const auto& file : std::filesystem::directory_iterator(directory_ + "/db")) {
    if (file.path().extension() == ".log" && std::filesystem::file_size(file.path()) > 0) log = file.path();
  }
  ASSERT_FALSE(log.empty());
  for (const double place : {0.1, 0.5, 0.9}) {
    const auto at = static_cast<std::streamoff>(place * static_cast<double>(std::filesystem::file_size(log)));
    const auto flip = [&] {
      std::fstream file(log, std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(at);
      const int byte = file.get();
      file.seekp(at);
      file.put(static_cast<char>(byte ^ 1));
    };
    flip();
    EXPECT_EQ(OpenJournalReadOnly(directory_).status().code(), StatusCode::kDataLoss) << place;
    EXPECT_FALSE(VerifyDirectory(directory_).passed()) << place;
    flip();
  }
  EXPECT_EQ(OpenJournalReadOnly(directory_).value()->size(), TreeSize{701});
}

TEST_F(RocksStorageTest, VerifyOfADirectoryThatDoesNotOpenFailsByName) {
  const journal::VerifyReport report = VerifyDirectory(directory_);
  EXPECT_FALSE(report.passed());
  EXPECT_THAT(journal::FailuresOf(report, "store"), HasSubstr("there is no ledger in"));
}

}  // namespace
}  // namespace ledgerline::store
