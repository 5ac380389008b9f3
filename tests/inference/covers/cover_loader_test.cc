#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "inference/covers/cover_engine.h"

namespace ledgerline::covers {
namespace {

constexpr char kWeights[] = "inference/weights/ledgerline.model";

TEST(CoverLoader, LoadsThePluginAndItsStyles) {
  const Result<std::unique_ptr<CoverEngine>> engine = LoadCoverEngine(PLUGIN_PATH, kWeights);
  ASSERT_TRUE(engine.ok()) << engine.status().ToString();
  EXPECT_GE((*engine)->Styles().size(), 4u);
  EXPECT_FALSE((*engine)->ModelHash().IsZero());
}

// Covers are decoded by the exact kernel: what makes them may not bring a tensor library along (docs/decisions/0001).
TEST(CoverLoader, ThePluginLoadsNoLibTorch) {
  const Result<std::unique_ptr<CoverEngine>> engine = LoadCoverEngine(PLUGIN_PATH, kWeights);
  ASSERT_TRUE(engine.ok()) << engine.status().ToString();
  std::ostringstream maps;
  maps << std::ifstream("/proc/self/maps").rdbuf();
  EXPECT_THAT(maps.str(), testing::HasSubstr("libledgerline_generator.so"));
  EXPECT_THAT(maps.str(), testing::Not(testing::HasSubstr("libtorch")));
  EXPECT_THAT(maps.str(), testing::Not(testing::HasSubstr("libblas")));
}

TEST(CoverLoader, MissingFilesSayWhereItLooked) {
  const Status plugin = LoadCoverEngine("/nonexistent/generator.so", kWeights).status();
  EXPECT_EQ(plugin.code(), StatusCode::kNotFound);
  EXPECT_NE(plugin.message().find("/nonexistent/generator.so"), std::string::npos);
  const Status weights = LoadCoverEngine(PLUGIN_PATH, "/nonexistent/weights").status();
  EXPECT_EQ(weights.code(), StatusCode::kNotFound);
  EXPECT_NE(weights.message().find("/nonexistent/weights"), std::string::npos);
}

TEST(CoverLoader, RefusesALibraryThatIsNoGenerator) {
  const Status status = LoadCoverEngine(NO_PLUGIN_PATH, kWeights).status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(status.message().find("is not a Ledgerline generator"), std::string::npos);
}

TEST(CoverLoader, RefusesAFileThatIsNoModel) {
  const Status status = LoadCoverEngine(PLUGIN_PATH, "CMakeLists.txt").status();
  EXPECT_FALSE(status.ok());
  EXPECT_NE(status.message().find("CMakeLists.txt"), std::string::npos);
}

}  // namespace
}  // namespace ledgerline::covers
