#include "inference/learning/trainer.h"

#include <gtest/gtest.h>

#include "inference/model/transformer.h"
#include "tests/inference/learning/sample_corpus.h"
#include "tests/inference/model/sample_shape.h"

namespace ledgerline::learning {
namespace {

TrainingConfig TinyConfig() {
  TrainingConfig config;
  config.shape = model::LearningShape(1, 64);
  config.batch = 2;
  config.steps = 12;
  config.warmup_steps = 2;
  config.evaluate_every = 6;
  config.checkpoint_every = 5;
  config.valid_rows = 300;
  return config;
}

class TrainerTest : public testing::Test {
 protected:
  TrainerTest() : corpus_(8) {
    train_ = std::move(LoadDataset(corpus_.dir(), "train")).value();
    valid_ = std::move(LoadDataset(corpus_.dir(), "valid")).value();
  }
  Result<TrainingSummary> Run(const TrainingConfig& config, const std::string& name, const std::string& start = "") {
    return Train(train_, valid_, config, start, corpus_.dir() + "/" + name, [](const std::string&) {});
  }
  std::string File(const std::string& path) { return model::ReadFileBytes(corpus_.dir() + "/" + path).value(); }

  SampleCorpus corpus_;
  Dataset train_, valid_;
};

TEST_F(TrainerTest, LearnsARepeatingSong) {
  TrainingConfig config = TinyConfig();
  config.steps = 60;
  config.learning_rate = 1e-2;
  config.evaluate_every = 60;
  const Result<TrainingSummary> summary = Run(config, "learn");
  ASSERT_TRUE(summary.ok()) << summary.status().ToString();
  EXPECT_TRUE(summary->finished);
  // A uniform guess costs log 193 + log 9 + log 128 + log 33, 15.8 nats a note.
  EXPECT_LT(summary->best_valid.total, 5.0);
  const Result<Evaluation> again = Evaluate(corpus_.dir() + "/learn/best.model", valid_, 300, 1);
  ASSERT_TRUE(again.ok());
  EXPECT_NEAR(again->total, summary->best_valid.total, 1e-5);
}

TEST_F(TrainerTest, AResumedRunEqualsAnUnbrokenOne) {
  ASSERT_TRUE(Run(TinyConfig(), "whole").ok());
  TrainingConfig interrupted = TinyConfig();
  interrupted.max_minutes = 1e-9;  // one step a run
  int runs = 0;
  for (bool finished = false; !finished && runs < 20; ++runs) {
    const Result<TrainingSummary> summary = Run(interrupted, "pieces");
    ASSERT_TRUE(summary.ok()) << summary.status().ToString();
    finished = summary->steps == interrupted.steps;
  }
  EXPECT_EQ(runs, 12);
  const model::ModelFile whole = model::ParseModelFile(File("whole/best.model")).value();
  const model::ModelFile pieces = model::ParseModelFile(File("pieces/best.model")).value();
  for (const auto& [name, tensor] : whole.tensors) EXPECT_EQ(tensor.values, pieces.tensors.at(name).values) << name;
}

TEST_F(TrainerTest, ARunBeginsWithTheParametersOfAModelFile) {
  ASSERT_TRUE(Run(TinyConfig(), "first").ok());
  const std::string first = corpus_.dir() + "/first/best.model";
  TrainingConfig still = TinyConfig();
  still.steps = 1;
  still.learning_rate = 0;
  ASSERT_TRUE(Run(still, "second", first).ok());
  const model::ModelFile begun = model::ParseModelFile(File("first/best.model")).value();
  const model::ModelFile kept = model::ParseModelFile(File("second/best.model")).value();
  ASSERT_EQ(begun.tensors.size(), kept.tensors.size());
  for (const auto& [name, tensor] : begun.tensors) EXPECT_EQ(tensor.values, kept.tensors.at(name).values) << name;

  // A checkpoint outranks it: the run is over, and nothing begins again.
  EXPECT_EQ(Run(still, "second", first)->steps, 1);
}

TEST_F(TrainerTest, AModelOfAnotherShapeIsNoBeginning) {
  ASSERT_TRUE(Run(TinyConfig(), "first").ok());
  TrainingConfig wider = TinyConfig();
  wider.shape.hidden *= 2;
  const std::string first = corpus_.dir() + "/first/best.model";
  EXPECT_EQ(Run(wider, "wider", first).status().message(),
            first + ": hidden is " + std::to_string(TinyConfig().shape.hidden) + ", where the configuration has " +
                std::to_string(wider.shape.hidden));
  EXPECT_EQ(Run(TinyConfig(), "nothing", corpus_.dir() + "/missing").status().code(), StatusCode::kNotFound);
}

TEST_F(TrainerTest, DropoutFollowsFromTheStepSoThatAResumedRunDropsTheSame) {
  TrainingConfig config = TinyConfig();
  config.dropout = 0.3;
  ASSERT_TRUE(Run(config, "dropped").ok());
  ASSERT_TRUE(Run(TinyConfig(), "kept").ok());
  config.max_minutes = 1e-9;  // one step a run
  for (int run = 0; run < 12; ++run) ASSERT_TRUE(Run(config, "dropped_in_pieces").ok());
  const model::ModelFile whole = model::ParseModelFile(File("dropped/best.model")).value();
  EXPECT_NE(whole.tensors.at("out_norm").values,
            model::ParseModelFile(File("kept/best.model"))->tensors.at("out_norm").values);
  const model::ModelFile pieces = model::ParseModelFile(File("dropped_in_pieces/best.model")).value();
  for (const auto& [name, tensor] : whole.tensors) EXPECT_EQ(tensor.values, pieces.tensors.at(name).values) << name;
}

TEST_F(TrainerTest, TwoThreadsEndWithTheSameBytesRunAfterRunAndInPieces) {
  TrainingConfig config = TinyConfig();
  config.threads = 2;
  config.batch = 3;
  config.halvings = 1;
  config.dropout = 0.1;
  config.bfloat16 = true;
  ASSERT_TRUE(Run(config, "whole").ok());
  ASSERT_TRUE(Run(config, "again").ok());
  EXPECT_EQ(File("again/best.model"), File("whole/best.model"));
  config.max_minutes = 1e-9;  // one step a run
  for (int run = 0; run < 12; ++run) ASSERT_TRUE(Run(config, "pieces").ok());
  EXPECT_EQ(File("pieces/best.model"), File("whole/best.model"));
  at::set_num_threads(1);
}

TEST_F(TrainerTest, TwoThreadsLearnWhatOneLearns) {
  TrainingConfig config = TinyConfig();
  config.steps = 6;
  const Result<TrainingSummary> one = Run(config, "one");
  config.threads = 2;
  const Result<TrainingSummary> two = Run(config, "two");
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_EQ(two->rows, one->rows);
  EXPECT_EQ(two->notes, one->notes);
  EXPECT_NEAR(two->best_valid.total, one->best_valid.total, 1e-3);
  at::set_num_threads(1);
}

TEST_F(TrainerTest, ADeviceThatIsNotHereIsAnError) {
  if (torch::cuda::is_available()) GTEST_SKIP() << "it is here";
  TrainingConfig config = TinyConfig();
  config.device = Device::kCuda;
  EXPECT_EQ(Run(config, "cuda").status().message(), "device cuda: LibTorch sees none here");
}

TEST_F(TrainerTest, StopsEarlyWhenValidGetsWorse) {
  TrainingConfig config = TinyConfig();
  config.steps = 100;
  config.learning_rate = 0;  // nothing changes, so no evaluation is better than the first
  config.evaluate_every = 2;
  config.patience = 3;
  const Result<TrainingSummary> summary = Run(config, "early");
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(summary->steps, 8);
  EXPECT_EQ(summary->best_step, 2);
}

TEST_F(TrainerTest, ADamagedCheckpointIsAnError) {
  ASSERT_TRUE(Run(TinyConfig(), "damaged").ok());
  std::string bytes = File("damaged/checkpoint.state");
  bytes.resize(bytes.size() - 1);
  ASSERT_TRUE(model::WriteFileBytes(corpus_.dir() + "/damaged/checkpoint.state", bytes).ok());
  EXPECT_EQ(Run(TinyConfig(), "damaged").status().code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace ledgerline::learning
