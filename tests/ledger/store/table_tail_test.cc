// Tables that RocksDB wrote, with flipped bits, lost pages, and ends that were never written.
#include "ledger/store/table_tail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "ledger/store/rocks_storage.h"

namespace ledgerline::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr uint64_t kPage = 4096;

Status Check(std::string_view table) {
  return CheckTableTail(table.size(), [&](uint64_t offset, uint64_t size) -> Result<std::string> {
    EXPECT_TRUE(offset <= table.size() && size <= table.size() - offset) << "reads inside the file";
    return std::string(table.substr(offset, size));
  });
}

class TableTailTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "table_tail." + std::to_string(::getpid());
    fs::remove_all(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  // A store with one table of `records` records, which our own options wrote.
  std::string WriteTable(int records) {
    fs::remove_all(directory_);
    auto storage = CreateRocksStorage({.directory = directory_}).value();
    auto batch = storage->NewBatch();
    for (int i = 0; i < records; ++i) batch->Put("key " + std::to_string(1000 + i), std::string(100, 'v'));
    EXPECT_TRUE(storage->Commit(std::move(batch)).ok());
    EXPECT_TRUE(FlushRocksStorage(*storage).ok());
    storage.reset();
    return ReadAll(TablePath());
  }
  std::string TablePath() const {
    for (const auto& file : fs::directory_iterator(directory_ + "/db")) {
      if (file.path().extension() == ".sst") return file.path();
    }
    return "";
  }
  static std::string ReadAll(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  // Where the properties block begins, and where its compression type stands.
  static std::pair<uint64_t, uint64_t> PropertiesOf(const std::string& table) {
    const std::string metaindex_key = "rocksdb.properties";
    const uint64_t at = table.rfind(metaindex_key) + metaindex_key.size();
    const auto byte = [&](uint64_t i) { return static_cast<uint8_t>(table[at + i]); };
    uint64_t i = 0, numbers[2] = {0, 0};
    for (uint64_t& number : numbers) {
      for (int shift = 0;; shift += 7) {
        number |= static_cast<uint64_t>(byte(i) & 0x7F) << shift;
        if (byte(i++) < 0x80) break;
      }
    }
    return {numbers[0], numbers[0] + numbers[1]};
  }

  std::string directory_;
};

TEST_F(TableTailTest, AWholeTablePasses) {
  for (const int records : {1, 100, 5000}) {
    const std::string table = WriteTable(records);
    ASSERT_GT(table.size(), kTableFooterBytes);
    EXPECT_TRUE(Check(table).ok()) << Check(table).ToString();
    const auto [begin, end] = PropertiesOf(table);
    const std::string sum = table.substr(end + 1, 4);
    EXPECT_EQ(TableChecksum(std::string_view(table).substr(begin, end + 1 - begin)),
              static_cast<uint8_t>(sum[0]) | static_cast<uint8_t>(sum[1]) << 8 | static_cast<uint8_t>(sum[2]) << 16 |
                  static_cast<uint32_t>(static_cast<uint8_t>(sum[3])) << 24)
        << "as RocksDB computes it";
  }
}

TEST_F(TableTailTest, EveryFlippedBitOfTheTwoBlocksIsReported) {
  const std::string table = WriteTable(100);
  const auto [begin, end] = PropertiesOf(table);
  const uint64_t footer_at = table.size() - kTableFooterBytes;
  for (uint64_t at = begin; at < table.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = table;
      flipped[at] ^= static_cast<char>(1 << bit);
      const Status status = Check(flipped);
      const bool in_properties = at < end + 5;
      if (in_properties) {
        EXPECT_EQ(status.code(), StatusCode::kDataLoss) << "byte " << at << ", bit " << bit;
        EXPECT_THAT(status.message(), HasSubstr("properties block's checksum"));
      }
      if (at == footer_at) {
        EXPECT_THAT(status.message(), HasSubstr("checksum type"));
      }
      if (at >= table.size() - 12 && at < table.size() - 8) {
        EXPECT_THAT(status.message(), HasSubstr("format version"));
      }
      if (at >= table.size() - 8) {
        EXPECT_TRUE(status.ok()) << "no footer: RocksDB says whether it needs the table";
      }
    }
  }
}

