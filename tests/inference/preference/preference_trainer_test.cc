// Training on preferences with a small model and a listener who likes low notes.
#include "inference/preference/preference_trainer.h"

#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <map>

#include "crypto/sha256.h"
#include "inference/model/decoder.h"
#include "inference/model/model_file.h"
#include "inference/preference/judged_pair.h"
#include "inference/preference/sampled_variety.h"
#include "tests/inference/kernel/sample_model.h"
#include "tests/inference/model/sample_shape.h"
#include "tests/inference/tokens/sample_pieces.h"

namespace ledgerline::preference {
namespace {

using testing::HasSubstr;
using testing::Not;

class PreferenceTrainerTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    model_ = new std::string(model::SerialiseModelFile(kernel::SampleModel(model::LearningShape(1, 512))));
    pairs_ = new std::vector<Comparison>(Judged(60));
  }
  static void TearDownTestSuite() {
    delete model_;
    delete pairs_;
  }
  void SetUp() override {
    work_ = testing::TempDir() + "prefer." + std::to_string(getpid()) + "." +
            testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(work_);
  }
  void TearDown() override { std::filesystem::remove_all(work_); }

  static double MeanPitch(const tokens::Piece& piece) {
    double sum = 0;
    for (const tokens::PieceBar& bar : piece.bars) {
      for (const tokens::Event& event : bar.events) sum += event.pitch;
    }
    return sum / static_cast<double>(std::max<size_t>(piece.EventCount(), 1));
  }
  // Requests of four bars; of candidates 0 and 1 the one with lower notes is preferred.
  static std::vector<Comparison> Judged(uint64_t requests) {
    std::vector<Comparison> all;
    const auto decoder = model::Decoder::Load(*model_).value();
    for (uint64_t r = 0; all.size() < requests; ++r) {
      tokens::Conditioning conditioning;
      conditioning.piece = tokens::RandomPiece(r, 4);
      conditioning.piece.style = tokens::StyleNumber("piano");
      for (tokens::PieceBar& bar : conditioning.piece.bars) bar.events.clear();
      Comparison one;
      one.entry = r;
      one.model = crypto::Sha256(*model_);
      one.kernel = model::KernelVersion();
      one.style = "piano";
      one.seed = r;
      covers::ComposerSettings settings;
      settings.style_guidance_permille = 0;
      one.parameters = settings.ToParameters();
      one.parameters["candidates"] = "2";
      one.conditioning = tokens::SerialiseConditioning(conditioning).value();
      one.train_leave = true;
      one.a.candidate = 0;
      one.b.candidate = 1;
      one.preferred = Preferred::kA;
      const JudgedPairs made = ComposePairs({one}, one.model, decoder.get(), {}).value();
      const double higher = MeanPitch(made.pairs[0].preferred) - MeanPitch(made.pairs[0].passed);
      if (std::abs(higher) < 8) continue;  // not heard apart
      if (higher > 0) one.preferred = Preferred::kB;
      all.push_back(one);
    }
    return all;
  }
  static PreferenceConfig Config() {
    PreferenceConfig config;
    config.rank = 4;
    config.learning_rate = 5e-3;
    config.warmup_steps = 2;
    config.batch = 6;
    config.held_out_percent = 40;
    config.steps = 24;
    config.evaluate_every = 6;
    config.kl_most = 1.0;
    config.distinct_least = 0;
    config.rows = 256;
    config.sampled_requests = 2;
    config.sampled_candidates = 2;
    return config;
  }
  Result<TrainedPreference> Train(const PreferenceConfig& config, const std::vector<Comparison>& pairs) {
    said_.clear();
    return TrainPreference(*model_, pairs, crypto::Sha256("pairs"), config, work_,
                           [this](const std::string& line) { said_ += line + "\n"; });
  }
  static std::string* model_;
  static std::vector<Comparison>* pairs_;
  std::string work_, said_;
};
std::string* PreferenceTrainerTest::model_ = nullptr;
std::vector<Comparison>* PreferenceTrainerTest::pairs_ = nullptr;

