// Infilling: composed bars hear later bars that are kept, and join their neighbours on both sides.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "inference/covers/composer.h"
#include "inference/covers/habits.h"
#include "inference/covers/plan.h"
#include "inference/covers/recipe.h"
#include "inference/covers/remix_builder.h"
#include "inference/covers/seams.h"
#include "inference/covers/style_book.h"
#include "inference/model/model_file.h"
#include "tools/demo_songs/song.h"

namespace ledgerline::covers {
namespace {

constexpr size_t kGap = 4, kLater = 6;

const model::Decoder& Model() {
  static const std::unique_ptr<model::Decoder> decoder =
      model::Decoder::Load(model::ReadFileBytes("inference/weights/ledgerline.model").value()).value();
  return *decoder;
}

// Eight bars of one chord each; bar 6 has the melody and chord of bar 4, and no earlier bar has anything of it. Every
// bar is accompanied by a chord at its beginning, but bar 6 by `attacks` of them.
tokens::Piece TwoAlike(int attacks) {
  tokens::Piece piece;
  piece.style = tokens::StyleNumber("piano");
  piece.roles = (1u << tokens::kKeysLow) | (1u << tokens::kKeysHigh);
  for (int k = 0; k < 8; ++k) {
    tokens::PieceBar bar;
    const bool alike = k == kGap || k == kLater;
    bar.chords.fill(tokens::ChordSymbolOf(alike ? 5 : k % 2 == 0 ? 0 : 7, tokens::kMajor));
    for (int n = 0; n < 4 && alike; ++n) bar.melody.push_back({24 * n, 77 - 2 * n, 24, false});
    if (!alike) bar.melody = {{0, 72 + k % 3, 60, false}, {60, 71, 36, false}};
    const int each = k == kLater ? 96 / attacks : 96;
    for (int onset = 0; onset < 96; onset += each) {
      bar.events.push_back({onset, tokens::kKeysLow, alike ? 41 : 48, tokens::DurationSymbol(each)});
      bar.events.push_back({onset, tokens::kKeysHigh, alike ? 60 : 64, tokens::DurationSymbol(each)});
    }
    piece.bars.push_back(bar);
  }
  return piece;
}

std::vector<tokens::Piece> Infilled(const tokens::Piece& piece, const std::vector<bool>& kept) {
  const std::unique_ptr<model::Decoder> decoder = Model().Another();
  std::vector<Composition> compositions =
      ComposeAll(decoder.get(), piece, RulesFor(*FindStyle("piano"), piece), {}, 1, 8, nullptr, kept).value();
  std::vector<tokens::Piece> pieces;
  for (Composition& composition : compositions) pieces.push_back(std::move(composition.piece));
  return pieces;
}

int AttacksInGap(const std::vector<tokens::Piece>& pieces) {
  int attacks = 0;
  for (const tokens::Piece& piece : pieces) {
    std::set<int> onsets;
    for (const tokens::Event& event : piece.bars[kGap].events) onsets.insert(event.onset);
    attacks += static_cast<int>(onsets.size());
  }
  return attacks;
}

TEST(Infill, HearsALaterBarThatIsKept) {
  if (Model().config().roles <= tokens::kMelodyRole) GTEST_SKIP() << "the committed model was not taught to look ahead";
  std::vector<bool> kept(8, true);
  kept[kGap] = false;
  // The bar that is like it comes later: what it does is heard, and taken up.
  const int few = AttacksInGap(Infilled(TwoAlike(1), kept)), many = AttacksInGap(Infilled(TwoAlike(8), kept));
  EXPECT_GT(many, few + 8) << "of eight candidates";
}

TEST(Infill, HearsNoLaterBarThatIsComposedItself) {
  std::vector<bool> kept(8, true);
  kept[kGap] = kept[kLater] = false;
  const std::vector<tokens::Piece> few = Infilled(TwoAlike(1), kept), many = Infilled(TwoAlike(8), kept);
  for (size_t c = 0; c < few.size(); ++c) EXPECT_EQ(few[c].bars[kGap].events, many[c].bars[kGap].events);
}

TEST(Seams, AreMovesOfPartsAtBothEndsOfWhatIsComposed) {
  tokens::Piece piece = TwoAlike(1);
  std::vector<bool> kept(8, true);
  EXPECT_EQ(SeamCostPpm(piece, kept), 0);
  EXPECT_EQ(SeamCostPpm(piece, {}), 0);
  kept[kGap] = false;
  EXPECT_EQ(MovesBefore(piece, kept).moves, 2);
  EXPECT_EQ(MovesBefore(piece, kept).semitones, 7 + 4);  // 48 to 41, 64 to 60
  EXPECT_EQ(MovesBehind(piece, kept).semitones, 7 + 4);
  EXPECT_EQ(MovesBehind(piece, kept).wide, 0);
  const int64_t near = SeamCostPpm(piece, kept);
  piece.bars[kGap].events.back().pitch = 84;
  EXPECT_EQ(MovesBehind(piece, kept).wide, 1);
  EXPECT_GT(SeamCostPpm(piece, kept), near);
  // A part that rests on one side makes no move.
  piece.bars[kGap].events.pop_back();
  EXPECT_EQ(MovesBehind(piece, kept).moves, 1);
}

// Of the candidates that pass, the one whose seams and measures together are best is chosen: over the songs, seams are
// no wider than people's own (5.6 semitones before and 4.8 behind, in pieces of the split valid), but for a little.
TEST(Infill, JoinsItsNeighboursOnBothSides) {
  RemixPlan plan;
  plan.infill_first = 5;
  plan.infill_last = 6;
  const StyleTraits& style = *FindStyle("art-song");
  const std::unique_ptr<model::Decoder> decoder = Model().Another();
  SeamMoves before, behind;
  for (const size_t song : {0u, 3u, 6u, 8u, 10u}) {
    const music::Score score = demo::ParseSong(demo::DemoSongs()[song].text)->score;
    BuiltRemix built = BuildRemix(plan, {score}, style, TexturesFrom(decoder->metadata(), style.name).value(),
                                  MeanMelodyFrom(decoder->metadata(), style.name).value(), Hash256(), 1)
                           .value();
    Recipe recipe;
    recipe.conditioning = std::move(built.blob.conditioning);
    recipe.directions = std::move(built.blob.directions);
    recipe.style = &style;
    recipe.seed = 1;
    recipe.candidates = 6;
    const Made made = Make(recipe, decoder.get(), BorrowingGuard(), {}).value();
    ASSERT_GE(made.chosen, 0) << *made.candidates[0].rejected;
    const tokens::Piece& piece = made.best().composition.piece;
    const std::vector<bool>& kept = recipe.directions.kept;
    before.moves += MovesBefore(piece, kept).moves;
    before.semitones += MovesBefore(piece, kept).semitones;
    behind.moves += MovesBehind(piece, kept).moves;
    behind.semitones += MovesBehind(piece, kept).semitones;
    for (const Candidate& other : made.candidates) {
      if (other.rejected) continue;
      const int64_t rank = RankingScorePpm(other.measures, other.composition.nats_per_note, HabitsOf(style.name));
      EXPECT_EQ(other.score_ppm, std::max<int64_t>(0, rank - SeamCostPpm(other.composition.piece, kept)));
    }
  }
  ASSERT_GT(before.moves, 5);
  ASSERT_GT(behind.moves, 5);
  EXPECT_LE(before.semitones, 6 * before.moves);
  EXPECT_LE(behind.semitones, 6 * behind.moves);
}

}  // namespace
}  // namespace ledgerline::covers
