#include "inference/influence/influence_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/inference/influence/sample_index.h"

namespace ledgerline::influence {
namespace {

using testing::HasSubstr;

TEST(InfluenceIndexTest, WhatIsWrittenIsRead) {
  const InfluenceIndex index = SampleIndex(7, 3, 2);
  const std::string bytes = index.Serialise().value();
  const InfluenceIndex read = InfluenceIndex::Parse(bytes).value();
  EXPECT_EQ(read.model, index.model);
  EXPECT_EQ(read.served, index.served);
  EXPECT_EQ(read.method, index.method);
  EXPECT_EQ(read.matrices, 3u);
  EXPECT_EQ(read.pieces, index.pieces);
  EXPECT_EQ(read.gradients, index.gradients);
  EXPECT_EQ(read.Serialise().value(), bytes);
  EXPECT_EQ(read.GradientOf(6).size(), 12u);
  EXPECT_EQ(read.GradientOf(6)[11], index.gradients.back());
}

TEST(InfluenceIndexTest, EveryPrefixAndEveryTailIsRefused) {
  const std::string bytes = SampleIndex(3, 2, 1).Serialise().value();
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(InfluenceIndex::Parse(bytes.substr(0, size)).status().code(), StatusCode::kInvalidArgument) << size;
  }
  EXPECT_THAT(InfluenceIndex::Parse(bytes + '\0').status().message(), HasSubstr("25 bytes, 24 are due"));
}

TEST(InfluenceIndexTest, BoundsAreNamed) {
  const auto refused = [](auto change) {
    InfluenceIndex index = SampleIndex(3, 2, 1);
    change(index);
    return index.Serialise().status().message();
  };
  EXPECT_THAT(refused([](auto& i) { i.method.rank = 65; }), HasSubstr("rank 65 is outside 1 to 64"));
  EXPECT_THAT(refused([](auto& i) { i.method.rows = 0; }), HasSubstr("rows 0"));
  EXPECT_THAT(refused([](auto& i) { i.method.damping_ppm = 0; }), HasSubstr("damping_ppm 0"));
  EXPECT_THAT(refused([](auto& i) { i.matrices = 4097; }), HasSubstr("matrices 4097 is outside 1 to 4096"));
  EXPECT_THAT(refused([](auto& i) { i.pieces.clear(); }), HasSubstr("pieces 0"));
  EXPECT_THAT(refused([](auto& i) { std::swap(i.pieces[0], i.pieces[1]); }), HasSubstr("does not ascend"));
  EXPECT_THAT(refused([](auto& i) { i.pieces[1].id = i.pieces[0].id; }), HasSubstr("does not ascend"));
  EXPECT_THAT(refused([](auto& i) { i.pieces[1].composer = std::string(256, 'x'); }), HasSubstr("outside 0 to 255"));
  EXPECT_THAT(refused([](auto& i) { i.pieces[1].events = 0; }), HasSubstr("events 0"));
  EXPECT_THAT(refused([](auto& i) { i.pieces[1].events = i.pieces[1].notes + 1; }), HasSubstr("events 102"));
  // 4096 * 64 * 64 numbers of four bytes a piece: eight pieces are what an index may hold, before any is read.
  const auto of_pieces = [&](int count) {
    return refused([count](auto& i) {
      i.matrices = 4096;
      i.method.rank = 64;
      i.pieces.resize(1);
      for (int piece = 1; piece < count; ++piece) {
        i.pieces.push_back(i.pieces[0]);
        i.pieces.back().id += std::to_string(100 + piece);
      }
    });
  };
  EXPECT_THAT(of_pieces(8), HasSubstr("6 are not 8 x 16777216"));
  EXPECT_THAT(of_pieces(9), HasSubstr("bytes of gradients 603979776 is outside 4 to 536870912"));
  EXPECT_THAT(refused([](auto& i) { i.gradients[5] = NAN; }), HasSubstr("number 5 is not finite"));
  EXPECT_THAT(refused([](auto& i) { i.gradients.pop_back(); }), HasSubstr("5 are not 3 x 2"));
}

TEST(InfluenceIndexTest, TheMethodIsNamedWithItsNumbers) {
  EXPECT_EQ(InfluenceMethod{}.Name(), "ledgerline-influence/1 rank 6 rows 1536 damping 100000 seed 1");
}

TEST(InfluenceIndexTest, ProjectionsFollowFromTheSeedAndKeepLengths) {
  InfluenceMethod method;
  method.rank = 4;
  const std::vector<float> outputs = ProjectionOf(method, 3, true, 500);
  ASSERT_EQ(outputs.size(), 2000u);
  double sum = 0;
  for (const float value : outputs) {
    EXPECT_EQ(std::abs(value), 0.5f);
    sum += value;
  }
  EXPECT_LT(std::abs(sum / 2000), 0.05);  // fair signs: 4.5 standard deviations
  EXPECT_EQ(outputs, ProjectionOf(method, 3, true, 500));
  EXPECT_NE(outputs, ProjectionOf(method, 3, false, 500));
  EXPECT_NE(outputs, ProjectionOf(method, 4, true, 500));
  EXPECT_NE(outputs, ProjectionOf(method, 4, false, 500)) << "of neighbours, too";
  method.seed = 2;
  EXPECT_NE(outputs, ProjectionOf(method, 3, true, 500));
}

TEST(InfluenceIndexTest, LayersAndStagesAreMeasuredAndNothingElse) {
  for (const char* name : {"layers/0/query_key_value", "layers/5/down", "pitch/enter", "onset/gate_up"}) {
    EXPECT_TRUE(IsMeasured(name)) << name;
  }
  for (const char* name : {"rows/pitch", "pitch/head", "layers/0/feed_norm", "bars/project", "out_norm"}) {
    EXPECT_FALSE(IsMeasured(name)) << name;
  }
}

}  // namespace
}  // namespace ledgerline::influence
