#include "inference/preference/sequence_score.h"

#include <gtest/gtest.h>

#include "inference/learning/batch.h"
#include "inference/model/model_file.h"
#include "tests/inference/kernel/sample_model.h"
#include "tests/inference/model/sample_shape.h"
#include "tests/inference/tokens/sample_pieces.h"

namespace ledgerline::preference {
namespace {

class SequenceScoreTest : public testing::Test {
 protected:
  SequenceScoreTest() {
    torch::manual_seed(3);
    const model::ModelConfig shape = model::LearningShape(2, 256);
    policy_ = model::Transformer(shape);
    reference_ = model::Transformer(shape);
    one_ = tokens::EncodeBars(tokens::RandomPiece(1, 6), 0, 200, {});
    two_ = tokens::EncodeBars(tokens::RandomPiece(2, 3), 0, 200, {});
  }
  model::Transformer policy_{nullptr}, reference_{nullptr};
  tokens::Sequence one_, two_;
};

// The log probability is the loss that every training here has, of one sequence.
TEST_F(SequenceScoreTest, IsTheNegativeLossOfTheSequence) {
  torch::NoGradGuard no_grad;
  const SequenceScores scores = ScoreSequences(*policy_, *reference_, {one_, two_});
  int64_t b = 0;
  for (const tokens::Sequence* sequence : {&one_, &two_}) {
    const learning::Batch batch = learning::MakeBatch({*sequence});
    for (auto [network, score] : {std::pair(&policy_, &scores.policy), std::pair(&reference_, &scores.reference)}) {
      const model::FieldLosses losses = (*network)->Losses(batch.rows, batch.bars, batch.places);
      const double sum = (losses.onset + losses.role + losses.pitch + losses.duration).item<double>();
      EXPECT_NEAR(score->select(0, b).item<double>(), -sum, 1e-3 * sum);
      EXPECT_EQ(scores.notes[static_cast<size_t>(b)], losses.events);
    }
    ++b;
  }
}

// KL is nothing between a network and itself, above nothing between two, and its gradient is not taken.
TEST_F(SequenceScoreTest, DivergenceOfTheFields) {
  const SequenceScores same = ScoreSequences(*policy_, *policy_, {one_, two_});
  EXPECT_NEAR(same.divergence.abs().max().item<double>(), 0, 1e-4);
  const SequenceScores other = ScoreSequences(*policy_, *reference_, {one_, two_});
  EXPECT_GT(other.divergence.min().item<double>(), 1e-3);
  EXPECT_FALSE(other.divergence.requires_grad());
  EXPECT_FALSE(other.reference.requires_grad());
  EXPECT_TRUE(other.policy.requires_grad());
}

TEST_F(SequenceScoreTest, PairsAreCutToTheSameWholeBars) {
  const tokens::Piece busy = tokens::RandomPiece(1, 8);
  tokens::Piece idle = busy;
  for (tokens::PieceBar& bar : idle.bars) bar.events.clear();
  const auto whole = EncodePair(busy, idle, 10'000);
  EXPECT_EQ(whole.first.bars.size(), 8u);
  EXPECT_EQ(whole.second.bars.size(), 8u);
  const auto cut = EncodePair(busy, idle, whole.first.rows.size() - 1);
  EXPECT_EQ(cut.first.bars.size(), 7u);
  EXPECT_EQ(cut.second.bars.size(), 7u);
  EXPECT_LT(cut.first.rows.size(), whole.first.rows.size());
  EXPECT_EQ(cut.first.rows.back()[tokens::kTargetOnset], tokens::kEndOfBar) << "bars are whole";
  for (size_t t = 0; t < cut.first.rows.size(); ++t) EXPECT_EQ(cut.first.rows[t], whole.first.rows[t]);
}

}  // namespace
}  // namespace ledgerline::preference
