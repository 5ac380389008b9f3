// Logs that RocksDB wrote, with a hole where a page of the last write never came, and logs that rotted.
#include "ledger/store/log_tail.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

namespace ledgerline::store {
namespace {

constexpr uint64_t kPage = 4096;

class LogTailTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "log_tail." + std::to_string(::getpid());
    rocksdb::DestroyDB(directory_, {});
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  // The bytes of a log of one record for each size; ends_ holds where each of them ends.
  std::string WriteLog(const std::vector<size_t>& sizes) {
    rocksdb::DestroyDB(directory_, {});
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* opened = nullptr;
    EXPECT_TRUE(rocksdb::DB::Open(options, directory_, &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    std::mt19937_64 random(7);
    ends_ = {0};
    for (const size_t size : sizes) {
      std::string value;
      while (value.size() < size) value += static_cast<char>(1 + random() % 255);
      rocksdb::WriteOptions write;
      write.sync = true;
      EXPECT_TRUE(db->Put(write, "key", value).ok());
      ends_.push_back(std::filesystem::file_size(LogPath()));
    }
    std::ifstream file(LogPath(), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  std::string LogPath() const {
    for (const auto& file : std::filesystem::directory_iterator(directory_)) {
      if (file.path().extension() == ".log") return file.path();
    }
    return "";
  }
  static std::string WithHole(std::string log, uint64_t begin, uint64_t end) {
    for (uint64_t at = begin; at < end; ++at) log[at] = 0;
    return log;
  }

  std::string directory_;
  std::vector<uint64_t> ends_;
};

TEST_F(LogTailTest, AnyLostPageOfTheLastWriteIsSeenAndOnlyThat) {
  for (const std::vector<size_t>& sizes :
       {std::vector<size_t>{100, 5'000, 20'000}, {30'000, 100'000}, {3'900, 9'000}, {32'000, 700, 40'000, 70'000}}) {
    const std::string log = WriteLog(sizes);
    EXPECT_EQ(FindUnfinishedWrite(log), std::nullopt) << "a whole log";
    for (size_t record = 0; record < sizes.size(); ++record) {
      const bool last = record + 1 == sizes.size();
      for (uint64_t page = ends_[record] / kPage; page * kPage < ends_[record + 1]; ++page) {
        const uint64_t begin = std::max(ends_[record], page * kPage);
        const uint64_t end = std::min(ends_[record + 1], (page + 1) * kPage);
        if (end - begin < 8) continue;
        const auto found = FindUnfinishedWrite(WithHole(log, begin, end));
        if (last) {
          EXPECT_EQ(found, ends_[record]) << "page " << page << " of the last record";
        } else {
          EXPECT_EQ(found, std::nullopt) << "page " << page << " of record " << record << ": another follows it";
        }
      }
    }
    // All of the last write but its last page.
    const uint64_t last_page = (log.size() - 1) / kPage * kPage;
    if (last_page > ends_[sizes.size() - 1] + 8) {
      EXPECT_EQ(FindUnfinishedWrite(WithHole(log, ends_[sizes.size() - 1], last_page)), ends_[sizes.size() - 1]);
    }
  }
}

TEST_F(LogTailTest, AFlippedBitIsNoUnfinishedWrite) {
  const std::string log = WriteLog({500, 2'000, 40'000});
  for (uint64_t at = 0; at < log.size(); at += at < 4'000 ? 1 : 13) {
    std::string rotten = log;
    rotten[at] ^= static_cast<char>(1 << at % 8);
    EXPECT_EQ(FindUnfinishedWrite(rotten), std::nullopt) << at;
  }
}

TEST_F(LogTailTest, ALogThatEndsTooEarlyIsLeftToRocksDb) {
  const std::string log = WriteLog({500, 40'000});
  for (uint64_t size = 0; size < log.size(); size += 97) {
    EXPECT_EQ(FindUnfinishedWrite(std::string_view(log).substr(0, size)), std::nullopt) << size;
    EXPECT_EQ(CheckLogEnd(std::string_view(log).substr(0, size)).ToString(), "ok") << size;
  }
}

// The two bytes of a record's length, in every record: RocksDB would drop that record and what follows without a word.
TEST_F(LogTailTest, AnAlteredLengthIsNoCutShortWrite) {
  const std::string log = WriteLog({500, 700, 900, 1'100});
  EXPECT_EQ(CheckLogEnd(log).ToString(), "ok");
  for (size_t record = 0; record + 1 < ends_.size(); ++record) {
    for (int bit = 0; bit < 16; ++bit) {
      std::string rotten = log;
      rotten[ends_[record] + 4 + static_cast<size_t>(bit) / 8] ^= static_cast<char>(1 << bit % 8);
      const uint64_t reach = ends_[record] + 7 + static_cast<uint8_t>(rotten[ends_[record] + 4]) +
                             256u * static_cast<uint8_t>(rotten[ends_[record] + 5]);
      // One that still ends within the log fails its checksum, and RocksDB says so.
      if (reach <= log.size()) continue;
      EXPECT_EQ(CheckLogEnd(rotten).code(), StatusCode::kDataLoss) << record << ", " << bit;
    }
  }
}

// Every bit of every record's header: either we say so, or RocksDB does; a record less is never all that happens.
// A manifest's page that a power cut lost while a later one was kept: the walk over the zeros comes to bytes that are
// no header, which must not be taken for damage there; in a log of entries it must.
TEST_F(LogTailTest, AHoleEndsAManifestAndNoLogOfEntries) {
  int refused = 0;
  for (size_t size = 200; size < 220; ++size) {
    const std::string log = WriteLog({100, size, 100});
    const std::string hole = WithHole(log, ends_[1], ends_[2]);
    EXPECT_TRUE(CheckLogEnd(hole, true).ok()) << size;
    refused += CheckLogEnd(hole).ok() ? 0 : 1;
    // Fewer zeros are no hole.
    std::string damaged = log;
    damaged[ends_[1] + 5] = '\x7F';
    EXPECT_EQ(CheckLogEnd(damaged, true).code(), StatusCode::kDataLoss) << size;
  }
  EXPECT_GT(refused, 0) << "or the case is not met";
}

TEST_F(LogTailTest, NoFlipInAHeaderIsPassedOver) {
  const std::string log = WriteLog({500, 700, 40'000, 900});
  const std::string path = LogPath();
  rocksdb::Options options;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  int by_us = 0, by_rocksdb = 0;
  for (size_t record = 0; record + 1 < ends_.size(); ++record) {
    for (size_t bit = 0; bit < 7 * 8; ++bit) {
      std::string rotten = log;
      rotten[ends_[record] + bit / 8] ^= static_cast<char>(1 << bit % 8);
      std::ofstream(path, std::ios::binary | std::ios::trunc) << rotten;
      if (!CheckLogEnds(rocksdb::Env::Default(), directory_).ok()) {
        ++by_us;
        continue;
      }
      rocksdb::DB* opened = nullptr;
      const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(options, directory_, &opened);
      delete opened;
      EXPECT_TRUE(status.IsCorruption()) << "record " << record << ", bit " << bit << ": " << status.ToString();
      ++by_rocksdb;
    }
  }
  EXPECT_GT(by_us, 20);
  EXPECT_GT(by_rocksdb, 100);
}

TEST_F(LogTailTest, CuttingLeavesTheWholeRecords) {
  const std::string log = WriteLog({500, 9'000});
  const std::string path = LogPath();
  std::ofstream(path, std::ios::binary) << WithHole(log, 4'096, 8'192);
  EXPECT_TRUE(CutUnfinishedWrite(rocksdb::Env::Default(), directory_, /*cut=*/false).value());
  EXPECT_EQ(std::filesystem::file_size(path), log.size()) << "only looked at";
  EXPECT_TRUE(CutUnfinishedWrite(rocksdb::Env::Default(), directory_, /*cut=*/true).value());
  EXPECT_EQ(std::filesystem::file_size(path), ends_[1]);
  EXPECT_FALSE(CutUnfinishedWrite(rocksdb::Env::Default(), directory_, /*cut=*/true).value());
}

}  // namespace
}  // namespace ledgerline::store
