#include "inference/chorales/chorale_network.h"

#include <gtest/gtest.h>

#include "tests/inference/chorales/sample_chorales.h"
#include "tests/inference/model/sample_shape.h"

namespace ledgerline::chorales {
namespace {

// float32 [steps, kVoices, kSymbols].
torch::Tensor AllLogits(ChoraleNetworkImpl& network, const Chorale& piece) {
  torch::NoGradGuard no_grad;
  const ChoraleBatch batch = MakeBatch({EncodeChorale(piece)});
  const torch::Tensor states = network.Outer(batch)[0];
  std::vector<torch::Tensor> voices;
  for (size_t v = 0; v < kVoices; ++v) voices.push_back(network.VoiceLogits(v, states, batch.voices[v]));
  return torch::stack(voices, 1);
}

class ChoraleNetworkTest : public testing::Test {
 protected:
  ChoraleNetworkTest() {
    torch::manual_seed(1);
    network_ = ChoraleNetwork(model::SmallShape(0, 128), 0.3, 0.2);
    network_->eval();
  }
  ChoraleNetwork network_{nullptr};
};

TEST_F(ChoraleNetworkTest, LogitsDoNotChangeWhenAnythingLaterChanges) {
  const Chorale piece = RandomChorale(5, 40);
  const torch::Tensor logits = AllLogits(*network_, piece);
  for (size_t t = 0; t < piece.size(); t += 3) {
    for (size_t v = 0; v < kVoices; ++v) {
      Chorale other = piece;
      for (size_t later = t; later < piece.size(); ++later) {
        for (size_t u = later == t ? v : 0; u < kVoices; ++u) {
          other[later][u] = other[later][u] == kRest ? 20 : (other[later][u] + 7) % kPitches;
        }
      }
      const torch::Tensor changed = AllLogits(*network_, other);
      const int64_t at = static_cast<int64_t>(t), voice = static_cast<int64_t>(v);
      EXPECT_TRUE(torch::equal(changed.slice(0, 0, at), logits.slice(0, 0, at)));
      EXPECT_TRUE(torch::equal(changed[at].slice(0, 0, voice + 1), logits[at].slice(0, 0, voice + 1)));
      // And they do change when something earlier does.
      if (t + 1 < piece.size()) {
        EXPECT_FALSE(torch::equal(changed[at + 1], logits[at + 1]));
      }
    }
  }
}

TEST_F(ChoraleNetworkTest, ProbabilitiesOfPitchesAndRestSumToOne) {
  const torch::Tensor logits = AllLogits(*network_, RandomChorale(6, 40));
  EXPECT_EQ(logits.sizes(), (std::vector<int64_t>{40, kVoices, kSymbols}));
  const torch::Tensor sums = torch::softmax(logits.to(torch::kFloat64), -1).sum(-1);
  EXPECT_LT((sums - 1).abs().max().item<double>(), 1e-12);
}

TEST_F(ChoraleNetworkTest, PaddingAndNeighboursDoNotMatter) {
  torch::NoGradGuard no_grad;
  const auto a = EncodeChorale(RandomChorale(7, 40)), b = EncodeChorale(RandomChorale(8, 17));
  const auto alone_a = network_->Losses(MakeBatch({a})), alone_b = network_->Losses(MakeBatch({b}));
  const auto together = network_->Losses(MakeBatch({b, a}));
  for (size_t v = 0; v < kVoices; ++v) {
    EXPECT_NEAR(together[v].item<double>(), alone_a[v].item<double>() + alone_b[v].item<double>(), 1e-2);
  }
}

TEST_F(ChoraleNetworkTest, LossesAreTheTargetsLogarithms) {
  torch::NoGradGuard no_grad;
  const Chorale piece = RandomChorale(9, 30);
  const torch::Tensor logs = torch::log_softmax(AllLogits(*network_, piece), -1);
  const auto losses = network_->Losses(MakeBatch({EncodeChorale(piece)}));
  for (size_t v = 0; v < kVoices; ++v) {
    double sum = 0;
    for (size_t t = 0; t < piece.size(); ++t) {
      sum -= logs[static_cast<int64_t>(t)][static_cast<int64_t>(v)][piece[t][v]].item<double>();
    }
    EXPECT_NEAR(losses[v].item<double>(), sum, 1e-3);
  }
}

TEST_F(ChoraleNetworkTest, DropsValuesOnlyWhileTraining) {
  const Chorale piece = RandomChorale(9, 30);
  EXPECT_TRUE(torch::equal(AllLogits(*network_, piece), AllLogits(*network_, piece)));
  network_->train();
  EXPECT_FALSE(torch::equal(AllLogits(*network_, piece), AllLogits(*network_, piece)));
}

}  // namespace
}  // namespace ledgerline::chorales