// The one that RocksDB does not survive.
TEST_F(TableTailTest, AFlippedCountOfRestartsIsRefusedByNameBeforeRocksDbSeesIt) {
  std::string table = WriteTable(100);
  const auto [begin, end] = PropertiesOf(table);
  table[end - 1] ^= static_cast<char>(0x80);
  std::ofstream(TablePath(), std::ios::binary) << table;
  const std::string name = fs::path(TablePath()).filename();
  for (const auto& opened : {OpenRocksStorage({.directory = directory_}).status(),
                             OpenRocksStorageReadOnly({.directory = directory_}).status()}) {
    EXPECT_EQ(opened.code(), StatusCode::kDataLoss);
    EXPECT_THAT(opened.message(), HasSubstr(name));
    EXPECT_THAT(opened.message(), HasSubstr("the properties block's checksum, at byte " + std::to_string(end + 1)));
  }
}

TEST_F(TableTailTest, ATableWhoseWritingWasCutShortIsNotDamage) {
  const std::string table = WriteTable(5000);
  for (uint64_t size = 0; size < table.size(); size += size < table.size() - 100 ? 97 : 1)
    EXPECT_TRUE(Check(std::string_view(table).substr(0, size)).ok()) << size;
  EXPECT_TRUE(Check(table + std::string(10, '\0')).ok()) << "a file system may show zeros at the end";
  // Any page of an unsynced write may be missing.
  for (uint64_t at = 0; at < table.size(); at += kPage) {
    std::string holed = table;
    for (uint64_t i = at; i < std::min<uint64_t>(table.size(), at + kPage); ++i) holed[i] = 0;
    EXPECT_TRUE(Check(holed).ok()) << at << ": " << Check(holed).ToString();
  }
}

// A leftover of a writer that was killed is nothing that the database knows: the store opens, and it is removed.
TEST_F(TableTailTest, AnUnfinishedTableBesideDoesNotKeepTheStoreClosed) {
  const std::string table = WriteTable(5000);
  std::string half = table;
  for (uint64_t i = table.size() / kPage * kPage; i-- > (table.size() / kPage - 1) * kPage;) half[i] = 0;
  std::ofstream(directory_ + "/db/000998.sst", std::ios::binary) << half;
  std::ofstream(directory_ + "/db/000999.sst", std::ios::binary) << table.substr(0, table.size() / 2);
  const auto storage = OpenRocksStorage({.directory = directory_});
  ASSERT_TRUE(storage.ok()) << storage.status().ToString();
  EXPECT_TRUE((*storage)->Get("key 1000").ok());
}

TEST_F(TableTailTest, HandlesOutsideTheirBoundsAreNamed) {
  const std::string table = WriteTable(10);
  const auto with_handle = [&](const std::string& varints) {
    std::string other = table;
    other.replace(table.size() - kTableFooterBytes + 1, varints.size(), varints);
    return Check(other);
  };
  EXPECT_THAT(with_handle(std::string("\x01\x03", 2)).message(), HasSubstr("size is 3, at least 4"));
  EXPECT_THAT(with_handle(std::string("\x01\x81\x80\x40", 4)).message(), HasSubstr("size is 1048577, at most 1048576"));
  EXPECT_THAT(with_handle(std::string("\x01\x80\x80\x40", 4)).message(), HasSubstr("is beyond byte"));
  EXPECT_THAT(with_handle(std::string(20, '\x80')).message(), HasSubstr("not two varints"));
  EXPECT_THAT(with_handle("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x10").message(), HasSubstr("is beyond byte"));
}

TEST_F(TableTailTest, AReadThatFailsIsPassedOn) {
  const std::string table = WriteTable(10);
  int reads = 0;
  while (true) {
    int left = reads;
    const Status status = CheckTableTail(table.size(), [&](uint64_t offset, uint64_t size) -> Result<std::string> {
      if (left-- == 0) return Unavailable("the disk is busy");
      return table.substr(offset, size);
    });
    if (status.ok()) break;
    EXPECT_EQ(status.code(), StatusCode::kUnavailable);
    ++reads;
  }
  EXPECT_EQ(reads, 3) << "footer, metaindex, properties, and nothing else is read";
}

}  // namespace
}  // namespace ledgerline::store
