// Candidates do not depend on what they are composed beside, nor on the processor's vector width, nor on threads.
#include "inference/covers/composer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <thread>

#include "inference/covers/plan.h"
#include "inference/covers/style_book.h"
#include "inference/kernel/exact_decoder.h"
#include "inference/model/model_file.h"
#include "tests/inference/tokens/sample_pieces.h"

namespace ledgerline::covers {
namespace {

class ComposerTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    bytes_ = new std::string(model::ReadFileBytes("inference/weights/ledgerline.model").value());
    const std::unique_ptr<model::Decoder> decoder = model::Decoder::Load(*bytes_).value();
    const StyleTraits* style = FindStyle("art-song");
    plan_ =
        new CoverPlan(PlanCover(tokens::SampleSong(12), *style, TexturesFrom(decoder->metadata(), style->name).value(),
                                MeanMelodyFrom(decoder->metadata(), style->name).value(), 1)
                          .value());
  }
  static std::unique_ptr<model::Decoder> Load(kernel::Path path) {
    const Result<const kernel::Ops*> ops = kernel::OpsOf(path);
    return ops.ok() ? kernel::ExactDecoder::Load(*bytes_, **ops, kernel::Precision::kInt8).value() : nullptr;
  }
  static std::vector<Composition> ComposeSome(model::Decoder* decoder, int candidates) {
    return ComposeAll(decoder, plan_->conditioning.piece, plan_->rules, {}, 5, candidates, nullptr).value();
  }
  static void ExpectSame(const Composition& a, const Composition& b) {
    ASSERT_EQ(a.piece.bars.size(), b.piece.bars.size());
    for (size_t k = 0; k < a.piece.bars.size(); ++k) EXPECT_EQ(a.piece.bars[k].events, b.piece.bars[k].events) << k;
    EXPECT_EQ(a.nats_per_note, b.nats_per_note);  // to the bit: it decides the ranking
    EXPECT_EQ(a.rows, b.rows);
  }
  static std::string* bytes_;
  static CoverPlan* plan_;
};
std::string* ComposerTest::bytes_ = nullptr;
CoverPlan* ComposerTest::plan_ = nullptr;

TEST_F(ComposerTest, GuidanceMovesAwayFromWhatWouldBePlayedWithoutTheStyle) {
  const std::unique_ptr<model::Decoder> decoder = model::Decoder::Load(*bytes_).value();
  tokens::Piece plan = plan_->conditioning.piece;
  auto compose = [&](int permille) {
    ComposerSettings settings;
    settings.style_guidance_permille = permille;
    return std::move(ComposeAll(decoder.get(), plan, plan_->rules, settings, 5, 1, nullptr).value()[0]);
  };
  EXPECT_NE(compose(0).nats_per_note, compose(3200).nats_per_note);
  // Where no style is asked for, there is nothing to move away from.
  plan.style = 0;
  const Composition plain = compose(0), guided = compose(3200);
  ExpectSame(plain, guided);
}

TEST(ComposerSettingsTest, ARecordThatStatesNoGuidanceOrReturnsHadNone) {
  std::map<std::string, std::string> parameters = ComposerSettings().ToParameters();
  EXPECT_EQ(ComposerSettings::FromParameters(parameters)->style_guidance_permille, 3600);
  parameters.erase("style_guidance_permille");
  EXPECT_EQ(ComposerSettings::FromParameters(parameters)->style_guidance_permille, 0);
  parameters.erase("returns");
  EXPECT_FALSE(ComposerSettings::FromParameters(parameters)->returns);
  parameters["returns"] = "2";
  EXPECT_EQ(ComposerSettings::FromParameters(parameters).status().message(), "returns 2 is outside 0 to 1");
  parameters["returns"] = "1";
  EXPECT_TRUE(ComposerSettings::FromParameters(parameters)->returns);
  parameters["style_guidance_permille"] = "10001";
  EXPECT_EQ(ComposerSettings::FromParameters(parameters).status().message(),
            "style_guidance_permille 10001 is outside 0 to 10000");
}

