#include "inference/chorales/chorale_trainer.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "inference/model/model_file.h"
#include "tests/inference/chorales/sample_chorales.h"
#include "tests/inference/model/sample_shape.h"

namespace ledgerline::chorales {
namespace {

class ChoraleTrainerTest : public testing::Test {
 protected:
  ChoraleTrainerTest() {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    dir_ = std::filesystem::temp_directory_path() / ("ledgerline_chorales_" + name + std::to_string(getpid()));
    std::filesystem::create_directories(dir_);
    for (int key = -5; key < 6; ++key) set_.train.push_back(Cadences(key, 48));
    set_.valid = {Cadences(-6, 64), Cadences(2, 52)};
    config_.shape = model::LearningShape(1, 64);
    config_.batch = 4;
    config_.steps = 40;
    config_.learning_rate = 1e-2;
    config_.warmup_steps = 5;
    config_.dropout = 0.1;
    config_.average = 0.5;
    config_.evaluate_every = 10;
  }
  ~ChoraleTrainerTest() override { std::filesystem::remove_all(dir_); }
  Result<ChoraleSummary> Train(const std::string& out) {
    return TrainChorales(set_, config_, dir_ / out, [](const std::string&) {});
  }
  std::string Bytes(const std::string& name) { return model::ReadFileBytes(dir_ / name).value(); }

  std::filesystem::path dir_;
  ChoraleSet set_;
  ChoraleConfig config_;
};

TEST_F(ChoraleTrainerTest, LearnsAPatternAndMeasuresWhatItKept) {
  const Result<ChoraleSummary> summary = Train("run");
  ASSERT_TRUE(summary.ok()) << summary.status().ToString();
  EXPECT_TRUE(summary->finished);
  EXPECT_LT(summary->best_valid, 0.3);  // log 65 = 4.17 before
  const std::string model = dir_ / "run/best.model";
  const Result<ChoraleLoss> loss = EvaluateChorales(model, set_.valid, 1, 1);
  ASSERT_TRUE(loss.ok()) << loss.status().ToString();
  EXPECT_NEAR(loss->Total(), summary->best_valid, 1e-9);
  EXPECT_EQ(loss->notes(), 4 * (64 + 52));
  const Result<ChoraleLoss> keys = EvaluateChorales(model, set_.valid, 12, 1);
  ASSERT_TRUE(keys.ok());
  EXPECT_NE(keys->Total(), loss->Total());
  EXPECT_NEAR(keys->Total(), loss->Total(), 0.2);
}

TEST_F(ChoraleTrainerTest, AResumedRunEndsWithTheSameBytes) {
  ASSERT_TRUE(Train("whole").ok());
  config_.max_minutes = 1e-9;  // stops after every step
  for (int step = 0; step < 40; ++step) {
    const Result<ChoraleSummary> summary = Train("pieces");
    ASSERT_TRUE(summary.ok());
    EXPECT_EQ(summary->steps, step + 1);
  }
  EXPECT_EQ(Bytes("pieces/best.model"), Bytes("whole/best.model"));
}

TEST_F(ChoraleTrainerTest, TwoThreadsEndWithTheSameBytesRunAfterRun) {
  config_.threads = 2;
  config_.steps = 10;
  ASSERT_TRUE(Train("once").ok());
  ASSERT_TRUE(Train("again").ok());
  EXPECT_EQ(Bytes("again/best.model"), Bytes("once/best.model"));
  at::set_num_threads(1);
}

TEST_F(ChoraleTrainerTest, StopsWhenTheValidLossRises) {
  set_.valid = {RandomChorale(1, 60)};  // the better it knows cadences, the worse
  config_.patience = 2;
  config_.steps = 400;
  const Result<ChoraleSummary> summary = Train("run");
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(summary->steps, summary->best_step + 20);
}

TEST_F(ChoraleTrainerTest, RefusesWhatDoesNotFit) {
  config_.steps = 1;
  ASSERT_TRUE(Train("run").ok());
  const std::string model = dir_ / "run/best.model";
  EXPECT_EQ(EvaluateChorales(model, {Cadences(0, 65)}, 1, 1).status().message(),
            "a piece of 65 steps; the context is 64");
  EXPECT_EQ(EvaluateChorales(model, {{{5, 5, 5, 5}}}, 12, 1).status().message(),
            "pieces that reach beyond MIDI 28 to 91 in one of 12 keys");
  EXPECT_TRUE(EvaluateChorales(model, {{{6, 5 + 1, 58, kRest}}}, 12, 1).ok());
  EXPECT_EQ(EvaluateChorales(model, {{{6, 6, 59, 6}}}, 12, 1).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(EvaluateChorales(model, set_.valid, 13, 1).status().message(), "keys 13 is outside 1 to 12");
  set_.train.push_back(Cadences(0, 65));
  EXPECT_EQ(Train("other").status().message(), "a piece of 65 steps; the context is 64");
  set_.train.clear();
  EXPECT_EQ(Train("other").status().code(), StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace ledgerline::chorales
