#include "inference/music/score.h"

#include <gtest/gtest.h>

namespace ledgerline::music {
namespace {

TEST(Score, EndAndCount) {
  Score score;
  EXPECT_EQ(score.EndTick(), 0);
  EXPECT_EQ(score.NoteCount(), 0u);
  score.parts = {{"", 0, false, {{0, 10, 60, 80}, {5, 100, 60, 80}}}, {"", 0, false, {{90, 10, 60, 80}}}};
  EXPECT_EQ(score.EndTick(), 105);
  EXPECT_EQ(score.NoteCount(), 3u);
}

TEST(Score, QuantisesOnsetsAndEndsHalvesUp) {
  Score score;
  score.ticks_per_quarter = 480;  // 20 file ticks to a grid tick
  score.parts = {{"v", 3, false, {{9, 20, 60, 80}, {10, 9, 62, 80}, {470, 30, 64, 80}}}};
  score.metres = {{0, 3, 4}, {1449, 4, 4}};
  score.tempos = {{9, 400'000}, {9 + 1, 300'000}, {20, 200'000}};
  const Score grid = score.Quantised();
  EXPECT_EQ(grid.ticks_per_quarter, 24);
  // 9..29 -> 0..1; 10..19 -> 1..1, which is no length, so 1..2; 470..500 -> 24 (23.5 goes up)..25.
  EXPECT_EQ(grid.parts[0].notes, (std::vector<Note>{{0, 1, 60, 80}, {1, 1, 62, 80}, {24, 1, 64, 80}}));
  EXPECT_EQ(grid.metres, (std::vector<Metre>{{0, 3, 4}, {72, 4, 4}}));
  EXPECT_EQ(grid.tempos, (std::vector<Tempo>{{0, 400'000}, {1, 200'000}}));
  EXPECT_EQ(grid.Quantised(), grid);
}

TEST(Score, QuantisingKeepsTheLongestOfNotesThatStartTogetherOnOnePitch) {
  Score score;
  score.ticks_per_quarter = 480;
  score.parts = {{"", 0, false, {{0, 100, 60, 90}, {4, 400, 60, 70}, {0, 50, 61, 80}}}};
  EXPECT_EQ(score.Quantised().parts[0].notes, (std::vector<Note>{{0, 20, 60, 70}, {0, 3, 61, 80}}));
}

TEST(BarsOf, FourFourByDefaultToAtLeastTheEnd) {
  Score score;
  EXPECT_TRUE(BarsOf(score).empty());
  score.parts = {{"", 0, false, {{0, 97, 60, 80}}}};
  const auto bars = BarsOf(score);
  ASSERT_EQ(bars.size(), 2u);
  EXPECT_EQ(bars[1].start, 96);
  EXPECT_EQ(bars[1].end, 192);
}

TEST(BarsOf, APickupBarAndAChangeInsideABar) {
  Score score;
  score.parts = {{"", 0, false, {{0, 300, 60, 80}}}};
  score.metres = {{0, 1, 4}, {24, 3, 4}, {24 + 72 + 30, 6, 8}};
  const auto bars = BarsOf(score);
  ASSERT_EQ(bars.size(), 6u);
  EXPECT_EQ(bars[0].end, 24);   // the pickup
  EXPECT_EQ(bars[1].end, 96);   // 3/4
  EXPECT_EQ(bars[2].end, 126);  // cut short by the change
  EXPECT_EQ(bars[3].end, 198);  // 6/8
  EXPECT_EQ(bars[3].metre, (Metre{126, 6, 8}));
  for (size_t i = 1; i < bars.size(); ++i) EXPECT_EQ(bars[i].start, bars[i - 1].end);
}

TEST(BarsOf, NoBarIsEmptyHoweverCoarseTheTicks) {
  Score score;
  score.ticks_per_quarter = 1;
  score.metres = {{0, 1, 64}};
  score.parts = {{"", 0, false, {{0, 5, 60, 80}}}};
  EXPECT_EQ(BarsOf(score).size(), 5u);
}

}  // namespace
}  // namespace ledgerline::music
