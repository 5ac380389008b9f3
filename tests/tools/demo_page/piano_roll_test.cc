#include "tools/demo_page/piano_roll.h"

#include <gtest/gtest.h>

#include <string>

namespace ledgerline::demo {
namespace {

music::Score TwoParts(int bars) {
  music::Score score;
  music::Part voice, piano;
  voice.name = "Voice <1> & 2";
  piano.name = "Piano";
  for (int k = 0; k < bars; ++k) {
    voice.notes.push_back({k * 96, 48, 72, 90});
    piano.notes.push_back({k * 96, 96, 48, 60});
  }
  score.parts = {voice, piano};
  return score;
}

// How many strokes "M12.5 40h" (or v) a drawing has: a move to a place, then a line in `direction`.
size_t Strokes(const std::string& svg, char direction) {
  size_t count = 0;
  for (size_t at = svg.find('M'); at != std::string::npos; at = svg.find('M', at + 1)) {
    const size_t space = svg.find_first_not_of("0123456789.", at + 1);
    if (space == at + 1 || space == std::string::npos || svg[space] != ' ') continue;
    const size_t end = svg.find_first_not_of("0123456789", space + 1);
    count += end != std::string::npos && end > space + 1 && svg[end] == direction;
  }
  return count;
}

TEST(PianoRollTest, EveryNoteIsAStrokeInItsPartsColour) {
  const std::string svg = PianoRollSvg(TwoParts(8));
  // Two paths of eight notes, melody drawn last and red; nine bar lines; names with nothing that XML would read.
  EXPECT_EQ(Strokes(svg, 'h'), 16u);
  EXPECT_EQ(Strokes(svg, 'v'), 9u);
  EXPECT_LT(svg.rfind("stroke=\"#0072b2\""), svg.rfind("stroke=\"#d55e00\""));
  EXPECT_NE(svg.find("Voice &lt;1> &amp; 2"), std::string::npos);
  EXPECT_EQ(svg, PianoRollSvg(TwoParts(8)));
}

TEST(PianoRollTest, DrawsNoMoreThanItsBars) {
  const std::string svg = PianoRollSvg(TwoParts(40));
  EXPECT_EQ(Strokes(svg, 'h'), 2 * kRollBars);
  EXPECT_LT(svg.size(), 8000u);
}

TEST(PianoRollTest, ANoteOverARowsEndGoesOnInTheNext) {
  music::Score score = TwoParts(16);
  score.parts[1].notes = {{7 * 96, 192, 48, 60}};
  EXPECT_EQ(Strokes(PianoRollSvg(score), 'h'), 16u + 2u);
}

TEST(PianoRollTest, DrumsLieBelowInALineOfTheirOwn) {
  music::Score score = TwoParts(4);
  music::Part drums;
  drums.drums = true;
  drums.name = "Drums";
  drums.notes = {{0, 6, 36, 100}, {24, 6, 38, 100}};
  score.parts.push_back(drums);
  const std::string svg = PianoRollSvg(score);
  EXPECT_NE(svg.find("stroke=\"#555555\""), std::string::npos);
  EXPECT_EQ(Strokes(svg, 'h'), 10u);
}

TEST(PianoRollTest, NothingIsDrawnOfNothing) {
  EXPECT_EQ(PianoRollSvg(music::Score()).find("path"), std::string::npos);
}

}  // namespace
}  // namespace ledgerline::demo
