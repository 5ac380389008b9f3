#include "inference/kernel/adapter_merge.h"

#include <gtest/gtest.h>

#include <cstring>

#include "inference/kernel/exact_decoder.h"
#include "inference/kernel/matrix.h"
#include "inference/kernel/stored_tensors.h"
#include "tests/inference/kernel/sample_adapter.h"
#include "tests/inference/kernel/sample_model.h"
#include "tests/inference/model/sample_shape.h"

namespace ledgerline::kernel {
namespace {

const model::ModelConfig kShape = model::SmallShape(2, 64);

// Logits of pitch after a few rows, as bytes; `adapter` may be empty.
std::string Logits(const std::string& base, const std::string& adapter, Path path) {
  const auto ops = OpsOf(path);
  if (!ops.ok()) return "";
  const auto decoder = ExactDecoder::Load(base, **ops, Precision::kInt8, adapter).value();
  tokens::Row row{};
  row[tokens::kBarIndex] = 0;
  EXPECT_TRUE(decoder->Read({row, row, row}, {tokens::BarRow{}}, {1}).ok());
  const std::span<const float> logits = decoder->Pitch(row).value();
  return std::string(reinterpret_cast<const char*>(logits.data()), logits.size() * sizeof(float));
}

// W + (alpha / r) B A, one rounding after the other, with volatile numbers that no compiler may fuse or reorder.
float ByHand(float weight, const model::AdapterFile& adapter, const model::AdaptedRows& rows, int64_t row,
             int64_t column) {
  const std::vector<float>&a = adapter.tensors.at(rows.pair + "/a").values,
        &b = adapter.tensors.at(rows.pair + "/b").values;
  const int64_t rank = adapter.card.rank;
  volatile float sum = 0;
  for (int64_t k = 0; k < rank; ++k) {
    volatile float product = b[static_cast<size_t>(row * rank + k)] * a[static_cast<size_t>(k * rows.inputs + column)];
    sum = sum + product;
  }
  volatile float scale = static_cast<float>(adapter.card.alpha) / static_cast<float>(rank);
  volatile float added = scale * sum;
  volatile float merged = weight + added;
  return merged;
}

TEST(AdapterMerge, EveryAdaptedWeightIsTheSumInTheStatedOrder) {
  const model::ModelFile base = SampleModel(kShape);
  const model::AdapterFile adapter = SampleAdapter(kShape, model::SerialiseModelFile(base));
  const model::ModelFile merged = MergeAdapter(base, adapter).value();
  model::ModelFile expected = base;
  for (const model::AdaptedRows& rows : model::AdaptedRowsOf(kShape)) {
    std::vector<float>& weights = expected.tensors.at(rows.matrix).values;
    for (int64_t n = 0; n < rows.count; ++n) {
      for (int64_t i = 0; i < rows.inputs; ++i) {
        float& weight = weights[static_cast<size_t>((rows.first + n) * rows.inputs + i)];
        weight = ByHand(weight, adapter, rows, n, i);
      }
    }
  }
  for (const auto& [name, tensor] : merged.tensors) {
    EXPECT_EQ(tensor.values, expected.tensors.at(name).values) << name;
  }
  EXPECT_NE(merged.tensors.at("layers/1/gate_up").values, base.tensors.at("layers/1/gate_up").values);
}

TEST(AdapterMerge, AQuantisedBaseIsQuantisedAnewWhereItIsAdaptedAndNowhereElse) {
  const model::ModelFile base = QuantiseModelFile(SampleModel(kShape));
  const model::AdapterFile adapter = SampleAdapter(kShape, model::SerialiseModelFile(base));
  const model::ModelFile merged = MergeAdapter(base, adapter).value();
  const std::string name = "layers/0/query_key_value";
  const model::StoredTensor &before = base.tensors.at(name), &after = merged.tensors.at(name);
  const std::vector<float>&scales = base.tensors.at(name + "/scales").values,
        &anew = merged.tensors.at(name + "/scales").values;
  const model::AdaptedRows query = model::AdaptedRowsOf(kShape)[0];
  ASSERT_EQ(query.matrix, name);
  for (size_t n = 0; n < 48 + 48; ++n) {  // 48 rows of queries, 24 of keys, 24 of values
    const bool keys = n >= 48 && n < 72;  // they have no pair
    std::vector<float> row(48);
    for (size_t i = 0; i < 48 && !keys; ++i) {
      const float weight = static_cast<float>(before.codes[n * 48 + i]) * scales[n];
      row[i] = ByHand(weight, adapter, n < 48 ? query : model::AdaptedRowsOf(kShape)[1],
                      static_cast<int64_t>(n < 48 ? n : n - 72), static_cast<int64_t>(i));
    }
    const std::vector<int8_t> codes(after.codes.begin() + static_cast<ptrdiff_t>(n * 48),
                                    after.codes.begin() + static_cast<ptrdiff_t>(n * 48 + 48));
    if (keys) {
      EXPECT_TRUE(std::equal(codes.begin(), codes.end(), before.codes.begin() + static_cast<ptrdiff_t>(n * 48)));
      EXPECT_EQ(anew[n], scales[n]);
    } else {
      const QuantisedWeights expected = QuantiseWeights(row, 1, 48);
      EXPECT_EQ(codes, expected.codes) << n;
      EXPECT_EQ(anew[n], expected.scales[0]) << n;
    }
  }
  EXPECT_EQ(merged.tensors.at("layers/0/down").codes, base.tensors.at("layers/0/down").codes);
}

TEST(AdapterMerge, EveryPathGivesTheSameBitsAndOthersThanTheBase) {
  for (const bool quantised : {false, true}) {
    const model::ModelFile file = SampleModel(kShape);
    const std::string base = model::SerialiseModelFile(quantised ? QuantiseModelFile(file) : file);
    const std::string adapter = model::SerialiseAdapterFile(SampleAdapter(kShape, base));
    const std::string truth = Logits(base, adapter, Path::kScalar);
    EXPECT_NE(truth, Logits(base, "", Path::kScalar));
    for (const Path path : {Path::kAvx2, Path::kAvx512}) {
      if (OpsOf(path).ok()) {
        EXPECT_EQ(Logits(base, adapter, path), truth);
      }
    }
  }
}

TEST(AdapterMerge, TheMergedFileIsTheSameModel) {
  const std::string base = model::SerialiseModelFile(QuantiseModelFile(SampleModel(kShape)));
  const model::AdapterFile adapter = SampleAdapter(kShape, base);
  const std::string merged = model::SerialiseModelFile(MergeAdapter(*model::ParseModelFile(base), adapter).value());
  EXPECT_EQ(Logits(merged, "", Path::kScalar), Logits(base, model::SerialiseAdapterFile(adapter), Path::kScalar));
}

TEST(AdapterMerge, AnAdapterOfZerosChangesAFloatBaseNowhere) {
  const std::string base = model::SerialiseModelFile(SampleModel(kShape));
  const std::string adapter = model::SerialiseAdapterFile(SampleAdapter(kShape, base, 0));
  EXPECT_EQ(Logits(base, adapter, Path::kScalar), Logits(base, "", Path::kScalar));
}

TEST(AdapterMerge, BringsTheStylesTexturesAlong) {
  const model::ModelFile base = SampleModel(kShape);
  model::AdapterFile adapter = SampleAdapter(kShape, model::SerialiseModelFile(base));
  adapter.card.notes["texture.ragtime"] = "1,2";
  adapter.card.notes["melody.ragtime"] = "720";
  const model::ModelFile merged = MergeAdapter(base, adapter).value();
  EXPECT_EQ(merged.metadata.at("texture.ragtime"), "1,2");
  EXPECT_EQ(merged.metadata.at("melody.ragtime"), "720");
  EXPECT_EQ(merged.metadata.at("format"), "ledgerline-model/1");
  EXPECT_EQ(merged.metadata.count("loss_after"), 0u);
}

TEST(AdapterMerge, AnotherBaseIsRefusedWithBothHashes) {
  const std::string base = model::SerialiseModelFile(SampleModel(kShape));
  model::AdapterFile adapter = SampleAdapter(kShape, "another");
  const Status status =
      ExactDecoder::Load(base, **ChooseOps(), Precision::kInt8, model::SerialiseAdapterFile(adapter)).status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(status.message().find(crypto::Sha256(base).ToHex()), std::string::npos) << status.message();
  EXPECT_NE(status.message().find(crypto::Sha256("another").ToHex()), std::string::npos) << status.message();
}

TEST(AdapterMerge, AnAdapterOfAnotherShapeIsRefused) {
  const std::string base = model::SerialiseModelFile(SampleModel(kShape));
  const auto status = [&](model::AdapterFile adapter) {
    return ExactDecoder::Load(base, **ChooseOps(), Precision::kInt8, model::SerialiseAdapterFile(adapter)).status();
  };
  model::ModelConfig deeper = kShape;
  deeper.layers = 3;
  EXPECT_EQ(status(SampleAdapter(deeper, base)).message(), "the adapter file has 18 tensors; its base takes 12");
  deeper.layers = 1;
  EXPECT_EQ(status(SampleAdapter(deeper, base)).message(), "the adapter file lacks tensor layers/1/query/a");
  model::ModelConfig wider = kShape;
  wider.hidden = 64;
  EXPECT_EQ(status(SampleAdapter(wider, base)).message(),
            "adapter tensor layers/0/up/b has another shape than [56, 3]");
}

TEST(AdapterMerge, WeightsThatLeaveTheKernelsBoundAreRefused) {
  const std::string base = model::SerialiseModelFile(QuantiseModelFile(SampleModel(kShape)));
  const std::string adapter = model::SerialiseAdapterFile(SampleAdapter(kShape, base, 150.0f));
  EXPECT_EQ(ExactDecoder::Load(base, **ChooseOps(), Precision::kInt8, adapter).status().code(),
            StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace ledgerline::kernel