TEST_F(ComposerTest, ABarThatReturnsWholeIsTheFirstOneNoteForNote) {
  const std::unique_ptr<model::Decoder> decoder = model::Decoder::Load(*bytes_).value();
  std::vector<Return> returns(12);
  for (const int k : {5, 6, 7, 9}) returns[static_cast<size_t>(k)] = {k - 4, k < 9};  // 9 nearly
  const auto compose = [&](const std::vector<Return>& form, int lean) {
    ComposerSettings settings;
    settings.return_lean_permille = lean;
    return std::move(
        ComposeAll(decoder.get(), plan_->conditioning.piece, plan_->rules, settings, 5, 2, nullptr, {}, form).value());
  };
  const std::vector<Composition> plain = compose({}, 3000), formed = compose(returns, 3000);
  for (size_t c = 0; c < 2; ++c) {
    const std::vector<tokens::PieceBar>& bars = formed[c].piece.bars;
    for (size_t k = 0; k < 5; ++k) EXPECT_EQ(bars[k].events, plain[c].piece.bars[k].events) << k;
    for (const size_t k : {5u, 6u, 7u}) EXPECT_EQ(bars[k].events, bars[k - 4].events) << k;
    EXPECT_FALSE(bars[8].events.empty());
    EXPECT_EQ(formed[c].rows, compose(returns, 3000)[c].rows);
  }
  EXPECT_NE(formed[0].piece.bars[5].events, formed[1].piece.bars[5].events);  // what returns is each candidate's own
  // Leant on far enough, what is nearly taken up is the same, but for what the grammar wants.
  const std::vector<tokens::PieceBar> leaning = compose(returns, 20'000)[0].piece.bars;
  size_t shared = 0;
  for (const tokens::Event& event : leaning[9].events) {
    shared += std::count(leaning[5].events.begin(), leaning[5].events.end(), event) != 0;
  }
  EXPECT_GE(shared * 10, leaning[5].events.size() * 8);
  // A bar that returns varied is leant on by two fifths of that.
  const std::vector<tokens::PieceBar> two_fifths = compose(returns, 1000)[0].piece.bars;
  EXPECT_NE(compose(returns, 2500)[0].piece.bars[9].events, two_fifths[9].events);
  returns[9].varied = true;
  EXPECT_EQ(compose(returns, 2500)[0].piece.bars[9].events, two_fifths[9].events);
}

TEST_F(ComposerTest, WhatIsMeasuredEndsWhereTheNextNoteBegins) {
  const std::unique_ptr<model::Decoder> decoder = model::Decoder::Load(*bytes_).value();
  const StyleTraits* style = FindStyle("string-quartet");
  const CoverPlan plan =
      PlanCover(tokens::SampleSong(12), *style, TexturesFrom(decoder->metadata(), style->name).value(),
                MeanMelodyFrom(decoder->metadata(), style->name).value(), 1)
          .value();
  int lines = 0;
  const std::vector<Composition> compositions =
      ComposeAll(decoder.get(), plan.conditioning.piece, plan.rules, {}, 5, 8, nullptr).value();
  for (const Composition& composition : compositions) {
    for (const tokens::PieceBar& bar : composition.piece.bars) {
      std::map<int, const tokens::Event*> before;
      for (const tokens::Event& event : bar.events) {
        const tokens::Event*& last = before[event.role];
        if (last != nullptr) {
          const auto symbol = static_cast<size_t>(last->duration);
          // The next shorter symbol would not reach the next note.
          if (symbol > 0) {
            EXPECT_LT(last->onset + tokens::kDurationTicks[symbol - 1], event.onset);
          }
          ++lines;
        }
        last = &event;
      }
    }
  }
  EXPECT_GT(lines, 100);
}

TEST_F(ComposerTest, ACandidateIsTheSameAloneAndBesideOthers) {
  const std::unique_ptr<model::Decoder> decoder = model::Decoder::Load(*bytes_).value();
  const std::vector<Composition> many = ComposeSome(decoder.get(), 7), few = ComposeSome(decoder.get(), 2),
                                 one = ComposeSome(decoder.get(), 1);
  ASSERT_EQ(many.size(), 7u);
  ExpectSame(many[0], one[0]);
  ExpectSame(many[0], few[0]);
  ExpectSame(many[1], few[1]);
  int notes = 0;
  for (const tokens::PieceBar& bar : many[0].piece.bars) notes += static_cast<int>(bar.events.size());
  EXPECT_GT(notes, 12);
  EXPECT_NE(many[0].nats_per_note, many[1].nats_per_note);  // other streams make other covers
}

TEST_F(ComposerTest, EveryPathComposesTheSameNotes) {
  const std::unique_ptr<model::Decoder> scalar = Load(kernel::Path::kScalar);
  const std::vector<Composition> expected = ComposeSome(scalar.get(), 2);
  for (const kernel::Path path : {kernel::Path::kAvx2, kernel::Path::kAvx512}) {
    const std::unique_ptr<model::Decoder> decoder = Load(path);
    if (decoder == nullptr) continue;
    const std::vector<Composition> composed = ComposeSome(decoder.get(), 2);
    for (size_t c = 0; c < 2; ++c) ExpectSame(composed[c], expected[c]);
  }
}

TEST_F(ComposerTest, TwoThreadsOnOneModelComposeTheSameNotes) {
  const std::unique_ptr<model::Decoder> decoder = model::Decoder::Load(*bytes_).value(), other = decoder->Another();
  const std::vector<Composition> expected = ComposeSome(decoder.get(), 3);
  std::vector<Composition> a, b;
  std::thread one([&] { a = ComposeSome(decoder.get(), 3); }), two([&] { b = ComposeSome(other.get(), 3); });
  one.join();
  two.join();
  for (size_t c = 0; c < 3; ++c) {
    ExpectSame(a[c], expected[c]);
    ExpectSame(b[c], expected[c]);
  }
}

}  // namespace
}  // namespace ledgerline::covers
