// The exact kernel against LibTorch, on the committed model.
#include "inference/model/torch_decoder.h"

#include <gtest/gtest.h>

#include <cmath>

#include "inference/kernel/exact_decoder.h"
#include "inference/model/model_file.h"
#include "tests/inference/tokens/sample_pieces.h"

namespace ledgerline::model {
namespace {

constexpr Field kFields[] = {Field::kOnset, Field::kRole, Field::kPitch, Field::kDuration};

// Largest difference of logits and mean Kullback-Leibler divergence of `other` from `truth`, over the rows of a piece.
struct Distance {
  double largest = 0;
  double divergence = 0;
};
Distance Compare(Decoder* truth, Decoder* other) {
  const tokens::Sequence sequence = tokens::EncodeBars(tokens::RandomPiece(5, 30), 0, 200, {});
  Distance distance;
  int count = 0;
  for (const tokens::Row& row : sequence.rows) {
    std::vector<tokens::BarRow> bars;
    if (row[tokens::kBarIndex] >= 0) bars.push_back(sequence.bars[static_cast<size_t>(row[tokens::kBarIndex])]);
    const std::vector<int64_t> places(bars.size(), 0);
    EXPECT_TRUE(truth->Read({row}, bars, places).ok());
    EXPECT_TRUE(other->Read({row}, bars, places).ok());
    if (row[tokens::kPredicts] != 1 || row[tokens::kTargetOnset] == tokens::kEndOfBar) continue;
    for (const Field field : kFields) {
      const std::span<const float> a = truth->Logits(field, row).value(), b = other->Logits(field, row).value();
      EXPECT_EQ(a.size(), b.size());
      double sum_a = 0, sum_b = 0;
      for (size_t i = 0; i < a.size(); ++i) {
        if (a[i] > -1e8f) distance.largest = std::max(distance.largest, std::abs(static_cast<double>(a[i]) - b[i]));
        sum_a += std::exp(static_cast<double>(a[i]));
        sum_b += std::exp(static_cast<double>(b[i]));
      }
      for (size_t i = 0; i < a.size(); ++i) {
        const double p = std::exp(static_cast<double>(a[i])) / sum_a;
        if (p > 0) distance.divergence += p * (a[i] - std::log(sum_a) - b[i] + std::log(sum_b));
      }
      ++count;
    }
  }
  distance.divergence /= count;
  return distance;
}

TEST(TorchDecoder, TheExactKernelComputesTheSameModel) {
  const std::string bytes = ReadFileBytes("inference/weights/ledgerline.model").value();
  const std::unique_ptr<TorchDecoder> torch = TorchDecoder::Load(bytes).value();
  const kernel::Ops& ops = **kernel::ChooseOps();
  const auto floats = kernel::ExactDecoder::Load(bytes, ops, kernel::Precision::kFloat).value();
  const Distance fine = Compare(torch.get(), floats.get());
  EXPECT_LT(fine.largest, 1e-3);  // stated tolerance: sums in another order, in binary32
  EXPECT_LT(fine.divergence, 1e-7);
  const std::unique_ptr<Decoder> again = torch->Another();
  const auto codes = kernel::ExactDecoder::Load(bytes, ops, kernel::Precision::kInt8).value();
  const Distance rough = Compare(again.get(), codes.get());
  EXPECT_LT(rough.divergence, 5e-3);
  EXPECT_GT(rough.divergence, fine.divergence);
  RecordProperty("float_largest", std::to_string(fine.largest));
  std::printf("float: largest difference %.2e, divergence %.2e nats; int8: %.2e, %.2e\n", fine.largest, fine.divergence,
              rough.largest, rough.divergence);
}

TEST(TorchDecoder, ReadsAQuantisedFile) {
  // The committed file is one. As floats it is the same model; floats that lie between its steps lose a little.
  const std::string bytes = ReadFileBytes("inference/weights/ledgerline.model").value();
  ModelFile floats = kernel::DequantiseModelFile(ParseModelFile(bytes).value()).value();
  const std::unique_ptr<TorchDecoder> committed = TorchDecoder::Load(bytes).value(),
                                      same = TorchDecoder::Load(SerialiseModelFile(floats)).value();
  EXPECT_EQ(Compare(committed.get(), same.get()).largest, 0);
  for (auto& [name, tensor] : floats.tensors) {
    for (size_t i = 0; i < tensor.values.size(); ++i) {
      tensor.values[i] *= 1.0f + 0.002f * static_cast<float>(static_cast<int>(i % 7) - 3);
    }
  }
  const std::string small = SerialiseModelFile(kernel::QuantiseModelFile(floats));
  const std::unique_ptr<TorchDecoder> whole = TorchDecoder::Load(SerialiseModelFile(floats)).value(),
                                      rounded = TorchDecoder::Load(small).value();
  const Distance distance = Compare(whole.get(), rounded.get());
  EXPECT_LT(distance.divergence, 5e-3);
  EXPECT_GT(distance.divergence, 1e-12);
}

}  // namespace
}  // namespace ledgerline::model
