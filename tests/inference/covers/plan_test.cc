#include "inference/covers/plan.h"

#include <gtest/gtest.h>

#include "inference/covers/cover_score.h"
#include "inference/covers/habits.h"
#include "tests/inference/tokens/sample_pieces.h"

namespace ledgerline::covers {
namespace {

TextureCounts Textures() {
  TextureCounts counts{};
  counts[3 * tokens::kPolyphonyClasses + 3] = 100;
  counts[5 * tokens::kPolyphonyClasses + 2] = 60;
  counts[0] = 1'000;  // silent bars are never planned
  return counts;
}

Result<CoverPlan> Plan(const music::Score& source, std::string_view style, uint64_t seed = 1) {
  return PlanCover(source, *FindStyle(style), Textures(), 720, seed);
}

TEST(Plan, TheMelodyIsTheSources) {
  const music::Score song = tokens::SampleSong(8);
  const Result<CoverPlan> plan = Plan(song, "string-quartet");
  ASSERT_TRUE(plan.ok()) << plan.status().ToString();
  const std::vector<music::Note> melody = MelodyOf(plan->conditioning.piece);
  ASSERT_EQ(melody.size(), song.parts[0].notes.size());
  const int shift = melody[0].pitch - song.parts[0].notes[0].pitch;
  EXPECT_EQ(shift % 12, 0);
  for (size_t i = 0; i < melody.size(); ++i) {
    EXPECT_EQ(melody[i].pitch, song.parts[0].notes[i].pitch + shift);
    EXPECT_EQ(melody[i].onset, song.parts[0].notes[i].onset / 20);
  }
  EXPECT_EQ(plan->source_bars, 8);
  EXPECT_EQ(plan->used_bars, 8);
  EXPECT_EQ(tokens::ChordName(plan->conditioning.piece.bars[2].chords[0]), "G");
}

TEST(Plan, DancesInThreeAreReMetredAndSaySo) {
  const Result<CoverPlan> plan = Plan(tokens::SampleSong(4), "waltz");
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->choices.at("metre"), "re-metred to 3/4");
  EXPECT_EQ(plan->conditioning.piece.bars.size(), 8u);
  EXPECT_EQ(plan->used_bars, 4);  // in the source's bars
  EXPECT_EQ(Plan(tokens::SampleSong(4), "hymn")->choices.at("metre"), "as the source");
}

TEST(Plan, AChoirIsNoBusierThanItsTuneAndADanceHasItsBeats) {
  TextureCounts counts{};
  counts[1 * tokens::kPolyphonyClasses + 3] = counts[3 * tokens::kPolyphonyClasses + 3] =
      counts[5 * tokens::kPolyphonyClasses + 3] = counts[5 * tokens::kPolyphonyClasses + 1] = 100;
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    // The sample's melody has one note a quarter.
    const CoverPlan hymn = PlanCover(tokens::SampleSong(16), *FindStyle("hymn"), counts, 720, seed).value();
    const CoverPlan waltz = PlanCover(tokens::SampleSong(16), *FindStyle("waltz"), counts, 720, seed).value();
    for (const tokens::PieceBar& bar : hymn.conditioning.piece.bars) EXPECT_LE(bar.density, 3);
    for (size_t k = 0; k + 1 < waltz.conditioning.piece.bars.size(); ++k) {
      EXPECT_GE(waltz.conditioning.piece.bars[k].density, 2);  // three beats, or a class less in the second face
    }
  }
}

TEST(Plan, TexturesAreAsThinAsTheEnsembleMakesSense) {
  TextureCounts counts{};
  for (int polyphony = 1; polyphony <= 3; ++polyphony)
    counts[static_cast<size_t>(3 * tokens::kPolyphonyClasses + polyphony)] = 100;
  const auto thinnest = [&](std::string_view style) {
    int found = tokens::kPolyphonyClasses;
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      const CoverPlan plan = PlanCover(tokens::SampleSong(16), *FindStyle(style), counts, 720, seed).value();
      for (size_t k = 0; k + 1 < plan.conditioning.piece.bars.size(); ++k)
        found = std::min(found, plan.conditioning.piece.bars[k].polyphony);
    }
    return found;
  };
  EXPECT_EQ(thinnest("hymn"), 3);
  EXPECT_EQ(thinnest("piano"), 2);
  EXPECT_EQ(thinnest("waltz"), 2);
  EXPECT_EQ(thinnest("string-quartet"), 2);
  EXPECT_EQ(thinnest("guitar"), 1);
}

TEST(Plan, TexturesComeFromTheStyleAndTheSeed) {
  bool differ = false;
  std::string first;
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    const Result<CoverPlan> plan = Plan(tokens::SampleSong(16), "piano", seed);
    ASSERT_TRUE(plan.ok());
    for (const tokens::PieceBar& bar : plan->conditioning.piece.bars) EXPECT_GT(bar.density, 0);
    if (first.empty()) first = plan->choices.at("textures");
    differ = differ || plan->choices.at("textures") != first;
    EXPECT_EQ(plan->choices.at("textures"), Plan(tokens::SampleSong(16), "piano", seed)->choices.at("textures"));
  }
  EXPECT_TRUE(differ);
}