TEST_F(PreferenceTrainerTest, LearnsWhatIsPreferredOnHeldOutRequests) {
  const Result<TrainedPreference> trained = Train(Config(), *pairs_);
  ASSERT_TRUE(trained.ok()) << trained.status().ToString();
  EXPECT_LT(trained->held_out.loss, std::log(2.0) - 0.01) << said_;
  EXPECT_EQ(trained->held_out.pairs, 24);
  EXPECT_GT(trained->held_out.right, 12) << said_;
  EXPECT_EQ(trained->seen.pairs, 36);
  EXPECT_GE(trained->seen.Accuracy(), 0.75);
  EXPECT_LE(trained->held_out.kl, 1.05);
  const std::string bytes = model::SerialiseAdapterFile(trained->file);
  const model::AdapterFile read = model::ParseAdapterFile(bytes).value();
  EXPECT_EQ(read.card.pieces.size(), 36u);
  EXPECT_EQ(read.card.held_out.size(), 24u);
  EXPECT_EQ(read.card.notes.at("pairs_sha256"), crypto::Sha256("pairs").ToHex());
  for (const char* note : {"beta", "kl", "kl_most", "preferences_right", "distinct_before", "distinct_after"}) {
    EXPECT_TRUE(read.card.notes.contains(note)) << note;
  }
  // New candidates of the same requests have lower notes.
  double pitch[2] = {0, 0};
  for (int with : {0, 1}) {
    const auto decoder = model::Decoder::Load(*model_, with == 1 ? bytes : "").value();
    std::vector<Comparison> fresh = *pairs_;
    for (Comparison& one : fresh) one.seed += 1000;
    const JudgedPairs made = ComposePairs(fresh, fresh[0].model, decoder.get(), {}).value();
    for (const JudgedPair& pair : made.pairs) {
      pitch[with] += (MeanPitch(pair.preferred) + MeanPitch(pair.passed)) / 2 / static_cast<double>(made.pairs.size());
    }
  }
  EXPECT_LT(pitch[1], pitch[0] - 1);
}

TEST_F(PreferenceTrainerTest, KlIsHeldToItsBound) {
  PreferenceConfig config = Config();
  config.kl_most = 0.02;
  const Result<TrainedPreference> trained = Train(config, *pairs_);
  EXPECT_THAT(said_, HasSubstr("above 0.0200: taken back to 0.0"));
  ASSERT_TRUE(trained.ok()) << trained.status().ToString() << said_;
  EXPECT_LE(trained->held_out.kl, 0.02) << "as it is merged";
  EXPECT_GT(trained->held_out.kl, 0.0);
  config.retreats_most = 0;
  std::filesystem::remove_all(work_);
  const Result<TrainedPreference> stopped = Train(config, *pairs_);
  // The first judgement beyond the bound ends the run: it is the last line, and the only one taken back.
  const size_t last = said_.rfind("step ");
  EXPECT_NE(said_.find("taken back", last), std::string::npos) << said_;
  EXPECT_EQ(said_.find("taken back"), said_.rfind("taken back")) << said_;
  EXPECT_THAT(said_, Not(HasSubstr("step 24")));
}

// Evaluations are 100 steps apart, and yet none goes by beyond the bound.
TEST_F(PreferenceTrainerTest, KlIsLookedAtBetweenEvaluations) {
  PreferenceConfig config = Config();
  config.kl_most = 0.02;
  config.evaluate_every = 100;
  config.retreats_most = 0;
  const Result<TrainedPreference> trained = Train(config, *pairs_);
  EXPECT_THAT(said_, HasSubstr("above 0.0200: taken back to 0.0"));
  EXPECT_THAT(said_, Not(HasSubstr("step 24")));
  config.kl_most = 10;
  std::filesystem::remove_all(work_);
  ASSERT_TRUE(Train(config, *pairs_).ok());
  EXPECT_EQ(said_.find("step "), said_.rfind("step 24")) << said_;  // nothing is judged early without need
}

TEST_F(PreferenceTrainerTest, TwoThreadsEndWithTheSameBytesRunAfterRun) {
  PreferenceConfig config = Config();
  config.threads = 2;
  config.steps = 2;
  config.rows = 96;
  config.sampled_requests = 1;
  const std::vector<Comparison> pairs(pairs_->begin(), pairs_->begin() + 24);
  std::map<std::string, model::StoredTensor> first;
  for (int run = 0; run < 2; ++run) {
    std::filesystem::remove_all(work_);
    Train(config, pairs).status();  // it may find nothing to keep
    const std::string state = model::ReadFileBytes(work_ + "/checkpoint.state").value();
    const auto tensors = model::ParseModelFile(state).value().tensors;
    ASSERT_TRUE(tensors.contains("now:layers/0/query/b"));
    if (run == 0) first = tensors;
    for (const auto& [name, tensor] : tensors) EXPECT_EQ(tensor.values, first.at(name).values) << name;
  }
  at::set_num_threads(1);
}

