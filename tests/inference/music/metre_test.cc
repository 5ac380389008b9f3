#include "inference/music/metre.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "inference/music/metre_features.h"
#include "tools/demo_songs/song.h"

namespace ledgerline::music {
namespace {

std::string Name(const MetreEstimate& metre) {
  return std::to_string(metre.numerator) + "/" + std::to_string(metre.denominator);
}

Score SongWithoutMetre(std::string_view slug) {
  for (const demo::SongText& text : demo::DemoSongs()) {
    if (text.slug != slug) continue;
    Score grid = demo::ParseSong(text.text)->score.Quantised();
    grid.metres.clear();
    return grid;
  }
  return {};
}

TEST(FindMetre, HearsTheMetreOfSongsThatStateNone) {
  EXPECT_EQ(Name(FindMetre(SongWithoutMetre("ode_to_joy"))), "4/4");
  EXPECT_EQ(Name(FindMetre(SongWithoutMetre("the_ash_grove"))), "3/4");
  EXPECT_EQ(Name(FindMetre(SongWithoutMetre("wiegenlied"))), "3/4");
}

TEST(FindMetre, HearsWhereTheFirstBarBegins) {
  EXPECT_EQ(FindMetre(SongWithoutMetre("ode_to_joy")).first_bar, 0);
  EXPECT_EQ(FindMetre(SongWithoutMetre("the_ash_grove")).first_bar, kGridTicks);  // a quarter note of pickup
}

TEST(FindMetre, WithoutNotesItIsFourFour) {
  EXPECT_EQ(FindMetre({}), MetreEstimate{});
  Score far;
  far.parts.push_back({"", 0, false, {{int64_t{1} << 40, 24, 60, 80}}});
  EXPECT_GE(FindMetre(far).first_bar, 0);  // what lies beyond the bound is not looked at
}

TEST(StatedMetre, IsTheOneThatHoldsForFourFifths) {
  Score score;
  score.parts.push_back({"", 0, false, {{0, 24 + 72 * 9, 60, 80}}});
  score.metres = {{0, 1, 4}, {24, 3, 4}};
  const MetreEstimate stated = StatedMetre(score);
  EXPECT_EQ(Name(stated), "3/4");
  EXPECT_EQ(stated.first_bar, 24);
  score.metres = {{0, 2, 4}, {48 * 7, 3, 4}};
  EXPECT_EQ(StatedMetre(score).numerator, 0);
}

// Bars of a bass and its chords, as in a dance, with a melody in long notes.
Score Dance(int quarters, int bars, int64_t start) {
  Score score;
  Part part;
  for (int k = 0; k < bars; ++k) {
    const int64_t at = start + int64_t{k} * quarters * kGridTicks;
    const int bass = k % 4 < 2 ? 48 : 43;
    part.notes.push_back({at, kGridTicks, bass, 80});
    part.notes.push_back({at, quarters * kGridTicks, 72 + k % 3, 80});
    for (int q = 1; q < quarters; ++q) {
      part.notes.push_back({at + q * kGridTicks, kGridTicks, 60, 80});
      part.notes.push_back({at + q * kGridTicks, kGridTicks, 64, 80});
    }
  }
  std::sort(part.notes.begin(), part.notes.end());
  score.parts.push_back(part);
  return score;
}

TEST(FindMetre, HearsABassAndItsChords) {
  EXPECT_EQ(Name(FindMetre(Dance(3, 32, 0))), "3/4");
  EXPECT_EQ(Name(FindMetre(Dance(4, 32, 0))), "4/4");
  const MetreEstimate late = FindMetre(Dance(3, 64, 2 * kGridTicks));
  EXPECT_EQ(Name(late), "3/4");
  EXPECT_EQ(late.first_bar, 2 * kGridTicks);
  EXPECT_GT(late.lead, 1000);
}

TEST(MetreFeatures, NeitherNotesOutsideNorTempoBreakTheirBounds) {
  Score score = Dance(3, 8, 0);
  score.tempos = {{0, 1}};
  score.parts[0].notes.push_back({int64_t{1} << 40, int64_t{1} << 40, 60, 80});
  for (int k = 0; k < 100; ++k) score.parts.push_back({"", 52, false, {{k, int64_t{1} << 50, 60, 80}}});
  for (const int feature : MetreFeatures(score)) {
    EXPECT_GE(feature, -2000);
    EXPECT_LE(feature, 2000);
  }
}

TEST(MetreTrees, AskForFeaturesThatThereAre) {
  for (int m = 0; m < kKnownMetres; ++m) {
    EXPECT_FALSE(MetreTrees(m).empty());
    for (const MetreTree& tree : MetreTrees(m)) {
      for (const int feature : tree.feature) {
        ASSERT_GE(feature, 0);
        ASSERT_LT(feature, kMetreFeatures);
      }
    }
  }
}

TEST(MetreProfile, EveryMetreHasOneOfItsLength) {
  for (int m = 0; m < kKnownMetres; ++m) {
    EXPECT_EQ(MetreProfile(m).size(), static_cast<size_t>(kMetresKnown[static_cast<size_t>(m)].Slots() * kMetreSights));
  }
}

}  // namespace
}  // namespace ledgerline::music