TEST(Plan, BarsAreBusierAndCalmerWhereTheSongsOwnAccompanimentIs) {
  TextureCounts counts{};
  for (int density = 1; density < 7; ++density)
    counts[static_cast<size_t>(density * tokens::kPolyphonyClasses + 3)] = 100;
  music::Score song = tokens::SampleSong(16);
  for (int64_t tick = 3 * 1920; tick < 4 * 1920; tick += 120) song.parts[2].notes.push_back({tick, 120, 50, 80});
  std::erase_if(song.parts[2].notes,
                [](const music::Note& note) { return note.onset / 1920 == 5 && note.onset % 1920 > 0; });
  const auto densities = [&](uint64_t seed) {
    const Result<CoverPlan> plan = PlanCover(song, *FindStyle("art-song"), counts, 720, seed);
    std::vector<int> bars;
    for (const tokens::PieceBar& bar : plan.value().conditioning.piece.bars) bars.push_back(bar.density);
    return bars;
  };
  int moved = 0;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const std::vector<int> bars = densities(seed);
    EXPECT_TRUE(bars[3] == bars[2] + 1 || bars[2] == 6) << seed;  // busier by one class, if the style has it
    EXPECT_TRUE(bars[5] == bars[6] - 1 || bars[6] == 1) << seed;  // calmer
    EXPECT_EQ(bars[1], bars[2]) << seed;
    moved += bars[3] > bars[2];
    EXPECT_GE(bars[1], bars[9]) << seed;  // the section around the busy bar has the busier face
  }
  EXPECT_GT(moved, 0);
}

TEST(Plan, ABareMelodyGetsFunctionalHarmony) {
  music::Score song = tokens::SampleSong(8);
  song.parts.resize(1);
  const Result<CoverPlan> plan = Plan(song, "art-song");
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->choices.at("chords"), "functional harmony of the bare melody");
  EXPECT_NE(plan->conditioning.piece.bars[0].chords[0], tokens::kNoChord);
}

TEST(Plan, RefusesSilenceAndSongsBeyondTheBound) {
  music::Score silent;
  EXPECT_EQ(Plan(silent, "piano").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Plan(tokens::SampleSong(kMaxCoverBars + 1), "piano").status().message(),
            "the song has 513 bars; the bound is 512");
  EXPECT_TRUE(Plan(tokens::SampleSong(kMaxCoverBars), "piano").ok());
}

TEST(StyleBook, TexturesSurviveTheMetadata) {
  std::map<std::string, std::string> metadata = {{"texture.waltz", FormatTextures(Textures())}};
  EXPECT_EQ(*TexturesFrom(metadata, "waltz"), Textures());
  EXPECT_EQ(TexturesFrom(metadata, "hymn").status().code(), StatusCode::kFailedPrecondition);
  metadata["texture.waltz"] += ",1";
  EXPECT_EQ(TexturesFrom(metadata, "waltz").status().code(), StatusCode::kInvalidArgument);
  metadata["texture.waltz"] = "1,2,3";
  EXPECT_EQ(TexturesFrom(metadata, "waltz").status().code(), StatusCode::kInvalidArgument);
}

// In nats, as the grammar adds them.
TEST(Plan, TheBassLeansAsTheStyleDoes) {
  const tokens::Piece piece = tokens::RandomPiece(1, 4);
  EXPECT_FLOAT_EQ(RulesFor(*FindStyle("mass"), piece).bass_step, 0.9f);
  EXPECT_FLOAT_EQ(RulesFor(*FindStyle("folk"), piece).bass_step, -0.4f);
  EXPECT_FLOAT_EQ(RulesFor(*FindStyle("waltz"), piece).bass_step, 0.0f);
}

TEST(Plan, EveryLeanOfTheStyleReachesItsRule) {
  const tokens::Piece piece = tokens::RandomPiece(1, 4);
  for (const StyleTraits& style : OfferedStyles()) {
    const Leans leans = HabitsOf(style.name).leans;
    const tokens::GrammarRules rules = RulesFor(style, piece);
    const std::pair<int, float> pairs[] = {{leans.bass_step, rules.bass_step},
                                           {leans.inner_step, rules.inner_step},
                                           {leans.join, rules.join},
                                           {leans.again, rules.again},
                                           {leans.same_rhythm, rules.same_rhythm},
                                           {leans.sixteenth, rules.sixteenth},
                                           {leans.off_beat, rules.off_beat},
                                           {leans.brief, rules.brief},
                                           {leans.bass_height, rules.bass_height},
                                           {leans.height, rules.height}};
    for (const auto& [lean, rule] : pairs) EXPECT_FLOAT_EQ(rule, static_cast<float>(lean) / 1000.0f) << style.name;
  }
  // What was seen most clearly: voices of a motet that repeat and strike together, waltzes full of sixteenths, a guitar
  // with one rhythm throughout. An adapter's style has no leans.
  EXPECT_LT(HabitsOf("motet").leans.again, -1000);
  EXPECT_LT(HabitsOf("motet").leans.join, -500);
  EXPECT_LT(HabitsOf("waltz").leans.sixteenth, -1000);
  EXPECT_LT(HabitsOf("guitar").leans.same_rhythm, -1000);
  EXPECT_EQ(RulesFor(*FindStyle("ragtime"), piece).join, 0.0f);
  EXPECT_FLOAT_EQ(RulesFor(*FindStyle("ragtime"), piece).inner_step, 0.65f);
}

}  // namespace
}  // namespace ledgerline::covers
