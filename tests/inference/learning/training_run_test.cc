#include "inference/learning/training_run.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "inference/model/model_file.h"

namespace ledgerline::learning {
namespace {

// Pulls two numbers to a target that depends on the step.
class PullTask : public TrainingTask {
 public:
  PullTask() : place(torch::zeros({2}, torch::requires_grad())) {}
  NamedParameters Parameters(int) const override { return {{"place", place}}; }
  Result<DrawnBatch> Draw(int64_t step, int) override {
    if (step == fails_at) return ResourceExhausted("no more batches");
    target = static_cast<double>(step % 3);
    return DrawnBatch{1, 2};
  }
  Result<torch::Tensor> Loss(int) override { return (place - target).square().sum(); }
  Result<bool> AfterStep(const RunProgress& progress) override { return early.contains(progress.step); }
  Result<Judgement> Judge(const RunProgress& progress, double train) override {
    trains.push_back(train);
    judged_at.push_back(progress.step);
    const double loss = losses.empty() ? 1.0 / static_cast<double>(progress.step) : losses[judged++ % losses.size()];
    return Judgement{loss, "amount" + std::to_string(progress.step), "detail", "judged"};
  }
  Status KeepBest(const RunProgress& progress) override {
    kept.push_back(progress.best_step);
    return Status::Ok();
  }
  std::pair<std::string, std::string> Columns() const override { return {"read", "detail"}; }
  void Store(model::ModelFile* file) const override { file->tensors["place"] = model::StoreTensor(place); }
  Status Load(model::ModelFile* file) override {
    torch::NoGradGuard no_grad;
    const auto found = file->tensors.find("place");
    if (found == file->tensors.end()) return InvalidArgument("the checkpoint lacks place");
    place.copy_(torch::from_blob(found->second.values.data(), {2}));
    return Status::Ok();
  }

  torch::Tensor place;
  double target = 0;
  std::vector<double> losses, trains;
  std::vector<int64_t> kept, judged_at;
  std::set<int64_t> early;
  size_t judged = 0;
  int64_t fails_at = -1;
};

class TrainingRunTest : public testing::Test {
 protected:
  TrainingRunTest() {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    dir_ = std::filesystem::temp_directory_path() / ("ledgerline_run_" + name + std::to_string(getpid()));
    config_.steps = 10;
    config_.warmup_steps = 2;
    config_.learning_rate = 0.1;
    config_.evaluate_every = 4;
  }
  ~TrainingRunTest() override { std::filesystem::remove_all(dir_); }
  Result<RunSummary> Run(PullTask* task, const std::string& out, double best = 1e9) {
    return RunTraining(
        config_, task, out.empty() ? "" : dir_ / out, [this](const std::string& line) { lines_.push_back(line); },
        best);
  }
  std::string File(const std::string& name) {
    std::ifstream in(dir_ / name);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }

