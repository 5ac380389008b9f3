#include "inference/learning/step_gradients.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "inference/learning/batch.h"
#include "inference/learning/replicas.h"
#include "tests/inference/model/sample_shape.h"
#include "tests/inference/tokens/sample_pieces.h"

namespace ledgerline::learning {
namespace {

using torch::Tensor;

// The product's network on chunks of different lengths.
class NoteTask : public TrainingTask {
 public:
  explicit NoteTask(const RunConfig& config) : config_(config) {
    torch::manual_seed(5);
    const model::ModelConfig shape = model::SmallShape(2, 256);
    const auto make = [&] { return model::Transformer(shape, config.dropout); };
    networks_ = Replicas<model::Transformer>(make(), config, make);
    for (const size_t bars : {7, 3, 5, 2, 6}) {
      chunks.push_back(tokens::EncodeBars(tokens::RandomPiece(bars, bars), 0, 256, {}));
    }
  }
  NamedParameters Parameters(int part) const override { return ParametersOf(*networks_[static_cast<size_t>(part)]); }
  Result<DrawnBatch> Draw(int64_t step, int parts) override {
    step_ = step;
    drawn_ = CutChunks(chunks, parts);
    threads.resize(drawn_.parts.size());
    return DrawnBatch{static_cast<int>(drawn_.parts.size()), drawn_.notes};
  }
  Result<Tensor> Loss(int part) override {
    const auto p = static_cast<size_t>(part);
    threads[p] = std::this_thread::get_id();
    if (fails.contains(part)) return ResourceExhausted("part " + std::to_string(part));
    if (config_.dropout > 0) SeedPart(model::CounterRandom(1, 2), step_, part, networks_[p].get());
    return NoteLoss(*networks_[p], MakeBatch(drawn_.parts[p]));
  }
  Result<Judgement> Judge(const RunProgress&, double) override { return Judgement{}; }
  Status KeepBest(const RunProgress&) override { return Status::Ok(); }

  std::vector<tokens::Sequence> chunks;
  std::vector<std::thread::id> threads;  // that each part was computed on
  std::set<int> fails;

