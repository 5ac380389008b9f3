// Covers with adapters, on the committed model: what the record holds, and that the same bytes come again.
#include "inference/covers/adapter_shelf.h"

#include <gtest/gtest.h>

#include "inference/covers/cover_maker.h"
#include "inference/covers/style_book.h"
#include "inference/music/smf.h"
#include "tests/inference/kernel/sample_adapter.h"
#include "tests/inference/tokens/sample_pieces.h"

namespace ledgerline::covers {
namespace {

class AdapterShelfTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    // A model that was not taught ragtime.
    model::ModelFile untaught =
        model::ParseModelFile(model::ReadFileBytes("inference/weights/ledgerline.model").value()).value();
    untaught.metadata.erase("texture.ragtime");
    base_ = new std::string(model::SerialiseModelFile(untaught));
  }
  static void TearDownTestSuite() { delete base_; }

  // Small random corrections: not music, but other music. Textures are the piano's.
  static std::string Adapter(const std::string& style, const std::string& artist = "", uint64_t seed = 5) {
    const model::ModelFile file = model::ParseModelFile(*base_).value();
    model::AdapterFile adapter =
        kernel::SampleAdapter(model::ModelConfig::FromMetadata(file.metadata).value(), *base_, 0.05f, seed);
    adapter.card.style = style;
    adapter.card.artist = artist;
    adapter.card.notes["texture." + style] = file.metadata.at("texture.piano");
    adapter.card.notes["melody." + style] = file.metadata.at("melody.piano");
    return model::SerialiseAdapterFile(adapter);
  }
  static CoverRequest Request(const std::string& style) {
    CoverRequest request;
    request.source_midi = music::WriteSmf(tokens::SampleSong(4)).value();
    request.style = style;
    request.candidates = 2;
    return request;
  }
  static CoverRecord RecordOf(const CoverResult& cover) {
    CoverRecord record;
    record.conditioning = cover.conditioning;
    record.style = cover.style;
    record.seed = cover.seed;
    record.parameters = cover.parameters;
    record.adapter_hash = cover.adapter_hash;
    return record;
  }
  static std::unique_ptr<CoverMaker> Maker() { return CoverMaker::Load(*base_).value(); }
  static std::string* base_;
};
std::string* AdapterShelfTest::base_ = nullptr;

TEST_F(AdapterShelfTest, AStyleIsOfferedWhereItsAdapterIs) {
  const std::unique_ptr<CoverMaker> maker = Maker();
  const size_t without = maker->Styles().size();
  EXPECT_EQ(maker->MakeCover(Request("ragtime")).status().code(), StatusCode::kInvalidArgument);
  const std::string bytes = Adapter("ragtime");
  ASSERT_TRUE(maker->AddAdapter(bytes).ok());
  EXPECT_EQ(maker->Styles().size(), without + 1);
  ASSERT_EQ(maker->Adapters().size(), 1u);
  EXPECT_EQ(maker->Adapters()[0].style, "ragtime");
  EXPECT_EQ(maker->Adapters()[0].hash, crypto::Sha256(bytes));
  EXPECT_EQ(maker->Adapters()[0].pieces, 2u);
  EXPECT_EQ(maker->Adapters()[0].loss_after, "2.4");

  const Result<CoverResult> cover = maker->MakeCover(Request("ragtime"));
  ASSERT_TRUE(cover.ok()) << cover.status().ToString();
  EXPECT_EQ(cover->adapter_hash, crypto::Sha256(bytes));
  EXPECT_EQ(cover->model_hash, crypto::Sha256(*base_));
  // Made anew from the record by another engine: the same bytes; without the adapter, an error that names it.
  const std::unique_ptr<CoverMaker> other = Maker();
  CoverRecord record = RecordOf(*cover);
  const Status missing = other->Regenerate(record).status();
  EXPECT_EQ(missing.code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(missing.message().find(crypto::Sha256(bytes).ToHex()), std::string::npos) << missing.message();
  record.adapter = bytes;
  EXPECT_EQ(other->Regenerate(record)->midi, cover->midi);
  record.adapter = Adapter("ragtime", "", 6);
  EXPECT_EQ(other->Regenerate(record).status().code(), StatusCode::kFailedPrecondition);
  record.adapter.clear();
  ASSERT_TRUE(other->AddAdapter(bytes).ok());
  EXPECT_EQ(other->Regenerate(record)->midi, cover->midi);
}

TEST_F(AdapterShelfTest, ANamedAdapterMakesOtherMusicAndIsInTheResult) {
  const std::unique_ptr<CoverMaker> maker = Maker();
  const CoverResult plain = maker->MakeCover(Request("piano")).value();
  EXPECT_TRUE(plain.adapter_hash.IsZero());
  CoverRequest request = Request("piano");
  request.adapter = Adapter("piano", "party-1");
  const CoverResult with = maker->MakeCover(request).value();
  EXPECT_EQ(with.adapter_hash, crypto::Sha256(request.adapter));
  EXPECT_NE(with.midi, plain.midi);
  EXPECT_EQ(maker->MakeCover(request)->midi, with.midi);
  EXPECT_EQ(maker->MakeCover(Request("piano"))->midi, plain.midi);  // it leaves no trace
  EXPECT_EQ(maker->Regenerate(RecordOf(plain))->midi, plain.midi);
}

TEST_F(AdapterShelfTest, WhatCannotBeUsedSaysWhy) {
  const std::unique_ptr<CoverMaker> maker = Maker();
  EXPECT_EQ(maker->AddAdapter(Adapter("piano")).message(),
            "adapter style \"piano\" is none that is offered as an adapter");
  EXPECT_EQ(maker->AddAdapter(Adapter("march", "party-1")).code(), StatusCode::kInvalidArgument);
  ASSERT_TRUE(maker->AddAdapter(Adapter("march")).ok());
  EXPECT_EQ(maker->AddAdapter(Adapter("march")).message(), "adapter style \"march\" is here already");
  CoverRequest request = Request("piano");
  request.adapter = Adapter("hymn");
  EXPECT_EQ(maker->MakeCover(request).status().message(), "the adapter is for the style \"hymn\", not for \"piano\"");
  request.adapter = "short";
  EXPECT_EQ(maker->MakeCover(request).status().code(), StatusCode::kDataLoss);
  model::AdapterFile other = model::ParseAdapterFile(Adapter("piano")).value();
  other.card.base = crypto::Sha256("another");
  request.adapter = model::SerialiseAdapterFile(other);
  const Status status = maker->MakeCover(request).status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(status.message().find(crypto::Sha256(*base_).ToHex()), std::string::npos);
}

}  // namespace
}  // namespace ledgerline::covers
