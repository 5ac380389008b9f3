#include "inference/preference/sequence_score.h"

#include <gtest/gtest.h>

#include "inference/learning/batch.h"
#include "inference/model/model_file.h"
#include "inference/preference/pair_evaluation.h"
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
  static SequenceScores Score(model::Transformer policy, model::Transformer reference,
                              const std::vector<tokens::Sequence>& sequences) {
    return ScoreSequences(*policy, ScoreReference(*reference, sequences, true), sequences);
  }
  model::Transformer policy_{nullptr}, reference_{nullptr};
  tokens::Sequence one_, two_;
};

// The log probability is the loss that every training here has, of one sequence.
TEST_F(SequenceScoreTest, IsTheNegativeLossOfTheSequence) {
  torch::NoGradGuard no_grad;
  const SequenceScores scores = Score(policy_, reference_, {one_, two_});
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
  const SequenceScores same = Score(policy_, policy_, {one_, two_});
  EXPECT_NEAR(same.divergence.abs().max().item<double>(), 0, 1e-4);
  const SequenceScores other = Score(policy_, reference_, {one_, two_});
  EXPECT_GT(other.divergence.min().item<double>(), 1e-3);
  EXPECT_FALSE(other.divergence.requires_grad());
  EXPECT_FALSE(other.reference.requires_grad());
  EXPECT_TRUE(other.policy.requires_grad());
}

// From the targets alone: nothing between a network and itself.
TEST_F(SequenceScoreTest, DriftIsHalfTheSquaresOfTheLogRatios) {
  EXPECT_NEAR(Score(policy_, policy_, {one_, two_}).drift.max().item<double>(), 0, 1e-6);
  const ReferenceScores reference = ScoreReference(*reference_, {one_, two_}, false);
  const SequenceScores far = ScoreSequences(*policy_, reference, {one_, two_});
  EXPECT_FALSE(far.divergence.defined()) << "there are no distributions";
  EXPECT_FALSE(far.drift.requires_grad());
  double by_hand = 0;
  const ReferenceScores policy = ScoreReference(*policy_, {one_, two_}, false);
  for (size_t f = 0; f < 4; ++f)
    by_hand += 0.5 * (policy.chosen[f] - reference.chosen[f]).square().sum().item<double>();
  EXPECT_NEAR(far.drift.sum().item<double>(), by_hand, 1e-4 * by_hand);
}

// What is kept is what would be computed again, bit by bit; beyond the bound nothing is kept, and all is the same.
TEST_F(SequenceScoreTest, TheReferenceIsAskedOnceForEachPair) {
  const std::vector<EncodedPair> pairs = {{one_, two_}, {two_, one_}};
  KeptReference kept(reference_, true, false, 1 << 30), none(reference_, true, false, 0);
  for (int round = 0; round < 2; ++round) {
    const PreferenceEvaluation with = EvaluatePairs(*policy_, &kept, pairs, 0.1);
    const PreferenceEvaluation without = EvaluatePairs(*policy_, &none, pairs, 0.1);
    EXPECT_EQ(with.loss, without.loss);
    EXPECT_EQ(with.kl, without.kl);
    EXPECT_EQ(kept.computed(), 2u);
    EXPECT_EQ(none.computed(), 2u * static_cast<size_t>(round + 1));
  }
  ASSERT_NE(kept.Kept(pairs[0]), nullptr);
  EXPECT_EQ(none.Kept(pairs[0]), nullptr);
  const ReferenceScores anew = ScoreReference(*reference_, {one_, two_}, true);
  EXPECT_TRUE(torch::equal(kept.Kept(pairs[0])->log_probability, anew.log_probability));
  EXPECT_EQ(anew.Bytes(), kept.Kept(pairs[0])->Bytes());
  int64_t values = 2;  // sums, the targets', and all symbols'
  for (size_t f = 0; f < 4; ++f) values += anew.chosen[f].numel() + anew.distributions[f].numel();
  EXPECT_EQ(anew.Bytes(), 4 * values);
  KeptReference one(reference_, true, false, anew.Bytes());  // room for one pair alone
  EvaluatePairs(*policy_, &one, pairs, 0.1);
  EXPECT_NE(one.Kept(pairs[0]), nullptr);
  EXPECT_EQ(one.Kept(pairs[1]), nullptr);
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
