// Which paths a log has, how long each may be, and that nothing else is read.
#include "ledger/audit/log_source.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace ledgerline::audit {
namespace {

namespace fs = std::filesystem;

TEST(LogSourceTest, PathsAndTheirBounds) {
  const std::string hex(64, 'a');
  EXPECT_EQ(LogFileBytesMax("checkpoint"), 1'000'000u);
  EXPECT_EQ(LogFileBytesMax("tile/0/x001/234"), 8192u);
  EXPECT_EQ(LogFileBytesMax("tile/entries/000.p/7"), 256u * 65'537u);
  EXPECT_EQ(LogFileBytesMax("blob/" + hex), size_t{64} << 20);
  for (const std::string& bad :
       {std::string(), std::string("/checkpoint"), std::string("checkpoint/"), std::string("tile/0/../../secret"),
        std::string("tile/8/000"), std::string("tile/entries/000.p/256"), std::string("tile/entries/"),
        std::string("../checkpoint"), "blob/" + std::string(64, 'A'), "blob/" + hex + "0", std::string("blob/..")}) {
    EXPECT_EQ(LogFileBytesMax(bad), 0u) << bad;
  }
}

TEST(LogSourceTest, ADirectoryGivesWhatItHas) {
  const fs::path directory = fs::path(testing::TempDir()) / "log_source_test";
  fs::remove_all(directory);
  fs::create_directories(directory / "tile/0");
  std::ofstream(directory / "tile/0/000") << std::string(8192, 'x');
  std::ofstream(directory / "tile/0/001") << std::string(8193, 'x');
  DirectoryLogSource source(directory.string());
  EXPECT_EQ(source.Get("tile/0/000").value(), std::string(8192, 'x'));
  EXPECT_EQ(source.Get("tile/0/001").status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(source.Get("tile/0/002").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(source.Get("tile/0/000/../001").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(source.Get("checkpoint").status().code(), StatusCode::kNotFound);
  fs::remove_all(directory);
}

}  // namespace
}  // namespace ledgerline::audit
