// The projected gradients against LibTorch's own, and influence where the answer is known.
#include "inference/influence/piece_gradients.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "crypto/sha256.h"
#include "inference/influence/damped_fisher.h"
#include "inference/learning/batch.h"
#include "inference/learning/optimiser.h"
#include "tests/inference/learning/sample_corpus.h"

namespace ledgerline::influence {
namespace {

model::ModelConfig TinyShape() {
  return {.width = 32, .layers = 2, .heads = 2, .hidden = 24, .inner_width = 16, .inner_hidden = 16, .context = 64};
}

InfluenceMethod Method(uint32_t rank) {
  InfluenceMethod method;
  method.rank = rank;
  method.rows = 128;
  method.seed = 9;
  return method;
}

torch::Tensor LossOf(model::Transformer& network, const tokens::Piece& piece, size_t rows, size_t most) {
  learning::Dataset one;
  one.pieces.push_back({"", piece});
  torch::Tensor sum = torch::zeros({});
  for (const tokens::Sequence& chunk : learning::CoveringChunks(one, rows, most)) {
    const learning::Batch batch = learning::MakeBatch({chunk});
    const model::FieldLosses losses = network->Losses(batch.rows, batch.bars, batch.places);
    sum = sum + losses.onset + losses.role + losses.pitch + losses.duration;
  }
  return sum;
}

TEST(PieceGradientsTest, EqualsTheProjectionOfTheWholeGradient) {
  torch::manual_seed(4);
  model::Transformer network(TinyShape());
  const tokens::Piece piece = tokens::RandomPiece(3, 12);
  const InfluenceMethod method = Method(3);
  std::map<std::string, torch::Tensor> weights;  // in the order of names
  for (const auto& item : network->named_parameters()) {
    if (IsMeasured(item.key())) weights[item.key()] = item.value();
  }
  std::vector<torch::Tensor> list;
  for (const auto& [name, weight] : weights) list.push_back(weight);
  const torch::Tensor loss = LossOf(network, piece, 64, 128);
  const std::vector<torch::Tensor> whole = torch::autograd::grad({loss}, list);

  model::Transformer copy = network;
  PieceGradients gradients(copy, method);
  ASSERT_EQ(gradients.matrices(), 2 * 4 + 4 * 3u);
  const PieceGradient got = gradients.Of(piece).value();
  EXPECT_NEAR(got.nats, loss.item<double>(), 1e-3);
  ASSERT_EQ(got.projected.size(), whole.size() * 9);
  for (size_t m = 0; m < whole.size(); ++m) {
    const int64_t outs = whole[m].size(0), ins = whole[m].size(1);
    const std::vector<float> left = ProjectionOf(method, m, true, static_cast<size_t>(outs));
    const std::vector<float> right = ProjectionOf(method, m, false, static_cast<size_t>(ins));
    const auto g = whole[m].accessor<float, 2>();
    for (int64_t r = 0; r < 3; ++r) {
      for (int64_t c = 0; c < 3; ++c) {
        double sum = 0;
        for (int64_t o = 0; o < outs; ++o) {
          for (int64_t i = 0; i < ins; ++i) {
            sum += double{left[static_cast<size_t>(r * outs + o)]} * g[o][i] * right[static_cast<size_t>(c * ins + i)];
          }
        }
        EXPECT_NEAR(got.projected[m * 9 + static_cast<size_t>(r * 3 + c)], sum, 1e-3 * (1 + std::abs(sum)));
      }
    }
  }
  // The work space is emptied between pieces.
  gradients.Of(tokens::RandomPiece(8, 5)).value();
  EXPECT_EQ(gradients.Of(piece)->projected, got.projected);
}

TEST(PieceGradientsTest, APieceWithoutEventsIsRefused) {
  tokens::Piece piece = tokens::RandomPiece(3, 2);
  for (tokens::PieceBar& bar : piece.bars) bar.events.clear();
  PieceGradients gradients(model::Transformer(TinyShape()), Method(2));
  EXPECT_EQ(gradients.Of(piece).status().code(), StatusCode::kFailedPrecondition);
}

// A network that has learnt eight pieces by heart: what lowers a piece's loss most is that piece.
TEST(PieceGradientsTest, APieceThatWasLearntByHeartIsFirstForItself) {
  torch::manual_seed(4);
  at::set_num_threads(1);
  const learning::SampleCorpus folder(1);
  learning::Dataset pieces;
  for (uint64_t i = 0; i < 8; ++i) {
    pieces.pieces.push_back({"p" + std::to_string(i), tokens::RandomPiece(20 + i, 6), "midi/0.mid"});
  }
  model::Transformer network(TinyShape());
  learning::AdamW optimiser(learning::ParametersOf(*network), 0);
  std::vector<tokens::Sequence> chunks = learning::CoveringChunks(pieces, 64, 1'000'000);
  const learning::Batch batch = learning::MakeBatch(chunks);
  double first = 0, last = 0;
  for (int step = 1; step <= 40; ++step) {
    optimiser.ZeroGradients();
    const model::FieldLosses losses = network->Losses(batch.rows, batch.bars, batch.places);
    const torch::Tensor loss =
        (losses.onset + losses.role + losses.pitch + losses.duration) / static_cast<double>(losses.events);
    loss.backward();
    optimiser.Step(step, 1e-2);
    (step == 1 ? first : last) = loss.item<double>();
  }
  ASSERT_LT(last, first / 2);
  model::ModelFile file;
  model::StoreParameters(*network, &file);
  file.metadata = TinyShape().ToMetadata();
  file.metadata["format"] = "ledgerline-model/1";
  file.metadata["vocabulary"] = std::to_string(tokens::kVocabularyVersion);
  const std::string bytes = model::SerialiseModelFile(file);
  size_t reports = 0;
  const InfluenceIndex index =
      MakeIndex(bytes, pieces, folder.dir(), Method(6), [&](size_t done) { EXPECT_EQ(done, ++reports); }).value();
  EXPECT_EQ(reports, 8u);
  EXPECT_EQ(index.model, crypto::Sha256(bytes));
  EXPECT_NE(index.served, index.model);
  EXPECT_EQ(index.pieces[2].id, "p2");
  EXPECT_EQ(index.pieces[2].file, crypto::Sha256(model::ReadFileBytes(folder.dir() + "/midi/0.mid").value()));
  EXPECT_EQ(index.pieces[2].notes, pieces.pieces[2].piece.EventCount());
  const InfluenceIndex read = InfluenceIndex::Parse(index.Serialise().value()).value();
  const DampedFisher fisher = DampedFisher::Of(read).value();
  PieceGradients gradients(network, Method(6));
  for (size_t q = 0; q < 8; ++q) {
    const std::vector<double> influences = InfluencesOn(read, fisher, gradients.Of(pieces.pieces[q].piece)->projected);
    EXPECT_EQ(std::max_element(influences.begin(), influences.end()) - influences.begin(), static_cast<long>(q));
  }
}

}  // namespace
}  // namespace ledgerline::influence
