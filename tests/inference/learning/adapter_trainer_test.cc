#include "inference/learning/adapter_trainer.h"

#include <gtest/gtest.h>

#include "inference/kernel/adapter_merge.h"
#include "inference/kernel/exact_decoder.h"
#include "inference/learning/batch.h"
#include "inference/learning/decoder_evaluation.h"
#include "inference/learning/low_rank_parameters.h"
#include "inference/learning/trainer.h"
#include "tests/inference/learning/sample_corpus.h"
#include "tests/inference/model/sample_shape.h"

namespace ledgerline::learning {
namespace {

class AdapterTrainerTest : public testing::Test {
 protected:
  // A base that has learnt something, on a corpus of eight songs.
  static void SetUpTestSuite() {
    corpus_ = new SampleCorpus(8);
    train_ = new Dataset(std::move(LoadDataset(corpus_->dir(), "train")).value());
    const Dataset valid = LoadDataset(corpus_->dir(), "valid").value();
    TrainingConfig config;
    config.shape = model::LearningShape(2, 128);
    config.shape.kv_heads = 1;
    config.batch = 2;
    config.steps = 6;
    config.warmup_steps = 2;
    config.learning_rate = 5e-3;
    config.evaluate_every = 6;
    config.valid_rows = 300;
    ASSERT_TRUE(Train(*train_, valid, config, "", corpus_->dir() + "/base", [](const std::string&) {}).ok());
    base_ = new std::string(model::ReadFileBytes(corpus_->dir() + "/base/best.model").value());
  }
  static void TearDownTestSuite() {
    delete corpus_;
    delete train_;
    delete base_;
  }
  static AdapterConfig Config() {
    AdapterConfig config;
    config.rank = 4;
    config.alpha = 8;
    config.rows = 96;
    config.steps = 30;
    config.learning_rate = 1e-2;
    config.warmup_steps = 2;
    config.evaluate_every = 10;
    return config;
  }
  static Result<TrainedAdapter> Run(const AdapterConfig& config) {
    return TrainAdapter(*base_, *train_, config, [](const std::string&) {});
  }
  static SampleCorpus* corpus_;
  static Dataset* train_;
  static std::string* base_;
};
SampleCorpus* AdapterTrainerTest::corpus_ = nullptr;
Dataset* AdapterTrainerTest::train_ = nullptr;
std::string* AdapterTrainerTest::base_ = nullptr;

TEST_F(AdapterTrainerTest, LowersTheLossOnHeldOutPiecesWithTheBaseFrozen) {
  const Result<TrainedAdapter> trained = Run(Config());
  ASSERT_TRUE(trained.ok()) << trained.status().ToString();
  EXPECT_LT(trained->after.total, trained->before.total - 0.2);
  const model::AdapterCard& card = trained->file.card;
  EXPECT_EQ(card.pieces.size(), 5u);
  EXPECT_EQ(card.held_out.size(), 1u);
  EXPECT_EQ(card.rank, 4);
  EXPECT_TRUE(card.notes.count("loss_before") && card.notes.count("loss_after"));
  // The file, read again, is a good adapter of this base, and the exact kernel has the loss that it states.
  const std::string bytes = model::SerialiseAdapterFile(trained->file);
  const model::AdapterFile read = model::ParseAdapterFile(bytes).value();
  Dataset held_out;
  for (const DatasetPiece& item : train_->pieces) {
    if (item.id == read.card.held_out[0].id) held_out.pieces.push_back(item);
  }
  const auto decoder = model::Decoder::Load(*base_, bytes).value();
  const Evaluation exact = EvaluateDecoder(decoder.get(), CoveringChunks(held_out, 128, 8000)).value();
  EXPECT_NEAR(exact.total, trained->after.total, 0.05);
}

TEST_F(AdapterTrainerTest, TheSameSeedGivesTheSameBytesAndAnotherOrDropoutOthers) {
  AdapterConfig config = Config();
  config.steps = 10;
  const std::string first = model::SerialiseAdapterFile(Run(config)->file);
  EXPECT_EQ(model::SerialiseAdapterFile(Run(config)->file), first);
  config.seed = 2;
  EXPECT_NE(model::SerialiseAdapterFile(Run(config)->file), first);
  config.seed = 1;
  config.dropout = 0.02;
  const std::string dropped = model::SerialiseAdapterFile(Run(config)->file);
  EXPECT_NE(dropped, first);
  EXPECT_EQ(model::SerialiseAdapterFile(Run(config)->file), dropped);
}

TEST_F(AdapterTrainerTest, TwoThreadsLearnWhatOneLearnsAndTheSameBytesAgain) {
  AdapterConfig config = Config();
  config.steps = 10;
  const Result<TrainedAdapter> one = Run(config);
  config.threads = 2;
  const Result<TrainedAdapter> two = Run(config), again = Run(config);
  at::set_num_threads(1);
  ASSERT_TRUE(one.ok() && two.ok() && again.ok());
  EXPECT_NEAR(two->after.total, one->after.total, 1e-2);
  EXPECT_EQ(model::SerialiseAdapterFile(again->file), model::SerialiseAdapterFile(two->file));
}

TEST_F(AdapterTrainerTest, TheTrainedNetworkIsTheMergedOne) {
  const model::ModelFile base = model::ParseModelFile(*base_).value();
  model::AdapterFile file = Run(Config())->file;
  model::Transformer pairs = model::NetworkOf(base).value();
  LowRankParameters parameters(pairs->config(), 4, 8, 1, torch::kCPU);
  NamedParameters values = parameters.Copy();
  for (auto& [name, tensor] : values) {
    model::StoredTensor& stored = file.tensors.at(name);
    tensor = torch::from_blob(stored.values.data(), tensor.sizes()).clone();
  }
  parameters.Restore(values);
  pairs->Adapt(parameters.Layers());
  model::Transformer merged = model::NetworkOf(kernel::MergeAdapter(base, file).value()).value();
  const std::vector<tokens::Sequence> chunks = CoveringChunks(*train_, 128, 500);
  EXPECT_NEAR(EvaluateNetwork(*pairs, chunks).total, EvaluateNetwork(*merged, chunks).total, 1e-5);
  pairs->Adapt({});
  EXPECT_GT(EvaluateNetwork(*pairs, chunks).total, EvaluateNetwork(*merged, chunks).total + 0.1);
}

TEST_F(AdapterTrainerTest, NothingBetterThanTheBaseIsAnError) {
  AdapterConfig config = Config();
  config.learning_rate = 0;
  config.steps = 10;
  const Status status = Run(config).status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(status.message().find("nothing to keep"), std::string::npos);
}

TEST(HoldOut, DependsOnIdsAndSeedAlone) {
  Dataset pieces;
  for (int i = 0; i < 10; ++i) pieces.pieces.push_back({"p" + std::to_string(i), {}});
  const auto ids = [](const Dataset& dataset) {
    std::set<std::string> all;
    for (const DatasetPiece& item : dataset.pieces) all.insert(item.id);
    return all;
  };
  const auto split = HoldOut(pieces, 20, 1).value();
  EXPECT_EQ(split.first.pieces.size(), 8u);
  EXPECT_EQ(split.second.pieces.size(), 2u);
  std::reverse(pieces.pieces.begin(), pieces.pieces.end());
  EXPECT_EQ(ids(HoldOut(pieces, 20, 1)->second), ids(split.second));
  EXPECT_NE(ids(HoldOut(pieces, 20, 2)->second), ids(split.second));
  EXPECT_EQ(HoldOut(pieces, 1, 1)->second.pieces.size(), 1u);
  pieces.pieces.resize(1);
  EXPECT_EQ(HoldOut(pieces, 20, 1).status().message(), "1 pieces; an adapter needs two at least");
}

TEST(AdapterConfig, ErrorsNameTheLineOrTheBound) {
  EXPECT_EQ(AdapterConfig::Parse("rank = 65\n").status().message(), "line 1: rank 65 is outside 1 to 64");
  EXPECT_EQ(AdapterConfig::Parse("\nwidth = 3\n").status().message(), "line 2: unknown key \"width\"");
  EXPECT_EQ(AdapterConfig::Parse("device = tpu\n").status().message(),
            "line 1: device \"tpu\" is neither cpu nor cuda");
  EXPECT_EQ(AdapterConfig::Parse("device = cuda\nrank = 4 # low\n")->rank, 4);
}

}  // namespace
}  // namespace ledgerline::learning
