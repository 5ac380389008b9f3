#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "inference/learning/adapter_trainer.h"
#include "inference/learning/trainer.h"

namespace ledgerline::learning {
namespace {

TEST(TrainingConfig, TheCommittedOneIsReadable) {
  std::ifstream in("tools/train/cover_model.conf");
  std::stringstream text;
  text << in.rdbuf();
  const Result<TrainingConfig> config = TrainingConfig::Parse(text.str());
  ASSERT_TRUE(config.ok()) << config.status().ToString();
  EXPECT_EQ(config->shape.width, 256);
  EXPECT_EQ(config->shape.context, 1536);
  EXPECT_EQ(config->shape.KeyValueHeads(), 2);
  EXPECT_EQ(config->seed, 20261124u);
}

TEST(TrainingConfig, TheOneForAGpuIsReadable) {
  std::ifstream in("tools/train/cover_model_gpu.conf");
  std::stringstream text;
  text << in.rdbuf();
  const Result<TrainingConfig> config = TrainingConfig::Parse(text.str());
  ASSERT_TRUE(config.ok()) << config.status().ToString();
  EXPECT_EQ(config->device, Device::kCuda);
  EXPECT_EQ(config->dropout, 0.15);
  EXPECT_EQ(config->max_minutes, 9);
  EXPECT_EQ(config->shape.layers, 10);
}

TEST(TrainingConfig, TheCommittedAdaptersOneIsReadable) {
  std::ifstream in("tools/train/adapters.conf");
  std::stringstream text;
  text << in.rdbuf();
  const Result<AdapterConfig> config = AdapterConfig::Parse(text.str());
  ASSERT_TRUE(config.ok()) << config.status().ToString();
  EXPECT_EQ(config->rank, 8);
  EXPECT_EQ(config->threads, 1);
}

TEST(TrainingConfig, ErrorsNameTheLine) {
  EXPECT_EQ(TrainingConfig::Parse("# a remark\n\nwidth 192\n").status().message(),
            "line 3 is not \"key = value\": \"width 192\"");
  EXPECT_EQ(TrainingConfig::Parse("width = wide\n").status().message(), "line 1: width is not a number: \"wide\"");
  EXPECT_EQ(TrainingConfig::Parse("wdith = 192\n").status().message(), "line 1: unknown key \"wdith\"");
  EXPECT_EQ(TrainingConfig::Parse("learning_rate = -1\n").status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(TrainingConfig::Parse("learning_rate = nan\n").status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(TrainingConfig::Parse("batch = 0\n").status().message(), "line 1: batch 0 is outside 1 to 4096");
  EXPECT_EQ(TrainingConfig::Parse("evaluate_every = 0\n").status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(TrainingConfig::Parse("checkpoint_every = 0\n").status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(TrainingConfig::Parse("halvings = 5\n").status().message(), "line 1: halvings 5 is outside 0 to 4");
  EXPECT_EQ(TrainingConfig::Parse("dropout = 1\n").status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(TrainingConfig::Parse("device = gpu\n").status().message(),
            "line 1: device \"gpu\" is neither cpu nor cuda");
  EXPECT_EQ(TrainingConfig::Parse("kv_heads = 3\n").status().message(), "kv_heads 3 does not divide heads 4");
  EXPECT_EQ(TrainingConfig::Parse("heads = 5\n").status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace ledgerline::learning
