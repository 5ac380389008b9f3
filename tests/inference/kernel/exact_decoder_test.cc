#include "inference/kernel/exact_decoder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "crypto/sha256.h"
#include "tests/inference/kernel/sample_model.h"
#include "tests/inference/model/sample_shape.h"
#include "tests/inference/tokens/sample_pieces.h"

namespace ledgerline::kernel {
namespace {

using model::Decoder;
using model::Field;

constexpr Field kFields[] = {Field::kOnset, Field::kRole, Field::kPitch, Field::kDuration};

std::unique_ptr<Decoder> LoadSample(int kv_heads, Path path = Path::kScalar, Precision precision = Precision::kInt8) {
  const Result<const Ops*> ops = OpsOf(path);
  return ExactDecoder::Load(model::SerialiseModelFile(SampleModel(model::SmallShape(kv_heads, 256))),
                            ops.ok() ? **ops : **OpsOf(Path::kScalar), precision)
      .value();
}

struct Input {
  std::vector<tokens::Row> rows;
  std::vector<tokens::BarRow> bars;
  std::vector<int64_t> places;
};

// Rows [begin, end) of a random piece.
Input Part(uint64_t seed, size_t begin, size_t end) {
  const tokens::Sequence sequence = tokens::EncodeBars(tokens::RandomPiece(seed, 30), 0, 250, {});
  Input input;
  for (size_t i = begin; i < std::min(end, sequence.rows.size()); ++i) {
    if (sequence.rows[i][tokens::kBarIndex] >= 0) {
      input.bars.push_back(sequence.bars[static_cast<size_t>(sequence.rows[i][tokens::kBarIndex])]);
      input.places.push_back(static_cast<int64_t>(input.rows.size()));
    }
    input.rows.push_back(sequence.rows[i]);
  }
  return input;
}

std::string AllLogits(Decoder* decoder, const tokens::Row& row) {
  std::string bytes;
  for (const Field field : kFields) {
    const std::span<const float> logits = decoder->Logits(field, row).value();
    bytes.append(reinterpret_cast<const char*>(logits.data()), logits.size() * sizeof(float));
  }
  return bytes;
}

TEST(ExactDecoder, AllPathsAndAllWaysOfReadingGiveTheSameBits) {
  for (const int kv_heads : {4, 2, 1}) {
    const Input whole = Part(3, 0, 150);
    std::string expected;
    for (const Path path : {Path::kScalar, Path::kAvx2, Path::kAvx512}) {
      const std::unique_ptr<Decoder> decoder = LoadSample(kv_heads, path);
      ASSERT_TRUE(decoder->Read(whole.rows, whole.bars, whole.places).ok());
      const std::string logits = AllLogits(decoder.get(), whole.rows.back());
      if (expected.empty()) expected = logits;
      EXPECT_EQ(logits, expected) << static_cast<int>(path);
      for (const size_t step : {1, 7, 64}) {
        decoder->Reset();
        for (size_t begin = 0; begin < 150; begin += step) {
          const Input part = Part(3, begin, std::min<size_t>(begin + step, 150));
          ASSERT_TRUE(decoder->Read(part.rows, part.bars, part.places).ok());
        }
        EXPECT_EQ(decoder->length(), 150);
        EXPECT_EQ(AllLogits(decoder.get(), whole.rows.back()), expected) << step;
      }
    }
  }
}

TEST(ExactDecoder, ServedTogetherEachGetsWhatItGetsAlone) {
  const std::unique_ptr<Decoder> first = LoadSample(2, Path::kAvx512);
  constexpr size_t kCount = 9;
  std::vector<std::unique_ptr<Decoder>> together, alone;
  for (size_t i = 0; i < kCount; ++i) together.push_back(first->Another()), alone.push_back(first->Another());
  std::vector<size_t> done(kCount, 0);
  for (size_t pass = 0; pass < 12; ++pass) {
    std::vector<Decoder::Step> steps(kCount);
    std::vector<Decoder::Step*> served;
    for (size_t i = 0; i < kCount; ++i) {
      // The first passes are common to all; then each goes its own way, in pieces of its own length.
      const size_t count = pass < 3 ? 21 : 1 + (i + pass) % 5;
      const Input part = Part(pass < 3 ? 1 : 1 + i / 2, done[i], done[i] + count);
      done[i] += count;
      steps[i] = {together[i].get(), true, part.rows, part.bars, part.places, Field::kOnset, Status::Ok(), {}};
      served.push_back(&steps[i]);
      ASSERT_TRUE(alone[i]->Read(part.rows, part.bars, part.places).ok());
    }
    first->Serve(served);
    for (size_t i = 0; i < kCount; ++i) {
      ASSERT_TRUE(steps[i].status.ok());
      EXPECT_EQ(together[i]->length(), alone[i]->length());
      const tokens::Row row = steps[i].rows.back();
      EXPECT_EQ(AllLogits(together[i].get(), row), AllLogits(alone[i].get(), row)) << pass << " " << i;
      steps[i].reads = false;
      steps[i].field = kFields[i % 4];
      steps[i].rows = {row};
    }
    first->Serve(served);
    for (size_t i = 0; i < kCount; ++i) {
      const std::span<const float> expected = alone[i]->Logits(kFields[i % 4], steps[i].rows.front()).value();
      ASSERT_EQ(steps[i].logits.size(), expected.size());
      EXPECT_EQ(std::memcmp(steps[i].logits.data(), expected.data(), expected.size() * sizeof(float)), 0);
    }
  }
}

TEST(ExactDecoder, OneRowsFaultIsNotTheOthers) {
  const std::unique_ptr<Decoder> a = LoadSample(1), b = a->Another();
  const Input good = Part(1, 0, 20);
  Input bad = Part(2, 0, 20);
  bad.rows[5][tokens::kPitch] = 129;
  Decoder::Step fine{a.get(), true, good.rows, good.bars, good.places, Field::kOnset, Status::Ok(), {}};
  Decoder::Step wrong{b.get(), true, bad.rows, bad.bars, bad.places, Field::kOnset, Status::Ok(), {}};
  std::vector<Decoder::Step*> steps = {&wrong, &fine};
  a->Serve(steps);
  EXPECT_EQ(wrong.status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(b->length(), 0);
  EXPECT_TRUE(fine.status.ok());
  EXPECT_EQ(a->length(), 20);
  tokens::Row row = good.rows.back();
  row[tokens::kStepStyle] = 99;
  EXPECT_EQ(a->Onset(row).status().code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(a->Onset(good.rows.back()).ok());
  EXPECT_EQ(b->Onset(row).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(a->Read(good.rows, good.bars, {0, 1000}).code(), StatusCode::kInvalidArgument);
  const std::vector<tokens::Row> many(300, good.rows.back());
  EXPECT_EQ(a->Read(many, {}, {}).message(), "reading 300 rows after 20; the context is 256");
}

TEST(ExactDecoder, AQuantisedFileGivesTheBitsOfTheFloatsItCameFrom) {
  const model::ModelFile file = SampleModel(model::SmallShape(2, 256));
  const model::ModelFile small = QuantiseModelFile(file);
  const std::string bytes = model::SerialiseModelFile(small);
  EXPECT_LT(bytes.size(), model::SerialiseModelFile(file).size());
  const Input input = Part(3, 0, 60);
  std::string logits[2];
  for (const bool quantised : {false, true}) {
    const auto decoder =
        ExactDecoder::Load(quantised ? bytes : model::SerialiseModelFile(file), **ChooseOps(), Precision::kInt8)
            .value();
    ASSERT_TRUE(decoder->Read(input.rows, input.bars, input.places).ok());
    logits[quantised] = AllLogits(decoder.get(), input.rows.back());
  }
  EXPECT_EQ(logits[0], logits[1]);
  // Back in floats, every weight is within half a step of what it was.
  const model::ModelFile back = DequantiseModelFile(small).value();
  ASSERT_EQ(back.tensors.size(), file.tensors.size());
  for (const auto& [name, tensor] : file.tensors) {
    const model::StoredTensor& other = back.tensors.at(name);
    ASSERT_EQ(other.values.size(), tensor.values.size()) << name;
    const auto scales = small.tensors.find(name + kScalesEnding);
    for (size_t i = 0; i < tensor.values.size(); ++i) {
      const float step =
          scales == small.tensors.end() ? 0.0f : scales->second.values[i / static_cast<size_t>(tensor.shape[1])];
      ASSERT_LE(std::abs(other.values[i] - tensor.values[i]), step * 0.5001f) << name;
    }
  }
}

TEST(ExactDecoder, LoadingRefusesWhatDoesNotFit) {
  const Ops& ops = **OpsOf(Path::kScalar);
  auto load = [&](const model::ModelFile& file) {
    return ExactDecoder::Load(model::SerialiseModelFile(file), ops, Precision::kInt8).status();
  };
  const model::ModelFile good = SampleModel(model::SmallShape(2, 256));
  EXPECT_TRUE(load(good).ok());
  model::ModelFile file = good;
  file.tensors.erase("pitch/head");
  EXPECT_EQ(load(file).message(), "the model file lacks tensor pitch/head");
  file = good;
  file.tensors["more"] = {{1}, {1.0f}, {}};
  EXPECT_EQ(load(file).message(), "the model file has tensors that the network does not know");
  file = good;
  file.metadata["hidden"] = "64";
  EXPECT_EQ(load(file).message(), "tensor layers/0/gate_up has another shape than the network");
  file.metadata["hidden"] = "16384";  // no memory of such a size is asked for
  EXPECT_NE(load(file).message().find("numbers; its stated shape needs at least"), std::string::npos);
  file = good;
  file.metadata["vocabulary"] = "999";
  EXPECT_EQ(load(file).code(), StatusCode::kFailedPrecondition);
  for (const float bad : {1000.5f, -1e30f, std::numeric_limits<float>::quiet_NaN()}) {
    file = good;
    file.tensors["pitch/down"].values[7] = bad;
    EXPECT_EQ(load(file).message(), "tensor pitch/down has a value outside +-1000, or none");
  }
  file = QuantiseModelFile(good);
  EXPECT_TRUE(load(file).ok());
  file.tensors["pitch/down"].codes[3] = -128;
  EXPECT_EQ(load(file).message(), "tensor pitch/down has the code -128");
  file = QuantiseModelFile(good);
  file.tensors["pitch/down/scales"].values[3] = -1;
  EXPECT_EQ(load(file).message(), "tensor pitch/down has a scale outside 0 to 1000 / 127");
  file = QuantiseModelFile(good);
  file.tensors.erase("pitch/down/scales");
  EXPECT_EQ(load(file).message(), "the model file lacks tensor pitch/down/scales");
  EXPECT_EQ(DequantiseModelFile(file).status().message(),
            "tensor pitch/down is I8 without scales of its number of rows");
}

TEST(ExactDecoder, ItsBitsAreHeld) {
  // What changes this is another kernel version.
  const std::unique_ptr<Decoder> decoder = LoadSample(2, Path::kAvx512);
  const Input input = Part(3, 0, 150);
  ASSERT_TRUE(decoder->Read(input.rows, input.bars, input.places).ok());
  EXPECT_EQ(crypto::Sha256(AllLogits(decoder.get(), input.rows.back())).ToHex(),
            "0a3dc781c1208ede2b366a26000215caa63758411b1ced04183c1194212b6f06");
  // Contexts with roots and references, which the last row may lack.
  std::string bytes;
  for (const tokens::Row& row : input.rows) bytes += AllLogits(decoder.get(), row);
  EXPECT_EQ(crypto::Sha256(bytes).ToHex(), "34af8795414c3799b3730ec9f0bd9f879647681ad3c0ccc72b1db7ecee4a5652");
}

}  // namespace
}  // namespace ledgerline::kernel
