#include "inference/model/model_file.h"

#include <gtest/gtest.h>

#include <cstring>

#include "inference/model/model_config.h"

namespace ledgerline::model {
namespace {

ModelFile Sample() {
  ModelFile file;
  file.metadata = {{"format", "ledgerline-model/1"}, {"width", "192"}};
  file.tensors["b"] = {{2, 3}, {1, 2, 3, 4, 5, 6}, {}};
  file.tensors["a"] = {{2}, {-1.5f, 0.25f}, {}};
  file.tensors["c"] = {{3, 1}, {}, {-127, 0, 5}};
  return file;
}

std::string WithHeader(const std::string& header, size_t data_bytes) {
  std::string bytes(8, '\0');
  const uint64_t length = header.size();
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + std::string(data_bytes, '\0');
}

TEST(ModelFile, RoundTrips) {
  const std::string bytes = SerialiseModelFile(Sample());
  const Result<ModelFile> read = ParseModelFile(bytes);
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(read->metadata, Sample().metadata);
  ASSERT_EQ(read->tensors.size(), 3u);
  EXPECT_EQ(read->tensors.at("b").shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(read->tensors.at("b").values, Sample().tensors.at("b").values);
  EXPECT_EQ(read->tensors.at("c").codes, (std::vector<int8_t>{-127, 0, 5}));
  EXPECT_EQ(SerialiseModelFile(*read), bytes);
}

TEST(ModelFile, IsTheSafetensorsLayout) {
  // Written by hand from the format's description, not by our writer.
  const std::string header = R"({"__metadata__":{"k":"v"},"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  const Result<ModelFile> read = ParseModelFile(WithHeader(header, 8));
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(read->metadata.at("k"), "v");
  EXPECT_EQ(read->tensors.at("t").values.size(), 2u);
}

TEST(ModelFile, Bfloat16IsTheUpperHalfOfAFloat) {
  // 1.5 is 0x3fc00000, -2 is 0xc0000000; by hand from the format's description.
  const std::string header = R"({"t":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}})";
  std::string bytes = WithHeader(header, 0) + std::string("\xc0\x3f\x00\xc0", 4);
  const Result<ModelFile> read = ParseModelFile(bytes);
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(read->tensors.at("t").values, (std::vector<float>{1.5f, -2.0f}));
  ModelFile file;
  file.tensors["t"] = {{3}, {RoundToBfloat16(0.1f), RoundToBfloat16(-1e30f), 0}, {}, true};
  const std::string written = SerialiseModelFile(file);
  EXPECT_EQ(ParseModelFile(written)->tensors.at("t").values, file.tensors.at("t").values);
  EXPECT_EQ(SerialiseModelFile(*ParseModelFile(written)), written);
}

TEST(ModelFile, RoundsToTheNearestBfloat16TiesToEven) {
  EXPECT_EQ(RoundToBfloat16(1.0f), 1.0f);
  EXPECT_EQ(RoundToBfloat16(1.00390625f), 1.0f);        // half of the last place: to the even neighbour
  EXPECT_EQ(RoundToBfloat16(1.01171875f), 1.015625f);   // half again, the even neighbour is above
  EXPECT_EQ(RoundToBfloat16(1.00390637f), 1.0078125f);  // a little more than half
  EXPECT_EQ(RoundToBfloat16(-0.1f), -0.10009765625f);
}

TEST(ModelFile, EveryCutIsRefused) {
  const std::string bytes = SerialiseModelFile(Sample());
  for (size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(ParseModelFile(bytes.substr(0, size)).ok()) << size;
  EXPECT_EQ(ParseModelFile(bytes + "x").status().message(), "model file has 1 bytes that no tensor owns");
}

TEST(ModelFile, RefusesOverlapsGapsOtherTypesAndHugeShapes) {
  auto code = [](const std::string& tensor, size_t data) {
    return ParseModelFile(WithHeader("{\"t\":" + tensor + "}", data)).status().code();
  };
  EXPECT_EQ(code(R"({"dtype":"F32","shape":[2],"data_offsets":[4,12]})", 12), StatusCode::kDataLoss);
  EXPECT_EQ(code(R"({"dtype":"F32","shape":[2],"data_offsets":[0,12]})", 12), StatusCode::kDataLoss);
  EXPECT_EQ(code(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})", 4), StatusCode::kDataLoss);
  EXPECT_EQ(code(R"({"dtype":"I8","shape":[2],"data_offsets":[0,2]})", 2), StatusCode::kOk);
  EXPECT_EQ(code(R"({"dtype":"I8","shape":[2],"data_offsets":[0,8]})", 8), StatusCode::kDataLoss);
  EXPECT_EQ(code(R"({"dtype":"F16","shape":[2],"data_offsets":[0,4]})", 4), StatusCode::kInvalidArgument);
  EXPECT_EQ(code(R"({"dtype":"BF16","shape":[2],"data_offsets":[0,8]})", 8), StatusCode::kDataLoss);
  EXPECT_EQ(code(R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]})", 8),
            StatusCode::kOutOfRange);
  EXPECT_EQ(code(R"({"dtype":"F32","shape":[-1],"data_offsets":[0,8]})", 8), StatusCode::kDataLoss);
  EXPECT_EQ(code(R"({"dtype":"F32","shape":[2]})", 8), StatusCode::kDataLoss);
  EXPECT_EQ(ParseModelFile(WithHeader(std::string(5000, '['), 0)).status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(ParseModelFile(std::string("\xff\xff\xff\xff\xff\xff\xff\xff{}", 10)).status().code(),
            StatusCode::kOutOfRange);
}

TEST(ModelConfig, RoundTripsAndIsChecked) {
  ModelConfig config;
  EXPECT_EQ(*ModelConfig::FromMetadata(config.ToMetadata()), config);
  std::map<std::string, std::string> metadata = config.ToMetadata();
  metadata["layers"] = "65";
  EXPECT_EQ(ModelConfig::FromMetadata(metadata).status().message(), "layers 65 is outside 1 to 64");
  metadata["layers"] = "4x";
  EXPECT_EQ(ModelConfig::FromMetadata(metadata).status().code(), StatusCode::kInvalidArgument);
  metadata.erase("layers");
  EXPECT_EQ(ModelConfig::FromMetadata(metadata).status().message(), "the model file states no layers");
  config.heads = 5;
  EXPECT_EQ(config.Check().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace ledgerline::model
