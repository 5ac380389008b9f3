// The network against itself (cache against no cache, padding, causality) and against a plain C++ reference.
#include "inference/model/transformer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "inference/model/fused_operators.h"
#include "inference/model/torch_decoder.h"
#include "tests/inference/tokens/sample_pieces.h"

namespace ledgerline::model {
namespace {

using tokens::kColumns;

ModelConfig SmallConfig() {
  ModelConfig config;
  config.width = 32;
  config.layers = 2;
  config.heads = 4;
  config.hidden = 48;
  config.inner_width = 24;
  config.inner_hidden = 32;
  config.context = 256;
  return config;
}

struct Input {
  std::vector<tokens::Row> rows;
  std::vector<tokens::BarRow> bars;
  std::vector<int64_t> places;
};

Input SampleInput(uint64_t seed, size_t bars) {
  tokens::Sequence sequence = tokens::EncodeBars(tokens::RandomPiece(seed, bars), 0, 200, {});
  Input input;
  input.rows = sequence.rows;
  input.bars = sequence.bars;
  for (size_t i = 0; i < input.rows.size(); ++i) {
    if (input.rows[i][tokens::kBarIndex] >= 0) input.places.push_back(static_cast<int64_t>(i));
  }
  return input;
}

torch::Tensor Places(const std::vector<int64_t>& places) { return torch::tensor(places, torch::kInt64); }

double Difference(const torch::Tensor& x, const torch::Tensor& y) { return (x - y).abs().max().item<double>(); }

class TransformerTest : public testing::Test {
 protected:
  void SetUp() override {
    torch::manual_seed(1);
    at::set_num_threads(1);
    network_ = Transformer(SmallConfig());
  }
  torch::NoGradGuard no_grad_;
  Transformer network_{nullptr};
};

TEST_F(TransformerTest, CachedDecodingEqualsTheFullPassInAnyPieces) {
  const Input input = SampleInput(1, 12);
  const torch::Tensor rows = RowsTensor(input.rows);
  const torch::Tensor full = network_->Outer(rows.unsqueeze(0), BarsTensor(input.bars), Places(input.places));
  for (const size_t step : {size_t{1}, size_t{7}, input.rows.size()}) {
    KeyValueCache cache = network_->NewCache();
    for (size_t begin = 0; begin < input.rows.size(); begin += step) {
      const size_t end = std::min(begin + step, input.rows.size());
      std::vector<tokens::BarRow> bars;
      std::vector<int64_t> places;
      for (size_t i = begin; i < end; ++i) {
        if (input.rows[i][tokens::kBarIndex] < 0) continue;
        bars.push_back(input.bars[static_cast<size_t>(input.rows[i][tokens::kBarIndex])]);
        places.push_back(static_cast<int64_t>(i - begin));
      }
      const torch::Tensor part =
          network_->OuterCached(rows.slice(0, static_cast<int64_t>(begin), static_cast<int64_t>(end)).unsqueeze(0),
                                BarsTensor(bars), Places(places), &cache);
      // Stated tolerance: 1e-4, as matrix products of other shapes sum in another order.
      EXPECT_LT(Difference(part[0], full[0].slice(0, static_cast<int64_t>(begin), static_cast<int64_t>(end))), 1e-4);
    }
    EXPECT_EQ(cache.length, static_cast<int64_t>(input.rows.size()));
  }
}

TEST_F(TransformerTest, LaterRowsDoNotReachBack) {
  Input input = SampleInput(2, 8);
  const torch::Tensor before =
      network_->Outer(RowsTensor(input.rows).unsqueeze(0), BarsTensor(input.bars), Places(input.places));
  input.rows.back()[tokens::kPitch] = 100;
  const torch::Tensor after =
      network_->Outer(RowsTensor(input.rows).unsqueeze(0), BarsTensor(input.bars), Places(input.places));
  const int64_t last = before.size(1) - 1;
  EXPECT_EQ(Difference(before.slice(1, 0, last), after.slice(1, 0, last)), 0);
  EXPECT_GT(Difference(before, after), 1e-3);
}

TEST_F(TransformerTest, PaddingChangesNoLoss) {
  const Input input = SampleInput(3, 6);
  const torch::Tensor rows = RowsTensor(input.rows);
  const FieldLosses plain = network_->Losses(rows.unsqueeze(0), BarsTensor(input.bars), Places(input.places));
  const torch::Tensor padded = torch::cat({rows, torch::zeros({9, kColumns}, torch::kInt64)});
  const FieldLosses with_padding = network_->Losses(padded.unsqueeze(0), BarsTensor(input.bars), Places(input.places));
  EXPECT_EQ(plain.events, with_padding.events);
  EXPECT_NEAR(plain.pitch.item<double>(), with_padding.pitch.item<double>(), 1e-3);
  EXPECT_NEAR(plain.onset.item<double>(), with_padding.onset.item<double>(), 1e-3);
}

// While gradients are recorded, losses come from the fused operators: here each gradient beside that of the formulas.
TEST_F(TransformerTest, LossesAndGradientsOfTrainingAreThoseOfTheFormulas) {
  const torch::AutoGradMode recording(true);
  const Input input = SampleInput(6, 6);
  const torch::Tensor rows = RowsTensor(input.rows).unsqueeze(0), bars = BarsTensor(input.bars);
  const auto run = [&] {
    network_->zero_grad();
    const FieldLosses losses = network_->Losses(rows, bars, Places(input.places));
    (losses.onset + 2 * losses.role + 3 * losses.pitch + 4 * losses.duration).backward();
    std::map<std::string, torch::Tensor> gradients;
    for (const auto& item : network_->named_parameters()) gradients[item.key()] = item.value().grad().clone();
    return std::pair(std::vector<double>{losses.onset.item<double>(), losses.role.item<double>(),
                                         losses.pitch.item<double>(), losses.duration.item<double>()},
                     gradients);
  };
  const auto [fused_losses, fused] = run();
  const FormulasOnly formulas_only;
  const auto [losses, formulas] = run();
  for (size_t i = 0; i < losses.size(); ++i) EXPECT_NEAR(fused_losses[i], losses[i], 1e-5 * losses[i]) << i;
  for (const auto& [name, gradient] : formulas) {
    EXPECT_LT(Difference(gradient, fused.at(name)), 2e-5 * gradient.abs().max().item<double>() + 1e-5) << name;
  }
}

// Numbers of its own, as LibTorch would have drawn them: with one network nothing depends on where they come from.
TEST_F(TransformerTest, SeededDropoutIsThatOfLibTorchAndItsOwn) {
  const Input input = SampleInput(1, 12);
  const torch::Tensor rows = RowsTensor(input.rows).unsqueeze(0), bars = BarsTensor(input.bars);
  const auto read = [&] { return network_->Outer(rows, bars, Places(input.places)); };
  network_->train();
  const torch::Tensor whole = read();
  network_->SetDropout(0.3);
  torch::manual_seed(9);
  const torch::Tensor expected = read();
  network_->SeedDropout(9);
  torch::manual_seed(10);
  EXPECT_TRUE(torch::equal(read(), expected));
  EXPECT_FALSE(torch::equal(read(), expected)) << "the next numbers";
  EXPECT_FALSE(torch::equal(expected, whole));
  network_->eval();
  EXPECT_TRUE(torch::equal(read(), whole));
}

TEST_F(TransformerTest, SharedParametersMoveTogether) {
  Transformer other(SmallConfig());
  network_->parameters()[3].set_requires_grad(false);
  ShareParameters(*network_, other.get());
  for (const torch::Tensor& parameter : network_->parameters()) parameter.mul_(1.5);
  const Input input = SampleInput(1, 12);
  const torch::Tensor rows = RowsTensor(input.rows).unsqueeze(0), bars = BarsTensor(input.bars);
  EXPECT_TRUE(
      torch::equal(network_->Outer(rows, bars, Places(input.places)), other->Outer(rows, bars, Places(input.places))));
  EXPECT_FALSE(other->parameters()[3].requires_grad());
  EXPECT_TRUE(other->parameters()[4].requires_grad());
  ModelConfig wider = SmallConfig();
  wider.hidden *= 2;
  EXPECT_THROW(ShareParameters(*Transformer(wider), other.get()), c10::Error);
}

TEST_F(TransformerTest, LossesAreTheLogProbabilitiesOfTheLogits) {
  const Input input = SampleInput(4, 5);
  const torch::Tensor rows = RowsTensor(input.rows);
  const torch::Tensor states = network_->Outer(rows.unsqueeze(0), BarsTensor(input.bars), Places(input.places))[0];
  const FieldLosses losses = network_->Losses(rows.unsqueeze(0), BarsTensor(input.bars), Places(input.places));
  double pitch = 0;
  for (size_t i = 0; i < input.rows.size(); ++i) {
    const tokens::Row& row = input.rows[i];
    if (row[tokens::kPredicts] != 1 || row[tokens::kTargetOnset] == tokens::kEndOfBar) continue;
    const int64_t at = static_cast<int64_t>(i);
    const torch::Tensor logits = network_->PitchLogits(states.slice(0, at, at + 1), rows.slice(0, at, at + 1))[0];
    double sum = 0;
    const double highest = logits.max().item<double>();
    for (int64_t p = 0; p < 128; ++p) sum += std::exp(logits[p].item<double>() - highest);
    pitch += std::log(sum) + highest - logits[row[tokens::kTargetPitch]].item<double>();
  }
  EXPECT_NEAR(pitch, losses.pitch.item<double>(), 1e-3 * pitch);
}

// --- A plain C++ reference of one block and the final norm, in double precision.
using Matrix = std::vector<std::vector<double>>;  // [rows][columns]

Matrix ToMatrix(const torch::Tensor& tensor) {
  Matrix matrix(static_cast<size_t>(tensor.size(0)), std::vector<double>(static_cast<size_t>(tensor.size(1))));
  for (int64_t i = 0; i < tensor.size(0); ++i) {
    for (int64_t j = 0; j < tensor.size(1); ++j)
      matrix[static_cast<size_t>(i)][static_cast<size_t>(j)] = tensor[i][j].item<double>();
  }
  return matrix;
}

std::vector<double> Times(const Matrix& weights, const std::vector<double>& x) {
  std::vector<double> y(weights.size(), 0.0);
  for (size_t i = 0; i < weights.size(); ++i) {
    for (size_t j = 0; j < x.size(); ++j) y[i] += weights[i][j] * x[j];
  }
  return y;
}

std::vector<double> Normed(const std::vector<double>& x) {  // gains are one at the start
  double square = 0;
  for (const double value : x) square += value * value / static_cast<double>(x.size());
  std::vector<double> y = x;
  for (double& value : y) value /= std::sqrt(square + 1e-5);
  return y;
}

class PlainReference : public TransformerTest, public testing::WithParamInterface<int> {};
INSTANTIATE_TEST_SUITE_P(KeyValueHeads, PlainReference, testing::Values(1, 2, 4));

TEST_P(PlainReference, EqualsTheNetwork) {
  ModelConfig config = SmallConfig();
  config.layers = 1;
  config.kv_heads = GetParam();
  Transformer network(config);
  std::map<std::string, torch::Tensor> parameters;
  for (const auto& item : network->named_parameters()) parameters[item.key()] = item.value();
  // Without bars, a row's embedding is the sum of its tables' rows.
  std::vector<tokens::Row> rows = SampleInput(5, 4).rows;
  for (tokens::Row& row : rows) {
    if (row[tokens::kKind] == tokens::kBarRow) row[tokens::kKind] = tokens::kMelodyRow;
  }
  rows.resize(std::min<size_t>(rows.size(), 20));
  const torch::Tensor states = network->Outer(RowsTensor(rows).unsqueeze(0),
                                              torch::zeros({0, tokens::kBarColumns}, torch::kInt64), Places({}))[0];

  const size_t width = 32, heads = 4, head = 8, hidden = 48;
  const size_t stored = static_cast<size_t>(GetParam()), group = heads / stored;
  Matrix x;
  for (const tokens::Row& row : rows) {
    const int onset = row[tokens::kOnset];
    const std::pair<const char*, int> tables[] = {{"rows/kind", row[tokens::kKind]},
                                                  {"rows/beat", onset < 192 ? onset / 24 : 8},
                                                  {"rows/tick", onset < 192 ? onset % 24 : 24},
                                                  {"rows/role", row[tokens::kRole]},
                                                  {"rows/pitch", row[tokens::kPitch]},
                                                  {"rows/above_root", row[tokens::kAboveRoot]},
                                                  {"rows/quality", row[tokens::kChordQuality]},
                                                  {"rows/duration", row[tokens::kDuration]}};
    std::vector<double> sum(width, 0.0);
    for (const auto& [name, index] : tables) {
      for (size_t i = 0; i < width; ++i) sum[i] += parameters.at(name)[index][static_cast<int64_t>(i)].item<double>();
    }
    x.push_back(sum);
  }
  const Matrix qkv = ToMatrix(parameters.at("layers/0/query_key_value")),
               out = ToMatrix(parameters.at("layers/0/attention_out")),
               gate_up = ToMatrix(parameters.at("layers/0/gate_up")), down = ToMatrix(parameters.at("layers/0/down"));
  Matrix q, k, v;
  for (size_t t = 0; t < x.size(); ++t) {
    const std::vector<double> all = Times(qkv, Normed(x[t]));
    q.emplace_back(all.begin(), all.begin() + 32);
    k.emplace_back(all.begin() + 32, all.end() - static_cast<std::ptrdiff_t>(stored * head));
    v.emplace_back(all.end() - static_cast<std::ptrdiff_t>(stored * head), all.end());
    for (Matrix* m : {&q, &k}) {  // RoPE: pairs (i, i + head / 2)
      for (size_t h = 0; h < (m == &q ? heads : stored); ++h) {
        for (size_t i = 0; i < head / 2; ++i) {
          const double angle = static_cast<double>(t) * std::pow(10000.0, -static_cast<double>(i) / (head / 2));
          double& a = m->back()[h * head + i];
          double& b = m->back()[h * head + i + head / 2];
          const double turned_a = a * std::cos(angle) - b * std::sin(angle);
          b = b * std::cos(angle) + a * std::sin(angle);
          a = turned_a;
        }
      }
    }
  }
  double worst = 0;
  for (size_t t = 0; t < x.size(); ++t) {
    std::vector<double> read(width, 0.0);
    for (size_t h = 0; h < heads; ++h) {
      std::vector<double> weights;
      double total = 0;
      for (size_t s = 0; s <= t; ++s) {
        double dot = 0;
        for (size_t i = 0; i < head; ++i) dot += q[t][h * head + i] * k[s][h / group * head + i];
        weights.push_back(std::exp(dot / std::sqrt(static_cast<double>(head))));
        total += weights.back();
      }
      for (size_t s = 0; s <= t; ++s) {
        for (size_t i = 0; i < head; ++i) read[h * head + i] += weights[s] / total * v[s][h / group * head + i];
      }
    }
    std::vector<double> y = x[t];
    const std::vector<double> attended = Times(out, read);
    for (size_t i = 0; i < width; ++i) y[i] += attended[i];
    const std::vector<double> both = Times(gate_up, Normed(y));
    std::vector<double> gated(hidden);
    for (size_t i = 0; i < hidden; ++i) gated[i] = both[i] / (1 + std::exp(-both[i])) * both[i + hidden];
    const std::vector<double> fed = Times(down, gated);
    for (size_t i = 0; i < width; ++i) y[i] += fed[i];
    y = Normed(y);
    for (size_t i = 0; i < width; ++i) {
      worst = std::max(worst, std::abs(y[i] - states[static_cast<int64_t>(t)][static_cast<int64_t>(i)].item<double>()));
    }
  }
  EXPECT_LT(worst, 1e-4);  // stated tolerance: float32 sums against double ones
}

TEST_F(TransformerTest, ParametersSurviveTheModelFile) {
  ModelFile file;
  StoreParameters(*network_, &file);
  file.metadata = SmallConfig().ToMetadata();
  file.metadata["format"] = "ledgerline-model/1";
  file.metadata["vocabulary"] = std::to_string(tokens::kVocabularyVersion);
  const Result<std::unique_ptr<TorchDecoder>> decoder = TorchDecoder::Load(SerialiseModelFile(file));
  ASSERT_TRUE(decoder.ok()) << decoder.status().ToString();
  // The decoder's logits are the network's.
  const Input input = SampleInput(6, 3);
  ASSERT_TRUE((*decoder)->Read(input.rows, input.bars, input.places).ok());
  const Result<std::span<const float>> logits = (*decoder)->Onset(input.rows.back());
  ASSERT_TRUE(logits.ok());
  const torch::Tensor rows = RowsTensor(input.rows);
  const torch::Tensor states = network_->Outer(rows.unsqueeze(0), BarsTensor(input.bars), Places(input.places))[0];
  const int64_t last = rows.size(0) - 1;
  const torch::Tensor expected =
      network_->OnsetLogits(states.slice(0, last, last + 1), rows.slice(0, last, last + 1))[0];
  for (size_t i = 0; i < logits->size(); ++i)
    EXPECT_NEAR((*logits)[i], expected[static_cast<int64_t>(i)].item<float>(), 1e-4);
}

TEST_F(TransformerTest, LoadingRefusesOtherShapesFormatsAndVocabularies) {
  ModelFile file;
  StoreParameters(*network_, &file);
  file.metadata = SmallConfig().ToMetadata();
  EXPECT_EQ(TorchDecoder::Load(SerialiseModelFile(file)).status().code(), StatusCode::kFailedPrecondition);
  file.metadata["format"] = "ledgerline-model/1";
  file.metadata["vocabulary"] = "999";
  EXPECT_NE(TorchDecoder::Load(SerialiseModelFile(file)).status().message().find("vocabulary 999"), std::string::npos);
  file.metadata["vocabulary"] = std::to_string(tokens::kVocabularyVersion);
  file.metadata["hidden"] = "64";
  EXPECT_EQ(TorchDecoder::Load(SerialiseModelFile(file)).status().code(), StatusCode::kInvalidArgument);
  file.metadata["hidden"] = "48";
  file.tensors.erase("pitch/head");
  EXPECT_EQ(TorchDecoder::Load(SerialiseModelFile(file)).status().message(), "the model file lacks tensor pitch/head");
}

TEST_F(TransformerTest, AModelOfTheFirstVocabularyIsReadAndNeverChoosesTheMelody) {
  ModelConfig config = SmallConfig();
  config.styles = 14;
  config.roles = 9;
  Transformer network(config);
  ModelFile file;
  StoreParameters(*network, &file);
  file.metadata = config.ToMetadata();
  for (const char* key : {"kv_heads", "styles", "roles"}) file.metadata.erase(key);
  file.metadata["format"] = "ledgerline-model/1";
  file.metadata["vocabulary"] = "1";
  const Result<std::unique_ptr<TorchDecoder>> decoder = TorchDecoder::Load(SerialiseModelFile(file));
  ASSERT_TRUE(decoder.ok()) << decoder.status().ToString();
  Input input = SampleInput(6, 3);
  for (tokens::BarRow& bar : input.bars) bar[tokens::kBarStyle] = 1;
  input.rows.back()[tokens::kStepStyle] = 1;
  ASSERT_TRUE((*decoder)->Read(input.rows, input.bars, input.places).ok());
  const Result<std::span<const float>> roles = (*decoder)->Role(input.rows.back());
  ASSERT_TRUE(roles.ok());
  ASSERT_EQ(roles->size(), static_cast<size_t>(tokens::kTargetRoles));
  EXPECT_LT((*roles)[tokens::kMelodyRole], -1e8f);
  EXPECT_GT((*roles)[tokens::kGuitar], -1e8f);
}

TEST_F(TransformerTest, TheDecoderRefusesRowsBeyondItsContext) {
  ModelFile file;
  StoreParameters(*network_, &file);
  file.metadata = SmallConfig().ToMetadata();
  file.metadata["format"] = "ledgerline-model/1";
  file.metadata["vocabulary"] = std::to_string(tokens::kVocabularyVersion);
  const std::unique_ptr<TorchDecoder> decoder = std::move(TorchDecoder::Load(SerialiseModelFile(file))).value();
  const std::vector<tokens::Row> rows(256, SampleInput(7, 2).rows[1]);
  EXPECT_TRUE(decoder->Read(rows, {}, {}).ok());
  EXPECT_EQ(decoder->Read({rows[0]}, {}, {}).message(), "reading 1 rows after 256; the context is 256");
  decoder->Reset();
  EXPECT_TRUE(decoder->Read({rows[0]}, {}, {}).ok());
}

}  // namespace
}  // namespace ledgerline::model
