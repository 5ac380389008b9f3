#include "inference/covers/melody_recomposition.h"

#include <gtest/gtest.h>

#include "inference/covers/melody_continuation.h"
#include "inference/covers/plan.h"
#include "inference/model/model_file.h"
#include "tests/inference/tokens/sample_pieces.h"
#include "tools/demo_songs/song.h"

namespace ledgerline::covers {
namespace {

const model::Decoder& Model() {
  static const std::unique_ptr<model::Decoder> decoder =
      model::Decoder::Load(model::ReadFileBytes("inference/weights/ledgerline.model").value()).value();
  return *decoder;
}

tokens::Piece SongPiece(const music::Score& score, const StyleTraits& style) {
  TextureCounts textures{};
  textures[3 * tokens::kPolyphonyClasses + 3] = 1;
  return PlanCover(score, style, textures, 720, 1)->conditioning.piece;
}

std::vector<std::vector<tokens::MelodyNote>> Melodies(const tokens::Piece& piece) {
  std::vector<std::vector<tokens::MelodyNote>> all;
  for (const tokens::PieceBar& bar : piece.bars) all.push_back(bar.melody);
  return all;
}

TEST(MelodyRecomposition, KeepsWhatCarriesTheTuneAndNineTenths) {
  if (!ComposesMelodies(Model())) GTEST_SKIP() << "the committed model was not taught the melody's role";
  const StyleTraits& style = *FindStyle("art-song");
  const std::unique_ptr<model::Decoder> decoder = Model().Another();
  int told = 0;
  for (const size_t song : {1u, 5u, 8u}) {
    const tokens::Piece original = SongPiece(demo::ParseSong(demo::DemoSongs()[song].text).value().score, style);
    tokens::Piece varied = original;
    const auto counts = RecomposeMelody(decoder.get(), style, {{0, original.bars.size(), 100}}, 3, &varied);
    ASSERT_TRUE(counts.ok()) << counts.status().ToString();
    int changed = 0;
    for (size_t k = 0; k < original.bars.size(); ++k) {
      const tokens::PieceBar& bar = original.bars[k];
      changed += varied.bars[k].melody != bar.melody;
      for (const tokens::MelodyNote& note : bar.melody) {
        if (!IsStructural(bar, note)) continue;
        const auto& now = varied.bars[k].melody;
        EXPECT_TRUE(std::any_of(now.begin(), now.end(),
                                [&](const auto& n) { return n.onset == note.onset && n.pitch == note.pitch; }))
            << "bar " << k << ", onset " << note.onset;
      }
      int free_from = 0;
      for (const tokens::MelodyNote& note : varied.bars[k].melody) {
        EXPECT_GE(note.onset, free_from) << "one note at a time";
        EXPECT_GE(note.duration, 1);
        free_from = note.onset + note.duration;
      }
      EXPECT_LE(free_from, bar.length);
    }
    EXPECT_EQ(counts->at(0), changed);
    EXPECT_GE(MelodyAccuracyPermille(varied, original), 900);
    EXPECT_EQ(varied.bars.front().melody, original.bars.front().melody);
    EXPECT_EQ(varied.bars.back().melody, original.bars.back().melody);
    told += changed;
  }
  EXPECT_GT(told, 2);
}

TEST(MelodyRecomposition, FreedomSaysHowFarEachStretchMayGo) {
  if (!ComposesMelodies(Model())) GTEST_SKIP() << "the committed model was not taught the melody's role";
  const StyleTraits& style = *FindStyle("art-song");
  const std::unique_ptr<model::Decoder> decoder = Model().Another();
  const tokens::Piece original = SongPiece(tokens::SampleSong(16), style);
  const auto vary = [&](int freedom, uint64_t seed) {
    tokens::Piece piece = original;
    EXPECT_TRUE(RecomposeMelody(decoder.get(), style, {{0, 8, freedom}}, seed, &piece).ok());
    return piece;
  };
  const tokens::Piece all = vary(100, 1), some = vary(40, 1);
  EXPECT_EQ(Melodies(vary(100, 1)), Melodies(all)) << "seeded";
  tokens::Piece first = original, first_all = all;
  first.bars.resize(8), first_all.bars.resize(8);
  EXPECT_GE(MelodyAccuracyPermille(first_all, first), 900);
  EXPECT_GE(MelodyAccuracyPermille(some, original), 960);
  EXPECT_GE(MelodyAccuracyPermille(some, original), MelodyAccuracyPermille(all, original));
  for (size_t k = 8; k < original.bars.size(); ++k) EXPECT_EQ(all.bars[k].melody, original.bars[k].melody);
}

TEST(MelodyRecomposition, TheRulesVaryWhatTheModelLeaves) {
  const StyleTraits& style = *FindStyle("art-song");
  const std::unique_ptr<model::Decoder> decoder = Model().Another();
  const tokens::Piece original = SongPiece(tokens::SampleSong(16), style);
  tokens::Piece piece = original, rules = original;
  int told = -1;
  // Two bars: a first and a last, which the model leaves.
  ASSERT_TRUE(VaryByModel(decoder.get(), style, 2, &told)({{4, 6, 100}}, &piece).ok());
  VaryMelody(&rules, 4, 6, 100, 2);
  EXPECT_EQ(told, 0);
  EXPECT_EQ(Melodies(piece), Melodies(rules));
}

TEST(Roughness, IsZeroOfStepsInTheChordAndGrowsWithLeaps) {
  tokens::Piece piece;
  tokens::PieceBar bar;
  bar.chords.fill(tokens::ChordSymbolOf(0, tokens::kMajor));
  bar.melody = {{0, 64, 24, false}, {24, 62, 12, false}, {36, 62, 12, false}, {48, 60, 48, false}};
  piece.bars = {bar};
  const int64_t foreign_beat = Roughness(piece, 0);
  piece.bars[0].melody = {{0, 64, 36, false}, {36, 62, 12, false}, {48, 60, 48, false}};
  EXPECT_EQ(Roughness(piece, 0), 0) << "D passes off the beat";
  EXPECT_GT(foreign_beat, 0);
  piece.bars[0].melody = {{0, 64, 36, false}, {36, 74, 12, false}, {48, 60, 48, false}};
  EXPECT_GT(Roughness(piece, 0), foreign_beat);
}

}  // namespace
}  // namespace ledgerline::covers
