#include "inference/music/metre.h"

#include <gtest/gtest.h>

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

TEST(MetreProfile, EveryMetreHasOneOfItsLength) {
  for (int m = 0; m < kKnownMetres; ++m) {
    EXPECT_EQ(MetreProfile(m).size(), static_cast<size_t>(kMetresKnown[static_cast<size_t>(m)].Slots() * kMetreSights));
    EXPECT_EQ(MetreWeights(m).size(), static_cast<size_t>(kMetreFeatures));
  }
}

}  // namespace
}  // namespace ledgerline::music