  std::filesystem::path dir_;
  RunConfig config_;
  std::vector<std::string> lines_;
};

TEST_F(TrainingRunTest, JudgesAtEveryNthStepAndAtTheLast) {
  PullTask task;
  const Result<RunSummary> run = Run(&task, "");
  ASSERT_TRUE(run.ok());
  EXPECT_TRUE(run->finished);
  EXPECT_EQ(run->progress.step, 10);
  EXPECT_EQ(task.kept, (std::vector<int64_t>{4, 8, 10}));
  EXPECT_EQ(lines_, (std::vector<std::string>{"judged", "judged", "judged"}));
  ASSERT_EQ(task.trains.size(), 3u);  // a mean of the window's steps alone, counted in what they counted
  EXPECT_LT(task.trains[0], (0 + 1 + 4 + 0) / 4.0);
  EXPECT_FALSE(std::filesystem::exists(dir_));  // no directory, no files
}

TEST_F(TrainingRunTest, ATaskMayAskToBeJudgedEarly) {
  PullTask task;
  task.early = {3, 8};
  ASSERT_TRUE(Run(&task, "run").ok());
  EXPECT_EQ(task.judged_at, (std::vector<int64_t>{3, 4, 8, 10}));
}

TEST_F(TrainingRunTest, StopsAfterSoManyJudgementsWithoutABetterOne) {
  PullTask task;
  task.losses = {3, 2, 2, 5, 1};
  config_.steps = 100;
  config_.patience = 2;
  const Result<RunSummary> run = Run(&task, "");
  EXPECT_EQ(run->progress.step, 16);
  EXPECT_EQ(run->progress.best_step, 8);
  EXPECT_EQ(run->progress.best, 2);
  EXPECT_TRUE(run->finished);
}

TEST_F(TrainingRunTest, OnlyWhatIsBelowTheGivenBestIsKept) {
  PullTask task;
  task.losses = {2, 1, 0.5};
  EXPECT_EQ(Run(&task, "", 1.0)->progress.best_step, 10);
  EXPECT_EQ(task.kept, (std::vector<int64_t>{10}));
}

TEST_F(TrainingRunTest, ARunInPiecesEndsWithTheSameBytesAndTheSameLog) {
  PullTask whole;
  ASSERT_TRUE(Run(&whole, "whole").ok());
  config_.max_minutes = 1e-9;  // one step a run
  for (int64_t step = 1; step <= 10; ++step) {
    PullTask part;
    const Result<RunSummary> run = Run(&part, "pieces");
    ASSERT_TRUE(run.ok()) << run.status().ToString();
    EXPECT_EQ(run->progress.step, step);
    EXPECT_FALSE(run->finished);
  }
  const auto tensors = [&](const std::string& name) { return model::ParseModelFile(File(name))->tensors; };
  const auto one = tensors("whole/checkpoint.state"), other = tensors("pieces/checkpoint.state");
  ASSERT_EQ(one.size(), 3u);  // place, mean:place, square:place
  for (const auto& [name, tensor] : one) EXPECT_EQ(tensor.values, other.at(name).values) << name;
  const std::string log = File("whole/loss.tsv");
  EXPECT_EQ(log.substr(0, log.find('\n')), "step\tread\tseconds\trate\ttrain\tvalid\tdetail");
  EXPECT_NE(log.find("\n8\tamount8\t"), std::string::npos);
  const std::string pieces = File("pieces/loss.tsv");
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 4);
  EXPECT_EQ(std::count(pieces.begin(), pieces.end(), '\n'), 4);
}

TEST_F(TrainingRunTest, TheBestLossIsReadBackWithAllItsDigits) {
  config_.max_minutes = 1e-9;
  Result<RunSummary> run = RunSummary{};
  for (int64_t step = 1; step <= 8; ++step) {
    PullTask part;
    part.losses = {step == 4 ? 1.0000004 : 1.0000001};
    run = Run(&part, "pieces");
    ASSERT_TRUE(run.ok()) << run.status().ToString();
  }
  EXPECT_EQ(run->progress.best_step, 8);
  EXPECT_EQ(run->progress.best, 1.0000001);
}

TEST_F(TrainingRunTest, CheckpointsAreAsOftenAsAsked) {
  config_.checkpoint_every = 3;
  PullTask task;
  task.fails_at = 7;
  EXPECT_EQ(Run(&task, "run").status().message(), "no more batches");  // the task's errors come through
  const model::ModelFile file = model::ParseModelFile(File("run/checkpoint.state")).value();
  EXPECT_EQ(file.metadata.at("step"), "6");
  EXPECT_EQ(file.metadata.at("best_step"), "4");
  EXPECT_EQ(file.metadata.at("stale"), "0");
}

TEST_F(TrainingRunTest, ACheckpointOfAnotherTaskIsAnError) {
  PullTask task;
  ASSERT_TRUE(Run(&task, "run").ok());
  model::ModelFile file = model::ParseModelFile(File("run/checkpoint.state")).value();
  file.tensors.erase("place");
  ASSERT_TRUE(model::WriteFileBytes(dir_ / "run/checkpoint.state", model::SerialiseModelFile(file)).ok());
  EXPECT_EQ(Run(&task, "run").status().message(), "the checkpoint lacks place");
  file.tensors.erase("mean:place");
  ASSERT_TRUE(model::WriteFileBytes(dir_ / "run/checkpoint.state", model::SerialiseModelFile(file)).ok());
  EXPECT_EQ(Run(&task, "run").status().message(), "the checkpoint lacks mean:place");
}

}  // namespace
}  // namespace ledgerline::learning