// The variety that is asked for is one that no model has: the first judgement ends the run, and what it judged is not
// kept.
TEST_F(PreferenceTrainerTest, StopsWhenVarietyFalls) {
  PreferenceConfig config = Config();
  config.distinct_least = 1.01;
  config.evaluate_every = 2;
  const Result<TrainedPreference> trained = Train(config, *pairs_);
  EXPECT_THAT(said_, HasSubstr("distinct 8-grams fell below 1.0"));
  EXPECT_THAT(said_, Not(HasSubstr("step 4")));
  EXPECT_EQ(trained.status().message(),
            "no step foretold the 24 held-out preferences better than the model alone: nothing to keep");
}

// Cut off after every step, and gone on from the checkpoint: the same bytes.
TEST_F(PreferenceTrainerTest, AnInterruptedRunEndsWithTheSameBytes) {
  PreferenceConfig config = Config();
  config.steps = 4;
  config.evaluate_every = 2;
  config.kl_most = 0.001;  // so that a retreat is part of it
  config.retreats_most = 100;
  const Result<TrainedPreference> whole = Train(config, *pairs_);
  ASSERT_TRUE(whole.ok()) << whole.status().ToString();
  std::filesystem::remove_all(work_);
  config.max_minutes = 1e-9;
  Result<TrainedPreference> piece = Train(config, *pairs_);
  for (int i = 0; i < 10 && (!piece.ok() || !piece->finished); ++i) piece = Train(config, *pairs_);
  ASSERT_TRUE(piece.ok()) << piece.status().ToString();
  EXPECT_EQ(model::SerialiseAdapterFile(piece->file), model::SerialiseAdapterFile(whole->file));
  // Other pairs, or another model, do not go on from it.
  const Result<TrainedPreference> other =
      TrainPreference(*model_, *pairs_, crypto::Sha256("other"), config, work_, [](const std::string&) {});
  EXPECT_THAT(other.status().message(), HasSubstr("checkpoint: pairs_sha256 is " + crypto::Sha256("pairs").ToHex()));
}

TEST_F(PreferenceTrainerTest, WhatMayNotBeTrainedOnIsLeftOut) {
  std::vector<Comparison> pairs = *pairs_;
  for (size_t i = 0; i < 37; ++i) pairs[i].train_leave = false;
  for (size_t i = 37; i < 41; ++i) pairs[i].preferred = Preferred::kSame;
  EXPECT_EQ(
      Train(Config(), pairs).status().message(),
      "19 preferences with leave to train; from 20 on they are worth training on. Fit a taste: ledgerline taste fit");
  EXPECT_THAT(said_, HasSubstr("left out: 4 draws, 37 without leave to train"));
  pairs = *pairs_;
  pairs[2].model = crypto::Sha256("another");
  EXPECT_THAT(Train(Config(), pairs).status().message(), HasSubstr("pair 3: its candidates are of the model"));
  pairs = *pairs_;
  pairs[1].b.candidate = 2;
  EXPECT_THAT(Train(Config(), pairs).status().message(), HasSubstr("pair 2: candidate 2 of a request of 2"));
}

TEST_F(PreferenceTrainerTest, HoldsOutWholeRequests) {
  const auto decoder = model::Decoder::Load(*model_).value();
  std::vector<Comparison> pairs(pairs_->begin(), pairs_->begin() + 4);
  pairs.push_back(pairs[0]);  // judged twice
  const JudgedPairs judged = ComposePairs(pairs, pairs[0].model, decoder.get(), {}).value();
  EXPECT_EQ(judged.requests.size(), 4u);
  EXPECT_EQ(judged.pairs.size(), 5u);
  for (uint64_t seed = 1; seed < 6; ++seed) {
    const auto split = HoldOutRequests(judged, 25, seed).value();
    for (const JudgedPair* a : split.first) {
      for (const JudgedPair* b : split.second) EXPECT_NE(a->request, b->request);
    }
    EXPECT_EQ(split.first.size() + split.second.size(), 5u);
  }
  EXPECT_EQ(PreferenceConfig::Parse("beta = 0\n").status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(PreferenceConfig::Parse("kl_most = 0.05\n")->kl_most, 0.05);
}

TEST(SampledVarietyTest, SharesAreComparedAtTheSameNumber) {
  const auto shares = DistinctShares({{1, 2, 3, 4}, {1, 2, 3, 4}}, {{1, 2, 2, 2}});
  EXPECT_EQ(shares.first, 1.0) << "of the first four";
  EXPECT_EQ(shares.second, 0.5);
}

}  // namespace
}  // namespace ledgerline::preference