 private:
  RunConfig config_;
  std::vector<model::Transformer> networks_;
  ChunkParts drawn_;
  int64_t step_ = 0;
};

RunConfig ConfigOf(int threads, bool bfloat16 = false, double dropout = 0) {
  RunConfig config;
  config.threads = threads;
  config.bfloat16 = bfloat16;
  config.dropout = dropout;
  return config;
}

class StepGradientsTest : public testing::Test {
 protected:
  ~StepGradientsTest() override { at::set_num_threads(1); }
  // Loss and gradients of a step, of a network that is the same each time.
  StepGradients::Loss Take(const RunConfig& config, NoteTask* task, int64_t step = 0) {
    at::set_num_threads(config.threads);
    StepGradients gradients(config, task);
    const StepGradients::Loss loss = gradients.Take(step).value();
    found.clear();
    for (const auto& [name, parameter] : task->Parameters(0)) {
      found.push_back(parameter.grad().defined() ? parameter.grad().clone() : torch::zeros_like(parameter));
    }
    return loss;
  }
  std::vector<Tensor> found;
};

TEST_F(StepGradientsTest, TwoThreadsFindWhatOneFindsWithinRounding) {
  for (const auto& [bfloat16, tolerance] : {std::pair(false, 1e-5), std::pair(true, 2e-2)}) {
    NoteTask alone(ConfigOf(1)), together(ConfigOf(2));
    const StepGradients::Loss one = Take(ConfigOf(1, bfloat16), &alone);
    const std::vector<Tensor> expected = found;
    const StepGradients::Loss two = Take(ConfigOf(2, bfloat16), &together);
    ASSERT_EQ(together.threads.size(), 2u);
    EXPECT_NE(together.threads[0], together.threads[1]);
    EXPECT_EQ(one.count, two.count);
    EXPECT_NEAR(two.sum, one.sum, tolerance * one.sum);
    double all = 0, apart = 0;
    for (size_t i = 0; i < found.size(); ++i) {
      const double size = expected[i].norm().item<double>(), off = (found[i] - expected[i]).norm().item<double>();
      EXPECT_LE(off, 4 * tolerance * size + 1e-7) << alone.Parameters(0)[i].first << (bfloat16 ? ", bfloat16" : "");
      all += size * size;
      apart += off * off;
    }
    EXPECT_GT(all, 0);
    EXPECT_LE(std::sqrt(apart), tolerance * std::sqrt(all));
  }
}

TEST_F(StepGradientsTest, TheSameConfigurationFindsTheSameBits) {
  for (const int threads : {1, 2, 3}) {
    for (const bool bfloat16 : {false, true}) {
      const RunConfig config = ConfigOf(threads, bfloat16, 0.2);
      NoteTask first(config);
      const StepGradients::Loss once = Take(config, &first, 7);
      const std::vector<Tensor> expected = found;
      for (int again = 0; again < 3; ++again) {
        NoteTask second(config);
        Take(config, &second, 6);  // what came before does not matter
        EXPECT_EQ(Take(config, &second, 7).sum, once.sum);
        for (size_t i = 0; i < found.size(); ++i) EXPECT_TRUE(torch::equal(found[i], expected[i])) << threads << i;
      }
    }
  }
}

TEST_F(StepGradientsTest, EveryPartDropsOtherValues) {
  const RunConfig config = ConfigOf(2, false, 0.5);
  NoteTask task(config);
  task.chunks = {task.chunks[0], task.chunks[0]};
  Take(config, &task);
  EXPECT_FALSE(torch::equal(task.Parameters(0)[0].second.grad() * 0.5, task.Parameters(1)[0].second.grad()));
}

// The parameters of all parts are the same numbers in the same place; their gradients are not.
TEST_F(StepGradientsTest, PartsShareValuesAndNotGradients) {
  NoteTask task(ConfigOf(2));
  Take(ConfigOf(2), &task);
  const NamedParameters first = task.Parameters(0), second = task.Parameters(1);
  torch::NoGradGuard no_grad;
  for (size_t i = 0; i < first.size(); ++i) {
    first[i].second.add_(1);
    EXPECT_EQ(first[i].second.data_ptr(), second[i].second.data_ptr());
    EXPECT_TRUE(torch::equal(first[i].second, second[i].second));
    if (second[i].second.grad().defined()) {
      EXPECT_NE(first[i].second.grad().data_ptr(), second[i].second.grad().data_ptr());
    }
  }
}

TEST_F(StepGradientsTest, ABatchOfOneChunkIsSharedAsItIs) {
  NoteTask task(ConfigOf(2));
  task.chunks.resize(1);
  Take(ConfigOf(2), &task);
  EXPECT_EQ(task.threads, (std::vector<std::thread::id>{std::this_thread::get_id()}));
}

TEST_F(StepGradientsTest, APartWithoutNotesAddsNothing) {
  for (const bool bfloat16 : {false, true}) {
    NoteTask whole(ConfigOf(2)), half(ConfigOf(1));
    for (tokens::Row& row : whole.chunks[0].rows) row[tokens::kPredicts] = 0;
    whole.chunks.resize(2);
    half.chunks = {whole.chunks[1]};
    const StepGradients::Loss expected = Take(ConfigOf(1, bfloat16), &half);
    const std::vector<Tensor> alone = found;
    const StepGradients::Loss loss = Take(ConfigOf(2, bfloat16), &whole);
    EXPECT_EQ(loss.count, expected.count);
    EXPECT_NEAR(loss.sum, expected.sum, 1e-5 * expected.sum);
    for (size_t i = 0; i < found.size(); ++i) EXPECT_TRUE(torch::allclose(found[i], alone[i], 1e-4, 1e-6)) << i;
  }
}

TEST_F(StepGradientsTest, TheErrorOfTheLowestPartComesThrough) {
  const RunConfig config = ConfigOf(3);
  NoteTask task(config);
  task.fails = {1, 2};
  at::set_num_threads(3);
  StepGradients gradients(config, &task);
  EXPECT_EQ(gradients.Take(0).status().message(), "part 1");
}

}  // namespace
}  // namespace ledgerline::learning
